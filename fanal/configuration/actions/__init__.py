"""Changing the configuration: rows, people, the first run, all of it from a file."""

from fanal.configuration.actions.people import (
    accept_invitation,
    invite,
    open_invitation,
    remove_second_factor,
    revoke,
    send_reset,
    set_active,
    sign_out_everywhere,
)
from fanal.configuration.actions.saving import remove, save, save_secret
from fanal.configuration.wording import NotPossible

__all__ = [
    "NotPossible",
    "accept_invitation",
    "invite",
    "open_invitation",
    "remove",
    "remove_second_factor",
    "revoke",
    "save",
    "save_secret",
    "send_reset",
    "set_active",
    "sign_out_everywhere",
]
