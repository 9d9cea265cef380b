"""Every figure there is: its name with its denominator, its formula in words and in counters."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fanal.kpis.counters import SOURCES


class Unit(StrEnum):
    COUNT = "count"
    PERCENT = "percent"
    SECONDS = "seconds"


@dataclass(frozen=True, kw_only=True)
class Kpi:
    """One figure. Value = sum of `numerator` divided by sum of `denominator` (none: the sum itself).

    A counter with a minus in front is taken off. `source` names the facts it is counted from, whose rows it opens.
    """

    id: str
    version: int = 1
    name: str | Promise
    formula: str | Promise
    unit: Unit
    source: str
    numerator: tuple[str, ...]
    denominator: tuple[str, ...] = ()
    better: str = ""

    @property
    def by(self) -> tuple[str, ...]:
        """What it can be told apart by."""
        own = ("agent",) if self.source == "time" else SOURCES[self.source].by
        return (*own, "interval", "day")

    @property
    def counters(self) -> tuple[str, ...]:
        return tuple(name.removeprefix("-") for name in (*self.numerator, *self.denominator))


WAITING_FIGURES = [
    Kpi(
        id="offered",
        name=_("Offered"),
        formula=_("Entries into a queue, in the interval in which they entered it. Practice does not count."),
        unit=Unit.COUNT,
        source="stay",
        numerator=("offered",),
    ),
    Kpi(
        id="answered",
        name=_("Answered"),
        formula=_("Queue entries that an agent accepted."),
        unit=Unit.COUNT,
        source="stay",
        numerator=("answered",),
    ),
    Kpi(
        id="abandoned",
        name=_("Abandoned"),
        formula=_("Queue entries whose customer left before an agent accepted."),
        unit=Unit.COUNT,
        source="stay",
        numerator=("abandoned",),
        better="less",
    ),
    Kpi(
        id="overflowed",
        name=_("Overflowed"),
        formula=_("Queue entries passed on to another queue because they had waited too long."),
        unit=Unit.COUNT,
        source="stay",
        numerator=("overflowed",),
        better="less",
    ),
    Kpi(
        id="still_waiting",
        name=_("Still waiting"),
        formula=_("Queue entries that entered in this period and have not left the queue yet."),
        unit=Unit.COUNT,
        source="stay",
        numerator=("still_waiting",),
        better="less",
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
        better="more",
    ),
    Kpi(
        id="service_level_of_answered",
        name=_("Service level of answered"),
        formula=_("Answered within the queue's target time T, divided by answered. Abandoned entries do not count."),
        unit=Unit.PERCENT,
        source="stay",
        numerator=("answered_in_time",),
        denominator=("answered",),
        better="more",
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
        better="more",
    ),
    Kpi(
        id="service_level_with_abandoned_of_offered",
        name=_("Service level with abandoned"),
        formula=_("Answered or abandoned within the queue's target time T, divided by offered."),
        unit=Unit.PERCENT,
        source="stay",
        numerator=("answered_in_time", "abandoned_in_time"),
        denominator=("offered",),
        better="more",
    ),
    Kpi(
        id="average_wait_of_answered",
        name=_("Average speed of answer"),
        formula=_("Time in the queue of the answered entries, divided by their number."),
        unit=Unit.SECONDS,
        source="stay",
        numerator=("answered_wait_ms",),
        denominator=("answered",),
        better="less",
    ),
    Kpi(
        id="abandonment_rate_of_offered",
        name=_("Abandonment"),
        formula=_("Abandoned divided by offered, both without those who left within 5 seconds."),
        unit=Unit.PERCENT,
        source="stay",
        numerator=("abandoned", "-abandoned_short"),
        denominator=("offered", "-abandoned_short"),
        better="less",
    ),
]

HANDLING_FIGURES = [
    Kpi(
        id="handled",
        name=_("Handled"),
        formula=_("Agents' talks that are over. A contact passed on to a second agent is handled twice."),
        unit=Unit.COUNT,
        source="handling",
        numerator=("handled",),
    ),
    Kpi(
        id="average_handling_time_of_handled",
        name=_("Average handling time"),
        formula=_("Talk, hold and wrap-up by the clock, divided by handled. Chats held at once count in full each."),
        unit=Unit.SECONDS,
        source="handling",
        numerator=("talk_ms", "hold_ms", "wrap_up_ms"),
        denominator=("handled",),
        better="less",
    ),
    Kpi(
        id="average_active_time_of_handled",
        name=_("Average active time"),
        formula=_("Handling time divided by handled, where contacts held at once by one agent share the time equally."),
        unit=Unit.SECONDS,
        source="handling",
        numerator=("active_ms",),
        denominator=("handled",),
        better="less",
    ),
    Kpi(
        id="average_wrap_up_of_handled",
        name=_("Average wrap-up"),
        formula=_("Wrap-up time divided by handled."),
        unit=Unit.SECONDS,
        source="handling",
        numerator=("wrap_up_ms",),
        denominator=("handled",),
        better="less",
    ),
    Kpi(
        id="transfer_rate_of_handled",
        name=_("Transfers"),
        formula=_("Handled that the agent passed on to somebody else, divided by handled."),
        unit=Unit.PERCENT,
        source="handling",
        numerator=("transferred_out",),
        denominator=("handled",),
        better="less",
    ),
    Kpi(
        id="decline_rate_of_rung",
        name=_("Declined"),
        formula=_("Offers that the agent declined, divided by all offers made."),
        unit=Unit.PERCENT,
        source="offer",
        numerator=("declined",),
        denominator=("rung",),
        better="less",
    ),
    Kpi(
        id="not_answered_rate_of_rung",
        name=_("Not answered"),
        formula=_("Offers that rang out at the agent, divided by all offers made."),
        unit=Unit.PERCENT,
        source="offer",
        numerator=("expired",),
        denominator=("rung",),
        better="less",
    ),
    Kpi(
        id="contacts",
        name=_("Contacts"),
        formula=_("Interactions that began, whatever came of them, by the first queue they waited in."),
        unit=Unit.COUNT,
        source="contact",
        numerator=("started",),
    ),
    Kpi(
        id="average_first_reply_of_replied",
        name=_("First reply"),
        formula=_("Time from the first signal to the first answer by a person, divided by the contacts that got one."),
        unit=Unit.SECONDS,
        source="contact",
        numerator=("reply_ms",),
        denominator=("replied",),
        better="less",
    ),
]

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
        better="less",
    ),
]

CASE_FIGURES = [
    Kpi(
        id="cases_opened",
        name=_("Cases opened"),
        formula=_("Cases opened in the period. Withdrawn ones («not this») and practice do not count."),
        unit=Unit.COUNT,
        source="case",
        numerator=("cases_opened",),
    ),
    Kpi(
        id="self_made_share_of_opened",
        name=_("Cases that made themselves"),
        formula=_("Cases made by a rule from what the agent did, divided by all cases opened."),
        unit=Unit.PERCENT,
        source="case",
        numerator=("cases_self_made",),
        denominator=("cases_opened",),
        better="more",
    ),
    Kpi(
        id="settled_share_of_opened",
        name=_("Settled"),
        formula=_("Of the cases opened in the period those that are settled now, divided by all of them."),
        unit=Unit.PERCENT,
        source="case",
        numerator=("cases_settled_since",),
        denominator=("cases_opened",),
        better="more",
    ),
    Kpi(
        id="first_contact_settlement_of_opened",
        name=_("Settled at first contact"),
        formula=_(
            "Of the cases opened in the period those settled with at most one contact about them within 7 days, "
            "on any channel, divided by all of them."
        ),
        unit=Unit.PERCENT,
        source="case",
        numerator=("cases_one_contact",),
        denominator=("cases_opened",),
        better="more",
    ),
    Kpi(
        id="settlings",
        name=_("Settlings"),
        formula=_("Times a case was settled in the period, whenever it was opened."),
        unit=Unit.COUNT,
        source="move",
        numerator=("settlings",),
    ),
    Kpi(
        id="reopenings",
        name=_("Reopenings"),
        formula=_("Times a settled case was reopened in the period, whenever it was opened."),
        unit=Unit.COUNT,
        source="move",
        numerator=("reopenings",),
        better="less",
    ),
]

GROUPS: dict[str, tuple[str | Promise, list[Kpi]]] = {
    "waiting": (_("Waiting"), WAITING_FIGURES),
    "handling": (_("Handling"), HANDLING_FIGURES),
    "time": (_("Agents’ time"), TIME_FIGURES),
    "cases": (_("Cases"), CASE_FIGURES),
}

KPIS: dict[str, Kpi] = {kpi.id: kpi for kpi in [*WAITING_FIGURES, *HANDLING_FIGURES, *TIME_FIGURES, *CASE_FIGURES]}
