"""Figures of what the company advised its agents to do, and what they did."""

from django.utils.translation import gettext_lazy as _

from fanal.kpis.catalogue.kpi import Kpi, Unit

ADVICE_FIGURES = [
    Kpi(
        id="advice_shown",
        name=_("Advice shown"),
        formula=_(
            "Advice shown to whoever handled the contact or owned the case: each rule once in each. No practice."
        ),
        unit=Unit.COUNT,
        source="advice",
        numerator=("advice_shown",),
    ),
    Kpi(
        id="advice_followed_of_shown",
        name=_("Advice followed"),
        formula=_("Advice that was followed, divided by all advice shown; counted when it was shown."),
        unit=Unit.PERCENT,
        source="advice",
        numerator=("advice_followed",),
        denominator=("advice_shown",),
    ),
    Kpi(
        id="advice_declined_of_shown",
        name=_("Decided otherwise"),
        formula=_("Advice of which the agent said that they decide otherwise, divided by all advice shown."),
        unit=Unit.PERCENT,
        source="advice",
        numerator=("advice_declined",),
        denominator=("advice_shown",),
    ),
]
