"""Figures of calls that nobody could take at once: those that were refused, and callbacks instead of waiting."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fanal.kpis.catalogue.kpi import Kpi, Unit


def _ended(how: str, name: Promise, formula: Promise) -> Kpi:
    """Of all wishes those that ended in this way."""
    return Kpi(
        id=f"callbacks_{how}_of_wished",
        name=name,
        formula=formula,
        unit=Unit.PERCENT,
        source="callback",
        numerator=(f"callbacks_{how}",),
        denominator=("callbacks_wished",),
    )


CALL_FIGURES = [
    Kpi(
        id="blocked_calls",
        name=_("Calls refused"),
        formula=_(
            "Calls that heard a busy tone at once, because too many came at the same moment or one number called again "
            "and again. They began no contact and are in no other figure."
        ),
        unit=Unit.COUNT,
        source="blocked",
        numerator=("blocked_calls",),
    ),
    Kpi(
        id="callback_offered",
        name=_("Callbacks offered"),
        formula=_("Queue entries whose caller heard while waiting that they may be called back instead."),
        unit=Unit.COUNT,
        source="stay",
        numerator=("callback_offered",),
    ),
    Kpi(
        id="callback_taken_of_offered",
        name=_("Callbacks taken"),
        formula=_("Of the entries with that offer those whose caller chose it, divided by all with that offer."),
        unit=Unit.PERCENT,
        source="stay",
        numerator=("callback_taken",),
        denominator=("callback_offered",),
    ),
    Kpi(
        id="callbacks_wished",
        name=_("Callbacks wished"),
        formula=_(
            "Wishes to be called, whoever noted them: callers who waited, flows, agents. Counted when first wished; "
            "several wishes of one person that are open at once are one."
        ),
        unit=Unit.COUNT,
        source="callback",
        numerator=("callbacks_wished",),
    ),
    _ended(
        "reached",
        _("Callbacks reached"),
        _("Callbacks in which the customer was talked to, divided by all wished; later tries restate it."),
    ),
    _ended(
        "served",
        _("Served otherwise"),
        _("Callbacks no longer needed, for an agent had talked or written to the customer, divided by all wished."),
    ),
    _ended(
        "given_up",
        _("Callbacks given up"),
        _("Callbacks whose customer nobody reached after all tries, kept as a case, divided by all wished."),
    ),
    Kpi(
        id="callbacks_open",
        name=_("Callbacks to come"),
        formula=_("Callbacks wished in the period that have neither reached the customer nor ended otherwise."),
        unit=Unit.COUNT,
        source="callback",
        numerator=("callbacks_open",),
    ),
]
