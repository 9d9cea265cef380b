"""What is wrong with a customer's details, said in the reader's language with what to do."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_PROBLEMS: Mapping[str, Promise] = {
    "required": _("Enter a name."),
    "too_long": _("This is too long: shorten it."),
    "out_of_range": _("Choose one of the values offered."),
    "not_a_country": _("Enter the two letters of the country, such as FR."),
    "not_a_date": _("Enter a date."),
    "in_the_future": _("This date is in the future."),
    "too_long_ago": _("This date is too long ago for a living person."),
    "unknown_field": _("This field cannot be changed."),
    "not_a_number": _("This is not a phone number: enter it with its country, such as +33 6 12 34 56 78."),
    "no_such_range": _("No country hands out such a number: ask again for it."),
    "not_an_address": _("This is not an e-mail address: it needs a name, an @ and a domain."),
    "empty": _("Enter something."),
    "unknown_kind": _("Choose what kind of address this is."),
    "in_the_past": _("This day is over: choose a later one, or leave it empty."),
    "nobody": _("Find the person first, then choose them from the list."),
    "oneself": _("Nobody can represent themselves."),
}


def problem(code: str) -> str:
    """The sentence for a problem code of fanal.customers.rules."""
    return str(_PROBLEMS.get(code, _("This cannot be stored: check it.")))
