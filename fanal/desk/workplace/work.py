"""The left room: what rings, whom I am talking to, what I have to wrap up, what waits for me, and my own state."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Left
from django.utils.translation import gettext_lazy as _

from fanal.agents.kept import kept
from fanal.agents.models import Agent, AgentState, BreakReason
from fanal.cases.models import Case, CaseState
from fanal.interactions.models import Author, Message, Segment, SegmentKind
from fanal.routing.models import Offer, OfferState

MOST_CASES = 20
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
    started_at: datetime
    ended_at: datetime | None
    wrap_up_due_at: datetime | None
    last_text: str | None
    unread: int | None


class MyCase(NamedTuple):
    pk: int
    number: int
    subject: str
    updated_at: datetime
    name: str | None


@dataclass(frozen=True, kw_only=True)
class Work:
    """Everything the left room shows; `current` is the interaction in the middle, if any."""

    state: AgentState | None
    offers: list[Offer]
    talking: list[Mine]
    wrapping: list[Mine]
    cases: list[MyCase]
    current: int | None
    stories: list[tuple[str, str]]

    @cached_property
    def breaks(self) -> list[BreakReason]:
        """Only the list of states shows them."""
        return breaks()


def work_of(agent: Agent, *, current: int | None = None) -> Work:
    """Four queries, whatever the amount of work."""
    unfinished = [Mine(*row) for row in _unfinished(agent=agent)]
    return Work(
        state=state_of(agent),
        offers=_offers(agent=agent),
        talking=[one for one in unfinished if one.ended_at is None],
        wrapping=[one for one in unfinished if one.ended_at is not None],
        cases=[MyCase(*row) for row in _cases(agent=agent)],
        current=current,
        stories=[(code, str(name)) for code, name in STORIES.items()] if agent.practising else [],
    )


def state_of(agent: Agent) -> AgentState | None:
    return _state.first(agent=agent)


@kept
def _state(agent: Agent) -> QuerySet[AgentState]:
    return AgentState.objects.filter(agent=agent, ended_at=None).select_related("reason")[:1]


@kept
def breaks() -> QuerySet[BreakReason]:
    return BreakReason.objects.order_by("name")


@kept
def _offers(agent: Agent) -> QuerySet[Offer]:
    rows = Offer.objects.filter(agent=agent, state=OfferState.OPEN).order_by("offered_at")
    return rows.select_related("entry__queue", "entry__interaction__customer", "entry__case").only(
        *("expires_at", "entry__queue__name", "entry__queue__ring_seconds", "entry__case__number"),
        *("entry__case__subject", "entry__interaction__channel", "entry__interaction__recognition"),
        "entry__interaction__customer__name",
    )


@kept
def _unfinished(agent: Agent) -> QuerySet[Segment, tuple[Any, ...]]:
    messages = Message.objects.filter(interaction=OuterRef("interaction_id")).order_by()
    unread = messages.filter(author=Author.CUSTOMER, read_at=None).values("interaction").annotate(n=Count("pk"))
    rows = Segment.objects.filter(agent=agent, kind=SegmentKind.AGENT, wrapped_up_at=None).order_by("started_at")
    return rows.values_list(
        *("interaction_id", "interaction__customer__name", "started_at", "ended_at", "wrap_up_due_at"),
        Subquery(messages.order_by("-id").values(glance=Left("text", LONGEST_GLANCE))[:1]),
        Subquery(unread.values("n")),
    )


@kept
def _cases(agent: Agent) -> QuerySet[Case, tuple[Any, ...]]:
    rows = Case.objects.visible_to(agent).filter(owner=agent, withdrawn_at=None).exclude(state=CaseState.SETTLED)
    rows = rows.order_by("-priority", "-updated_at")
    return rows.values_list("pk", "number", "subject", "updated_at", "customer__name")[:MOST_CASES]
