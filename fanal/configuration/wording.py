"""What the configuration says to people when it refuses something."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REFUSALS: dict[str, Promise] = {
    "own_rights": _(
        "With this change you could not administer any more. Ask another administrator to make it, or give somebody "
        "else the right first."
    ),
    "in_use": _(
        "It is used elsewhere, and what happened with it stays on record. Switch it off instead, or rename it."
    ),
    "already_a_person": _("Somebody with this address is here already. Change or reactivate that person instead."),
    "invitation_over": _("This invitation is not valid any more. Ask your administrator for a new one."),
    "own_deactivation": _("You cannot deactivate yourself. Ask another administrator."),
    "own_second_factor": _("Remove your own second factor under your account, or ask another administrator."),
    "no_second_factor": _("This person has no second factor."),
    "already_set_up": _("This installation is set up already. Sign in."),
}


class NotPossible(Exception):
    """The configuration cannot be changed in this way; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def sentence(self) -> str:
        return str(REFUSALS[self.code])
