"""What is said of data that a back office has: how old it is, and what its parts are called."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fanal.holdings.rules import Standing

STANDINGS: dict[Standing, str | Promise] = {
    Standing.FRESH: _("%(source)s, as of %(age)s."),
    Standing.ASKING: _("As of %(age)s; asking %(source)s …"),
    Standing.OLD: _("%(source)s, as of %(age)s."),
    Standing.SLOW: _("%(source)s is slow and has not answered. This is as of %(age)s."),
    Standing.DOWN: _("%(source)s cannot be reached. This is as of %(age)s."),
    Standing.NOT_KNOWN: _("%(source)s does not know it. This is as of %(age)s."),
}
FIELDS: dict[str, str | Promise] = {
    "state": _("State"),
    "balance": _("Balance"),
    "currency": _("Currency"),
    "begins_on": _("Since"),
    "ends_on": _("Until"),
    "as_of": _("As of"),
    "promised_on": _("Promised"),
    "delivered_at": _("Delivered"),
    "total": _("Total"),
    "carrier": _("Carrier"),
    "tracking_number": _("Tracking number"),
    "deliver_to": _("To"),
    "steps": _("Its way"),
    "faults": _("Faults"),
}
PROBLEMS: dict[str, str | Promise] = {
    "address": _("The address is none of the web."),
    "not_https": _("Only https is asked, on its usual ports; a host of your own network is named in the settings."),
    "private_address": _("This leads into a private network. Such a host has to be named in the settings."),
    "forbidden_address": _("This leads to this machine's own surroundings, which are never asked."),
    "not_reached": _("Nobody answers there."),
    "not_filled": _("The address asks for something that this thing has not."),
    "credential": _("It did not let us in: check the credential."),
    "redirect": _("It sends us elsewhere, and we do not follow."),
    "slow": _("No answer came in time."),
    "cut": _("The connection was cut before the answer was there."),
    "too_large": _("The answer is too large."),
    "encoded": _("The answer is compressed, which was not asked for."),
    "not_json": _("The answer is no JSON."),
    "header": _("A header holds what no header may hold."),
    "left_alone": _("It has not been answering, and is left alone for a while."),
}


def standing(found: Standing) -> str:
    """With places for `source` and `age`."""
    return str(STANDINGS[found])


def field(name: str) -> str:
    return str(FIELDS.get(name.split(".")[0], name))


def problem(code: str) -> str:
    """Why nothing was read, for whoever sets the source up."""
    if code.startswith("status_"):
        return str(_("It answered with status %(status)s.")) % {"status": code.removeprefix("status_")}
    return str(PROBLEMS.get(code, _("Nothing could be read.")))
