"""Figures of cases and of the matters people came with."""

from django.utils.translation import gettext_lazy as _

from fanal.kpis.catalogue.kpi import Kpi, Unit

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
]
