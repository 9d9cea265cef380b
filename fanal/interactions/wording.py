"""How somebody is written to, and why not, as sentences for people."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fanal.consent.wording import REFUSALS
from fanal.interactions.rules import Means

MEANS: dict[str, Promise] = {
    Means.TALK: _("In the contact that runs"),
    Means.THREAD: _("In the thread of their last mail"),
    Means.ASKED_FOR: _("To the address they left in the chat: what they said, not proof"),
    Means.RECORD: _("To the address in our records"),
}
LEFT_OUT: dict[str, Promise] = {
    **REFUSALS,
    "bounced": _("Mail to this address came back."),
    "shared": _("Several people read this address, so nothing personal goes there."),
    "no_account": _("There is no e-mail account to write from."),
    "nobody": _("Nobody is known behind this case."),
    "failed": _("It could not be written: the program's log says why."),
    "already_talking": _("This customer is in a contact with us already."),
}


def why_left_out(code: str) -> str:
    return str(LEFT_OUT.get(code) or LEFT_OUT["no_address"])
