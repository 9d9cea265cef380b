"""Figures of handling: offers, talks, and the first answer."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from fanal.kpis.catalogue.kpi import Kpi, Unit

LIFTED = _("A call that came in is answered when an agent lifts it; calls that we make do not count.")

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
    ),
    Kpi(
        id="average_active_time_of_handled",
        name=_("Average active time"),
        formula=_("Handling time divided by handled, where contacts held at once by one agent share the time equally."),
        unit=Unit.SECONDS,
        source="handling",
        numerator=("active_ms",),
        denominator=("handled",),
    ),
    Kpi(
        id="average_wrap_up_of_handled",
        name=_("Average wrap-up"),
        formula=_("Wrap-up time divided by handled."),
        unit=Unit.SECONDS,
        source="handling",
        numerator=("wrap_up_ms",),
        denominator=("handled",),
    ),
    Kpi(
        id="transfer_rate_of_handled",
        name=_("Transfers"),
        formula=_("Handled that the agent passed on to somebody else, divided by handled."),
        unit=Unit.PERCENT,
        source="handling",
        numerator=("transferred_out",),
        denominator=("handled",),
    ),
    Kpi(
        id="decline_rate_of_rung",
        name=_("Declined"),
        formula=_("Offers that the agent declined, divided by all offers made."),
        unit=Unit.PERCENT,
        source="offer",
        numerator=("declined",),
        denominator=("rung",),
    ),
    Kpi(
        id="not_answered_rate_of_rung",
        name=_("Not answered"),
        formula=_("Offers that rang out at the agent, divided by all offers made."),
        unit=Unit.PERCENT,
        source="offer",
        numerator=("expired",),
        denominator=("rung",),
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
        version=2,
        formula=format_lazy(
            "{} {}",
            _("Time from the first signal to the first answer by a person, divided by the contacts that got one."),
            LIFTED,
        ),
        unit=Unit.SECONDS,
        source="contact",
        numerator=("reply_ms",),
        denominator=("replied",),
    ),
    Kpi(
        id="first_reply_level_of_replied_and_left",
        name=_("First reply level"),
        version=2,
        formula=format_lazy(
            "{} {}",
            _(
                "Contacts that a person answered within the target time T of their first queue, counted from the first "
                "signal, divided by all that a person answered plus those that ended unanswered after T. "
                "Who leaves before T counts neither for nor against."
            ),
            LIFTED,
        ),
        unit=Unit.PERCENT,
        source="contact",
        numerator=("replied_in_time",),
        denominator=("replied_in_time", "replied_late", "unreplied_late"),
    ),
]
