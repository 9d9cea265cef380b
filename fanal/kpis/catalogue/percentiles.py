"""Percentiles: the time within which so many of a hundred were answered, handled or replied to."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fanal.kpis.catalogue.kpi import Kpi, Unit


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A time of facts, and the counter that says which facts."""

    source: str
    of: str
    column: str


WAIT = Measure(source="stay", of="answered", column="wait_ms")
HANDLING = Measure(source="handling", of="handled", column="handling_ms")
FIRST_REPLY = Measure(source="contact", of="replied", column="reply_ms")


def _percentile(id: str, share: float, measure: Measure, name: Promise, formula: Promise) -> Kpi:
    return Kpi(
        id=id,
        name=name,
        formula=formula,
        unit=Unit.SECONDS,
        source=measure.source,
        numerator=(measure.of,),
        denominator=(measure.of,),
        share=share,
        column=measure.column,
    )


PERCENTILES = [
    _percentile(
        "median_wait_of_answered",
        0.5,
        WAIT,
        _("Wait, median"),
        _("Half of the answered entries waited in the queue no longer than this."),
    ),
    _percentile(
        "p90_wait_of_answered",
        0.9,
        WAIT,
        _("Wait, 90 of 100"),
        _("Ninety of a hundred answered entries waited in the queue no longer than this."),
    ),
    _percentile(
        "p95_wait_of_answered",
        0.95,
        WAIT,
        _("Wait, 95 of 100"),
        _("Ninety-five of a hundred answered entries waited in the queue no longer than this."),
    ),
    _percentile(
        "longest_wait_of_answered",
        1.0,
        WAIT,
        _("Longest wait"),
        _("No answered entry waited in the queue longer than this."),
    ),
    _percentile(
        "median_handling_time_of_handled",
        0.5,
        HANDLING,
        _("Handling time, median"),
        _("Half of the handled took no longer than this: talk, hold and wrap-up by the clock."),
    ),
    _percentile(
        "p90_handling_time_of_handled",
        0.9,
        HANDLING,
        _("Handling time, 90 of 100"),
        _("Ninety of a hundred handled took no longer than this: talk, hold and wrap-up by the clock."),
    ),
    _percentile(
        "p95_handling_time_of_handled",
        0.95,
        HANDLING,
        _("Handling time, 95 of 100"),
        _("Ninety-five of a hundred handled took no longer than this: talk, hold and wrap-up by the clock."),
    ),
    _percentile(
        "median_first_reply_of_replied",
        0.5,
        FIRST_REPLY,
        _("First reply, median"),
        _("Half of the contacts that a person answered got their first answer within this time of the first signal."),
    ),
    _percentile(
        "p90_first_reply_of_replied",
        0.9,
        FIRST_REPLY,
        _("First reply, 90 of 100"),
        _(
            "Ninety of a hundred contacts that a person answered got their first answer within this time "
            "of the first signal."
        ),
    ),
    _percentile(
        "p95_first_reply_of_replied",
        0.95,
        FIRST_REPLY,
        _("First reply, 95 of 100"),
        _(
            "Ninety-five of a hundred contacts that a person answered got their first answer within this time "
            "of the first signal."
        ),
    ),
]
