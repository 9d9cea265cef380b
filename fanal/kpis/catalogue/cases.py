"""Figures of cases and of the matters people came with."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from fanal.kpis.catalogue.kpi import Kpi, Unit

WHAT_COUNTS = _(
    "The clock runs in the opening hours of its target and stands still while the case waits for the customer. "
    "Dropped clocks, withdrawn cases and practice do not count; a case that was reopened counts each time it ends."
)

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
    ),
    Kpi(
        id="settled_share_of_opened",
        name=_("Settled"),
        formula=_("Of the cases opened in the period those that are settled now, divided by all of them."),
        unit=Unit.PERCENT,
        source="case",
        numerator=("cases_settled_since",),
        denominator=("cases_opened",),
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
    ),
    Kpi(
        id="first_line_resolution_of_settled",
        name=_("Settled by the first line"),
        formula=_(
            "Of the cases opened in the period and settled now those that only the first line had: never handed to "
            "another one. Divided by all cases opened in the period and settled now."
        ),
        unit=Unit.PERCENT,
        source="case",
        numerator=("cases_settled_first_line",),
        denominator=("cases_settled_since",),
    ),
    Kpi(
        id="hand_overs",
        name=_("Handed to another line"),
        formula=_("Times a case was handed to another line, by somebody or by a rule; by line: the one that gave it."),
        unit=Unit.COUNT,
        source="passage",
        numerator=("handed_over",),
    ),
    Kpi(
        id="handed_back_of_handed_over",
        name=_("Handed back"),
        formula=_(
            "Times a case came back from the line it was handed to, divided by the times one was handed over. "
            "By line the first counts for the line that gives back, the second for the one that hands over."
        ),
        unit=Unit.PERCENT,
        source="passage",
        numerator=("handed_back",),
        denominator=("handed_over",),
    ),
    Kpi(
        id="escalations",
        name=_("Escalations"),
        formula=_("Times a rule of escalation did something to a case; by line: the one that had it."),
        unit=Unit.COUNT,
        source="passage",
        numerator=("escalated",),
    ),
    Kpi(
        id="issues",
        name=_("Matters handled"),
        formula=_(
            "Matters that known persons raised in contacts with an agent. Pranks, wrong numbers and withdrawn ones "
            "do not count."
        ),
        unit=Unit.COUNT,
        source="issue",
        numerator=("issues",),
    ),
    Kpi(
        id="first_contact_resolution_of_issues",
        name=_("First contact resolution"),
        formula=_(
            "Matters without a further contact of the same person about the same category within 7 days, on any "
            "channel, divided by all matters handled. A contact that comes later changes the figure of the earlier day."
        ),
        unit=Unit.PERCENT,
        source="issue",
        numerator=("issues", "-issues_again"),
        denominator=("issues",),
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
    ),
    *(
        Kpi(
            id=f"sla_{promise}_met_of_ended",
            name=name,
            formula=format_lazy("{} {}", formula, WHAT_COUNTS),
            unit=Unit.PERCENT,
            source="clock",
            numerator=(f"{promise}_met",),
            denominator=(f"{promise}_ended",),
        )
        for promise, name, formula in (
            (
                "first_response",
                _("First response in time"),
                _("Cases whose first response by a person came in time, divided by all first responses given."),
            ),
            (
                "next_response",
                _("Next response in time"),
                _("Answers to a customer's further word that came in time, divided by all such answers given."),
            ),
            (
                "resolution",
                _("Resolution in time"),
                _("Cases settled in time, divided by all settled cases for which a resolution was promised."),
            ),
        )
    ),
]
