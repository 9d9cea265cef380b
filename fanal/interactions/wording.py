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

NOT_CALLED: dict[str, Promise] = {
    **REFUSALS,
    "no_address": _("There is no number to call. Ask the customer for one."),
    "suppressed": _("This person asked not to be called for this purpose."),
    "not_set_up": _("Calls do not go out yet: an administrator names the carrier's line and the countries first."),
    "emergency": _("This is an emergency number. It is not called from here: dial it from an ordinary phone."),
    "short_number": _("Short numbers are not called: they mean something else in each country. Dial the full number."),
    "no_number": _("This is no phone number. Write it with its country, like +33 1 23 45 67 89."),
    "satellite": _("Satellite phones and numbers of no country are not called: each minute costs a fortune."),
    "premium": _("Premium numbers are not called."),
    "shared_cost": _("Numbers of shared cost are not called. Look for an ordinary number of theirs."),
    "not_in_use": _("No such number is given out in this country. Check the digits."),
    "unknown_price": _("What a call to this kind of number costs is not known, so it is not called."),
    "country": _("Calls to this country (%(value)s) are not allowed. An administrator can allow it."),
    "extension": _("The number has an extension. Call the number without it."),
    "calls_of_agent": _("You have made %(value)s calls within 24 hours, and more are not allowed."),
    "calls": _("%(value)s calls have gone out within 24 hours, and more are not allowed."),
    "minutes_of_agent": _("You have talked %(value)s minutes on calls of yours within 24 hours; more are not allowed."),
    "minutes": _("%(value)s minutes were talked on outgoing calls within 24 hours, and more are not allowed."),
    "callbacks_to_number": _("This number was called back %(value)s times within 24 hours. Call it another day."),
    "at_once_of_agent": _("%(value)s calls that you began run already. Wait until one of them is over."),
    "at_once": _("%(value)s calls go out already, and more at once are not allowed. Try again in a moment."),
    "wishes_of_caller": _("Callbacks to many numbers were asked for from this one (%(value)s within 24 hours)."),
    "hour": _("It is too early or too late where this number is. Call in their daytime."),
}


def why_not_called(code: str, value: str = "") -> str:
    """What stands against a call, in words."""
    return str(NOT_CALLED.get(code) or NOT_CALLED["no_number"]) % {"value": value}


def why_left_out(code: str) -> str:
    return str(LEFT_OUT.get(code) or LEFT_OUT["no_address"])
