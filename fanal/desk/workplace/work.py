"""The left room: what rings, whom I am talking to, what I have to wrap up, what waits for me, and my own state."""

from dataclasses import dataclass

from django.db.models import Count, OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from fanal.agents.models import Agent, AgentState, BreakReason
from fanal.cases.models import Case, CaseState
from fanal.interactions.models import Author, Message, Segment, SegmentKind
from fanal.routing.models import Offer, OfferState

MOST_CASES = 20
STORIES = {
    "order": _("An order that is late"),
    "card": _("A card that is lost"),
    "fault": _("A device that does not work"),
}


@dataclass(frozen=True, kw_only=True)
class Work:
    """Everything the left room shows; `current` is the interaction in the middle, if any."""

    state: AgentState | None
    breaks: list[BreakReason]
    offers: list[Offer]
    talking: list[Segment]
    wrapping: list[Segment]
    cases: list[Case]
    current: int | None
    stories: list[tuple[str, str]]


def work_of(agent: Agent, *, current: int | None = None) -> Work:
    """Six queries, whatever the amount of work."""
    unfinished = list(_segments(agent))
    return Work(
        state=AgentState.objects.filter(agent=agent, ended_at=None).select_related("reason").first(),
        breaks=list(BreakReason.objects.order_by("name")),
        offers=list(_offers(agent)),
        talking=[segment for segment in unfinished if segment.ended_at is None],
        wrapping=[segment for segment in unfinished if segment.ended_at is not None],
        cases=list(_cases(agent)),
        current=current,
        stories=[(code, str(name)) for code, name in STORIES.items()] if agent.practising else [],
    )


def _offers(agent: Agent) -> list[Offer]:
    rows = Offer.objects.filter(agent=agent, state=OfferState.OPEN).order_by("offered_at")
    return list(
        rows.select_related(
            "entry__queue", "entry__interaction__customer", "entry__case", "entry__interaction__account"
        )
    )


def _segments(agent: Agent) -> list[Segment]:
    messages = Message.objects.filter(interaction=OuterRef("interaction_id")).order_by()
    unread = messages.filter(author=Author.CUSTOMER, read_at=None).values("interaction").annotate(n=Count("pk"))
    rows = Segment.objects.filter(agent=agent, kind=SegmentKind.AGENT, wrapped_up_at=None)
    rows = rows.annotate(
        last_text=Subquery(messages.order_by("-id").values("text")[:1]), unread=Subquery(unread.values("n"))
    )
    return list(rows.select_related("interaction__customer").order_by("started_at"))


def _cases(agent: Agent) -> list[Case]:
    rows = Case.objects.visible_to(agent).filter(owner=agent, withdrawn_at=None).exclude(state=CaseState.SETTLED)
    return list(rows.select_related("customer").order_by("-priority", "-updated_at")[:MOST_CASES])
