"""Who signs in and what they may: the verbs."""

from fanal.agents.actions.keys import create_key, open_key, revoke_key, revoke_keys
from fanal.agents.actions.lines import (
    NoLine,
    end_lines,
    end_lines_left,
    enter_desk_phone,
    issue_line,
    make_desk_phone,
    may_have_line,
    note_place,
    note_reachable,
    note_unreachable,
    phone_of,
    ring_at,
    wanted_lines,
)
from fanal.agents.actions.rights import change_rights, end_sign_ins, has_signed_out, note_sign_out
from fanal.agents.actions.screens import choose_language

__all__ = [
    "NoLine",
    "change_rights",
    "choose_language",
    "create_key",
    "end_lines",
    "end_lines_left",
    "end_sign_ins",
    "enter_desk_phone",
    "has_signed_out",
    "issue_line",
    "make_desk_phone",
    "may_have_line",
    "note_place",
    "note_reachable",
    "note_sign_out",
    "note_unreachable",
    "open_key",
    "phone_of",
    "revoke_key",
    "revoke_keys",
    "ring_at",
    "wanted_lines",
]
