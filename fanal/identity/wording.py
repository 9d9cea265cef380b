"""Codes of reasons as sentences in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from fanal.identity.rules.verification import Standing

_LANES: Mapping[str, Promise] = {
    "phone": gettext_lazy("the phone number"),
    "email": gettext_lazy("the e-mail address"),
    "handle": gettext_lazy("the messenger account"),
    "order": gettext_lazy("the order number"),
    "tracking": gettext_lazy("the tracking number"),
    "holding": gettext_lazy("the account number"),
    "card": gettext_lazy("the card number"),
    "host": gettext_lazy("the sign-in on the site"),
    "sign_in": gettext_lazy("the sign-in"),
    "seen": gettext_lazy("an earlier contact from here"),
}
_PLAIN: Mapping[str, Promise] = {
    "signed_by_host": gettext_lazy("Signed in on the site"),
    "signed_in": gettext_lazy("Signed in"),
    "same_number": gettext_lazy("Writes from their number"),
    "gave_number": gettext_lazy("Gave their number"),
    "same_email": gettext_lazy("Writes from their e-mail address"),
    "gave_email": gettext_lazy("Gave their e-mail address"),
    "same_handle": gettext_lazy("Writes from their messenger account"),
    "gave_order": gettext_lazy("Gave the number of their order"),
    "gave_tracking": gettext_lazy("Gave the tracking number of their order"),
    "gave_account": gettext_lazy("Gave the number of their account, contract or device"),
    "gave_card": gettext_lazy("Gave the number of their card"),
    "seen_here": gettext_lazy("Was heard from in this window before"),
    "name_equals": gettext_lazy("The name given is theirs"),
    "name_near": gettext_lazy("The name given is close to theirs"),
    "birth_date_equals": gettext_lazy("The date of birth given is theirs"),
    "postcode_equals": gettext_lazy("The postcode given is theirs"),
    "name_contradicts": gettext_lazy("The name given is another one"),
    "birth_date_contradicts": gettext_lazy("The date of birth given is another one"),
    "postcode_differs": gettext_lazy("The postcode given is another one"),
    "never_heard_from_here": gettext_lazy("Never wrote from this address"),
    "address_bounced": gettext_lazy("Mail to this address bounced"),
    "number_disconnected": gettext_lazy("This number was disconnected"),
    "sole_match": gettext_lazy("Nobody else fits"),
    "sole_own_match": gettext_lazy("The only one whom everything fits"),
    "signed": gettext_lazy("The site says who it is"),
    "shared": gettext_lazy("Several people use this address"),
    "not_sure": gettext_lazy("It may be someone else"),
    "nobody_found": gettext_lazy("Nobody with this is known"),
}
_QUESTIONS: Mapping[str, Promise] = {
    "date_of_birth": gettext_lazy("What is the date of birth?"),
    "postcode": gettext_lazy("What is the postcode of the home address?"),
    "last_order_amount": gettext_lazy("What did the last order cost in all?"),
    "last_order_street": gettext_lazy("To which street was the last order sent?"),
    "card_last_four": gettext_lazy("What are the last four digits of the card?"),
    "serial_last_four": gettext_lazy("What are the last four digits of the device's serial number?"),
    "email": gettext_lazy("Which e-mail address do we write to?"),
}
_FOUND: Mapping[str, Promise] = {
    "email": gettext_lazy("Has this e-mail address"),
    "phone": gettext_lazy("Has this phone number"),
    "order_number": gettext_lazy("Order number"),
    "order_tail": gettext_lazy("Order number ends like this"),
    "tracking_number": gettext_lazy("Tracking number"),
    "holding_number": gettext_lazy("Account, contract or serial number"),
    "card_number": gettext_lazy("Card number"),
    "case_number": gettext_lazy("Case number"),
    "external_id": gettext_lazy("Number in your own systems"),
    "name": gettext_lazy("Name"),
    "name_near": gettext_lazy("Name, written a little differently"),
    "name_far": gettext_lazy("Name that sounds alike"),
}


def sentence(reason: Mapping[str, Any]) -> str:
    """A reason for or against somebody, as stored with a candidate: {"code": …, values}."""
    code = str(reason.get("code", ""))
    match code:
        case "shared_number" | "shared_email" | "shared_handle":
            return _shared(code, int(reason.get("people", 1)))
        case "contact_recently":
            return _days(int(reason.get("days", 0)))
        case "open_case":
            count = int(reason.get("count", 1))
            return ngettext("Has an open case", "Has %(count)d open cases", count) % {"count": count}
        case "open_order":
            count = int(reason.get("count", 1))
            return ngettext("Has an order on its way", "Has %(count)d orders on their way", count) % {"count": count}
        case "same_household":
            count = int(reason.get("people", 1))
            return ngettext(
                "Someone of the same household fits too", "%(count)d others of the same household fit too", count
            ) % {"count": count}
        case "language_differs":
            return _("Otherwise writes in another language")
        case "points_elsewhere":
            what = _LANES.get(str(reason.get("what", "")), _LANES["seen"])
            text = _("%(what)s belongs to someone else") % {"what": what}
            return text[:1].upper() + text[1:]
        case _:
            return str(_PLAIN.get(code, code))


def found_why(code: str, values: Mapping[str, Any]) -> str:
    """Why a search found something."""
    text = str(_FOUND.get(code, code))
    if values.get("merged"):
        text = _("%(why)s, on a customer merged into this one") % {"why": text}
    if values.get("state") in ("bounced", "disconnected", "invalid"):
        text = _("%(why)s, which no longer works") % {"why": text}
    return text


def question(code: str) -> str:
    """A verification question, to be read out."""
    return str(_QUESTIONS.get(code, code))


def standing(now: Standing) -> str:
    """How a verification stands, and what to do."""
    match now.state:
        case "verified":
            return _("Verified: the answers are right.")
        case "locked_contact":
            return _("Too many wrong answers in this contact. Do not ask again; go on with what needs no proof.")
        case "locked_day":
            until = date_format(localtime(now.until), "SHORT_DATETIME_FORMAT") if now.until else ""
            return _("Too many wrong answers about this customer. Questions are open again at %(until)s.") % {
                "until": until
            }
        case "locked_agent":
            until = date_format(localtime(now.until), "SHORT_DATETIME_FORMAT") if now.until else ""
            return _("You took down too many wrong answers today. You can ask again at %(until)s.") % {"until": until}
        case "nothing_to_ask":
            return _("There is not enough on file to ask about. Use another proof, such as a signed-in contact.")
        case _:
            left = max(1, now.needed - now.right)
            return ngettext("One more right answer proves it.", "%(count)d right answers prove it.", left) % {
                "count": left
            }


def _shared(code: str, people: int) -> str:
    if people <= 1:
        return _("Uses this line, which others may share")
    match code:
        case "shared_number":
            return _("One of %(people)d people with this number") % {"people": people}
        case "shared_email":
            return _("One of %(people)d people with this e-mail address") % {"people": people}
        case _:
            return _("One of %(people)d people with this messenger account") % {"people": people}


def _days(days: int) -> str:
    if days == 0:
        return _("Was in contact today")
    return ngettext("Was in contact yesterday", "Was in contact %(days)d days ago", days) % {"days": days}
