"""Figures of waiting: what came into the queues and what became of it."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fanal.kpis.catalogue.kpi import Kpi, Unit


def _count(counter: str, name: Promise, formula: Promise) -> Kpi:
    """How many entries: the figure is its counter."""
    return Kpi(id=counter, name=name, formula=formula, unit=Unit.COUNT, source="stay", numerator=(counter,))


WAITING_FIGURES = [
    _count(
        "offered",
        _("Offered"),
        _("Entries into a queue, in the interval in which they entered it. Practice does not count."),
    ),
    _count("answered", _("Answered"), _("Queue entries that an agent accepted.")),
    _count("abandoned", _("Abandoned"), _("Queue entries whose customer left before an agent accepted.")),
    _count(
        "overflowed",
        _("Overflowed"),
        _("Queue entries passed on to another queue because they had waited too long or their queue closed."),
    ),
    _count(
        "closed",
        _("Closed"),
        _("Queue entries that ended because the queue was closed, closed meanwhile or was switched off."),
    ),
    _count(
        "withdrawn",
        _("Taken out"),
        _("Queue entries that were given to another queue or agent by hand, or whose case was taken out or settled."),
    ),
    _count(
        "still_waiting",
        _("Still waiting"),
        _("Queue entries that entered in this period and have not left the queue yet."),
    ),
    Kpi(
        id="service_level_of_answered_and_abandoned",
        name=_("Service level"),
        formula=_(
            "Answered within the queue's target time T, divided by answered plus abandoned after T. "
            "Who leaves before T counts neither for nor against."
        ),
        unit=Unit.PERCENT,
        source="stay",
        numerator=("answered_in_time",),
        denominator=("answered", "abandoned", "-abandoned_in_time"),
    ),
    Kpi(
        id="service_level_of_answered",
        name=_("Service level of answered"),
        formula=_("Answered within the queue's target time T, divided by answered. Abandoned entries do not count."),
        unit=Unit.PERCENT,
        source="stay",
        numerator=("answered_in_time",),
        denominator=("answered",),
    ),
    Kpi(
        id="service_level_of_offered_without_short",
        name=_("Service level of offered"),
        formula=_(
            "Answered within the queue's target time T, divided by offered without those abandoned within 5 seconds."
        ),
        unit=Unit.PERCENT,
        source="stay",
        numerator=("answered_in_time",),
        denominator=("offered", "-abandoned_short"),
    ),
    Kpi(
        id="service_level_with_abandoned_of_offered",
        name=_("Service level with abandoned"),
        formula=_("Answered or abandoned within the queue's target time T, divided by offered."),
        unit=Unit.PERCENT,
        source="stay",
        numerator=("answered_in_time", "abandoned_in_time"),
        denominator=("offered",),
    ),
    Kpi(
        id="average_wait_of_answered",
        name=_("Average speed of answer"),
        formula=_("Time in the queue of the answered entries, divided by their number."),
        unit=Unit.SECONDS,
        source="stay",
        numerator=("answered_wait_ms",),
        denominator=("answered",),
    ),
    Kpi(
        id="abandonment_rate_of_offered",
        name=_("Abandonment"),
        formula=_("Abandoned divided by offered, both without those who left within 5 seconds."),
        unit=Unit.PERCENT,
        source="stay",
        numerator=("abandoned", "-abandoned_short"),
        denominator=("offered", "-abandoned_short"),
    ),
]
