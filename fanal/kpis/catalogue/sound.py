"""Figures of how calls sound: which talks were measured, which were hard to follow, and on whose side."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from fanal.kpis.catalogue.kpi import Kpi, Unit

POOR = _("A talk is poor when anything measured of it has a mean opinion score below 3.6.")

SOUND_FIGURES = [
    Kpi(
        id="spoken",
        name=_("Talks in calls"),
        formula=_("Agents’ talks in calls that are over. A call passed on to a second agent is two talks."),
        unit=Unit.COUNT,
        source="handling",
        numerator=("spoken",),
    ),
    Kpi(
        id="sound_measured_of_spoken",
        name=_("Sound measured"),
        formula=_(
            "Talks in calls of which the exchange or the agent’s browser measured how they sounded, divided by all "
            "talks in calls."
        ),
        unit=Unit.PERCENT,
        source="handling",
        numerator=("sound_measured",),
        denominator=("spoken",),
    ),
    Kpi(
        id="sound_not_measured",
        name=_("Sound not known"),
        formula=_(
            "Talks in calls of which nothing was measured, such as those of a few seconds. They are neither good nor "
            "poor, and in no other figure of sound."
        ),
        unit=Unit.COUNT,
        source="handling",
        numerator=("sound_not_measured",),
    ),
    Kpi(
        id="poor_sound_of_measured",
        name=_("Poor sound"),
        formula=format_lazy("{} {}", _("Talks with poor sound, divided by the talks that were measured."), POOR),
        unit=Unit.PERCENT,
        source="handling",
        numerator=("sound_poor",),
        denominator=("sound_measured",),
    ),
    Kpi(
        id="poor_on_our_side_of_poor",
        name=_("Poor on our side"),
        formula=_(
            "Talks that were poor on the line to the agent’s phone or in their browser, divided by all talks with poor "
            "sound. A talk may be poor on both sides."
        ),
        unit=Unit.PERCENT,
        source="handling",
        numerator=("sound_poor_ours",),
        denominator=("sound_poor",),
    ),
    Kpi(
        id="poor_on_their_side_of_poor",
        name=_("Poor on the customer’s side"),
        formula=_(
            "Talks that were poor on the customer’s line, or on that of somebody outside who was called in, divided by "
            "all talks with poor sound. A talk may be poor on both sides."
        ),
        unit=Unit.PERCENT,
        source="handling",
        numerator=("sound_poor_theirs",),
        denominator=("sound_poor",),
    ),
    Kpi(
        id="mean_sound_of_measured",
        name=_("Mean opinion score"),
        formula=_(
            "The score of each measured talk, 1 (bad) to 4.4 (as good as a telephone is), that of its worst line, "
            "divided by the talks that were measured."
        ),
        unit=Unit.SCORE,
        source="handling",
        numerator=("sound_mos",),
        denominator=("sound_measured",),
    ),
]
