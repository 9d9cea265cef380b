"""How a call sounds: in the strip what is hard to understand now, in the timeline how each part of it was."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from fanal.agents.kept import kept
from fanal.interactions.models import LegKind, LineQuality, MeasuredSound, SegmentQuality, Way
from fanal.interactions.rules.quality import judged

POOR_WORDS = {
    (LegKind.CUSTOMER, Way.COMES): gettext_lazy("The customer is hard to understand: their line is poor"),
    (LegKind.CUSTOMER, Way.GOES): gettext_lazy("The customer hears you badly: their line is poor"),
    (LegKind.AGENT, Way.COMES): gettext_lazy("You are hard to understand: your line is poor"),
    (LegKind.AGENT, Way.GOES): gettext_lazy("You hear badly: your line is poor"),
    (LegKind.OUTSIDE, Way.COMES): gettext_lazy("Who was called in is hard to understand: their line is poor"),
    (LegKind.OUTSIDE, Way.GOES): gettext_lazy("Who was called in hears you badly: their line is poor"),
}
LINES = {
    (LegKind.CUSTOMER, Way.COMES): gettext_lazy("from the customer"),
    (LegKind.CUSTOMER, Way.GOES): gettext_lazy("to the customer"),
    (LegKind.AGENT, Way.COMES): gettext_lazy("from our phone"),
    (LegKind.AGENT, Way.GOES): gettext_lazy("to our phone"),
    (LegKind.OUTSIDE, Way.COMES): gettext_lazy("from outside"),
    (LegKind.OUTSIDE, Way.GOES): gettext_lazy("to outside"),
}
WORDS = {
    "good": pgettext_lazy("sound of a call", "Good"),
    "fair": pgettext_lazy("sound of a call", "Fair"),
    "poor": pgettext_lazy("sound of a call", "Poor"),
}


def is_poor_now(interaction: int, *, agent: int) -> str:
    """In words; empty while all is well, or nobody knows. The customer comes first."""
    rows = [one for one in _poor(call=interaction) if one.leg.agent_id in (None, agent)]
    order = list(POOR_WORDS)
    found = sorted(order.index((LegKind(one.leg.kind), Way(one.way))) for one in rows)
    return str(POOR_WORDS[order[found[0]]]) if found else ""


@dataclass(frozen=True, kw_only=True)
class Half:
    """One line's half of one part of a call, in words and figures."""

    what: str
    state: str
    score: str
    loss: str
    jitter: str

    @property
    def words(self) -> str:
        return str(WORDS[self.state])


@dataclass(frozen=True, kw_only=True)
class Part:
    """How one agent's part of a call sounded."""

    segment: int
    at: datetime
    who: str
    state: str
    halves: tuple[Half, ...]

    @property
    def words(self) -> str:
        return str(WORDS[self.state])


def parts_of(interaction: int) -> list[Part]:
    """The parts of which something was measured; each is as good as the worst of what could be heard."""
    measured: defaultdict[int, list[tuple[str, MeasuredSound]]] = defaultdict(list)
    segments = {}
    for line in _lines(call=interaction):
        measured[line.segment_id].append((str(LINES[LegKind(line.leg.kind), Way(line.way)]), line))
        segments[line.segment_id] = line.segment
    for own in _phones(call=interaction):
        measured[own.segment_id].append((_("in the agent's browser"), own))
        segments[own.segment_id] = own.segment
    return [
        Part(
            segment=pk,
            at=segment.ended_at or segment.started_at,
            who=segment.agent.name if segment.agent else "",
            state=judged(min(row.mos for _what, row in measured[pk])),
            halves=tuple(_halves(measured[pk])),
        )
        for pk, segment in sorted(segments.items())
    ]


def _halves(rows: Iterable[tuple[str, MeasuredSound]]) -> Iterable[Half]:
    for what, row in rows:
        yield Half(
            what=what,
            state=judged(row.mos),
            score=number_format(row.mos, 1),
            loss=number_format(100 * row.loss, 1),
            jitter=number_format(1000 * row.jitter, 0),
        )


@kept
def _poor(call: int) -> QuerySet[LineQuality]:
    rows = LineQuality.objects.filter(
        leg__interaction=call, leg__ended_at=None, segment__ended_at=None, poor_since__isnull=False
    )
    return rows.select_related("leg")


@kept
def _lines(call: int) -> QuerySet[LineQuality]:
    rows = LineQuality.objects.filter(leg__interaction=call, segment__ended_at__isnull=False)
    return rows.select_related("leg", "segment__agent").order_by("pk")


@kept
def _phones(call: int) -> QuerySet[SegmentQuality]:
    rows = SegmentQuality.objects.filter(segment__interaction=call, segment__ended_at__isnull=False)
    return rows.select_related("segment__agent").order_by("pk")


def any_measured(call: Any) -> list[QuerySet[LineQuality] | QuerySet[SegmentQuality]]:
    """What there may be of a call, for a question that asks for everything at once."""
    return [
        LineQuality.objects.filter(leg__interaction=call),
        SegmentQuality.objects.filter(segment__interaction=call),
    ]
