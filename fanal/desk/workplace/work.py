"""The left room: what rings, whom I am talking to, what I have to wrap up, what waits for me, and my own state."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Count, Exists, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Left
from django.utils.translation import gettext_lazy as _

from fanal.agents.kept import kept
from fanal.agents.models import Agent, AgentState, BreakReason, Presence
from fanal.cases.models import Case, CaseHelper, CaseState, Part
from fanal.desk.calling import Caller, caller, picture
from fanal.desk.workplace.ringing import Ring, rings_of
from fanal.interactions.models import Author, DeliveryState, Message, Participation, Segment, SegmentKind

MOST_CASES = 20
OF_CASE = ("pk", "number", "subject", "updated_at", "due_at", "customer__name")
LONGEST_GLANCE = 200
STORIES = {
    "order": _("An order that is late"),
    "card": _("A card that is lost"),
    "fault": _("A device that does not work"),
}


class Mine(NamedTuple):
    """A contact that I am talking in or have to wrap up."""

    pk: int
    name: str | None
    channel: str
    given: dict[str, Any] | None
    source: str
    started_at: datetime
    ended_at: datetime | None
    wrap_up_due_at: datetime | None
    last_text: str | None
    unread: int | None

    @property
    def who(self) -> Caller:
        return caller(customer=self.name, channel=self.channel, given=self.given, source=self.source)

    @property
    def picture(self) -> str:
        return picture(self.channel)


class MyCase(NamedTuple):
    pk: int
    number: int
    subject: str
    updated_at: datetime
    due_at: datetime | None
    name: str | None
    part: str = ""

    @property
    def part_name(self) -> str:
        """What one has to do with it, when it is somebody else's."""
        return str(Part(self.part).label) if self.part else ""


@dataclass(frozen=True, kw_only=True)
class Work:
    """Everything the left room shows; `current` is the interaction in the middle, if any."""

    state: AgentState | None
    offers: list[Ring]
    talking: list[Mine]
    wrapping: list[Mine]
    cases: list[MyCase]
    current: int | None
    asked: list[Participation]
    stories: list[tuple[str, str]]

    @property
    def has_current(self) -> bool:
        """Whether I talk in the contact in the middle, have to wrap it up, or was asked to take part."""
        mine = {one.pk for one in (*self.talking, *self.wrapping)} | {one.interaction_id for one in self.asked}
        return self.current in mine

    @cached_property
    def breaks(self) -> list[BreakReason]:
        """Only the list of states shows them."""
        return breaks()


@dataclass(frozen=True, kw_only=True)
class Ringing:
    """What every page of the desk shows beside its own content: one's state, and what rings. Asked when it is drawn."""

    agent: Agent

    @cached_property
    def state(self) -> AgentState | None:
        return state_of(self.agent)

    @cached_property
    def offers(self) -> list[Ring]:
        """Nothing rings at who is not available."""
        available = self.state is not None and self.state.state == Presence.AVAILABLE
        return rings_of(self.agent) if available else []

    @cached_property
    def breaks(self) -> list[BreakReason]:
        return breaks()


def work_of(agent: Agent, *, current: int | None = None) -> Work:
    """Four queries, whatever the amount of work; one more for whoever works on cases of others."""
    unfinished = [Mine(*row) for row in _unfinished(agent=agent)]
    state = state_of(agent)
    beside = _beside(agent=agent) if state is None or getattr(state, "works_beside", True) else []
    return Work(
        state=state,
        offers=rings_of(agent),
        talking=[one for one in unfinished if one.ended_at is None],
        wrapping=[one for one in unfinished if one.ended_at is not None],
        cases=[MyCase(*row) for row in (*beside, *_cases(agent=agent))],
        current=current,
        asked=list(_asked(agent=agent)) if state is None or getattr(state, "takes_part", True) else [],
        stories=[(code, str(name)) for code, name in STORIES.items()] if agent.practising else [],
    )


def state_of(agent: Agent) -> AgentState | None:
    return _state.first(agent=agent)


@kept
def _state(agent: Agent) -> QuerySet[AgentState]:
    parts = CaseHelper.objects.filter(agent=OuterRef("agent"), left_at=None)
    calls = Participation.objects.filter(agent=OuterRef("agent"), ended_at=None)
    rows = AgentState.objects.filter(agent=agent, ended_at=None).annotate(
        works_beside=Exists(parts), takes_part=Exists(calls)
    )
    return rows.select_related("reason")[:1]


@kept
def breaks() -> QuerySet[BreakReason]:
    return BreakReason.objects.order_by("name")


@kept
def _unfinished(agent: Agent) -> QuerySet[Segment, tuple[Any, ...]]:
    messages = Message.objects.filter(interaction=OuterRef("interaction_id")).order_by()
    said = messages.exclude(state=DeliveryState.WITHDRAWN)
    unread = messages.filter(author=Author.CUSTOMER, read_at=None).values("interaction").annotate(n=Count("pk"))
    rows = Segment.objects.filter(agent=agent, kind=SegmentKind.AGENT, wrapped_up_at=None).order_by("started_at")
    return rows.values_list(
        *("interaction_id", *(f"interaction__{name}" for name in ("customer__name", "channel", "given", "source"))),
        *("started_at", "ended_at", "wrap_up_due_at"),
        Subquery(said.order_by("-id").values(glance=Left("text", LONGEST_GLANCE))[:1]),
        Subquery(unread.values("n")),
    )


@kept
def _asked(agent: Agent) -> QuerySet[Participation]:
    rows = Participation.objects.filter(agent=agent, ended_at=None).order_by("began_at")
    return rows.select_related("interaction__customer", "by")


@kept
def _cases(agent: Agent) -> QuerySet[Case, tuple[Any, ...]]:
    rows = Case.objects.visible_to(agent).filter(owner=agent, withdrawn_at=None).exclude(state=CaseState.SETTLED)
    rows = rows.order_by(F("due_at").asc(nulls_last=True), "-priority", "-updated_at")
    return rows.values_list(*OF_CASE)[:MOST_CASES]


@kept
def _beside(agent: Agent) -> QuerySet[CaseHelper, tuple[Any, ...]]:
    """Those of others in which one has a part: helps, was asked, or visits the customer."""
    rows = CaseHelper.objects.filter(agent=agent, left_at=None, case__in=Case.objects.visible_to(agent).values("pk"))
    rows = rows.filter(case__withdrawn_at=None).exclude(case__state=CaseState.SETTLED).order_by("-joined_at")
    return rows.values_list(*(f"case__{name}" for name in OF_CASE), "part")[:MOST_CASES]
