"""Who signs in and what they may: the verbs."""

from fanal.agents.actions.keys import create_key, open_key, revoke_key, revoke_keys
from fanal.agents.actions.rights import change_rights, end_sign_ins, note_sign_out
from fanal.agents.actions.screens import choose_language

__all__ = [
    "change_rights",
    "choose_language",
    "create_key",
    "end_sign_ins",
    "note_sign_out",
    "open_key",
    "revoke_key",
    "revoke_keys",
]
