"""Figures of agents’ time: presence and occupancy."""

from django.utils.translation import gettext_lazy as _

from fanal.kpis.catalogue.kpi import Kpi, Unit

TIME_FIGURES = [
    Kpi(
        id="occupancy_of_busy_and_idle",
        name=_("Occupancy"),
        formula=_(
            "Time with a contact in hand or in wrap-up, divided by that time plus the time available without work."
        ),
        unit=Unit.PERCENT,
        source="time",
        numerator=("busy_ms",),
        denominator=("busy_ms", "idle_ms"),
    ),
    Kpi(
        id="signed_in_time",
        name=_("Signed in"),
        formula=_("Time in any state but offline."),
        unit=Unit.SECONDS,
        source="time",
        numerator=("signed_in_ms",),
    ),
    Kpi(
        id="break_share_of_signed_in",
        name=_("Break"),
        formula=_("Time on a break divided by the time signed in."),
        unit=Unit.PERCENT,
        source="time",
        numerator=("break_ms",),
        denominator=("signed_in_ms",),
    ),
    Kpi(
        id="not_answering_share_of_signed_in",
        name=_("Not answering"),
        formula=_("Time set to not answering or unreachable, divided by the time signed in."),
        unit=Unit.PERCENT,
        source="time",
        numerator=("not_answering_ms", "unreachable_ms"),
        denominator=("signed_in_ms",),
    ),
]
