"""A small contact centre for the tests of routing: who is there, what waits, and the matcher run by hand."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.utils.crypto import get_random_string

from fanal.agents.models import Agent, AgentSkill, Permission, Presence, Role, Skill
from fanal.channels.models import ChannelAccount
from fanal.interactions import actions as interactions
from fanal.interactions.models import Interaction
from fanal.routing import acd, actions, configuration, matching
from fanal.routing.models import AgentLoad, Offer, OfferState, Queue, QueueEntry, QueueSkill

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
_numbers = count(1)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def skill(code: str) -> Skill:
    return Skill.objects.get_or_create(code=code, defaults={"name": code})[0]


def agent(
    name: str = "Agent", *, skills: dict[str, int] | None = None, available_at: datetime | None = NOON, **fields: Any
) -> Agent:
    role, _ = Role.objects.get_or_create(code="agent", defaults={"name": "Agent", "permissions": [Permission.HANDLE]})
    person = Agent.objects.create(email=f"{get_random_string(12)}@example.test", name=name, role=role, **fields)
    for code, level in (skills or {}).items():
        AgentSkill.objects.create(agent=person, skill=skill(code), level=level)
    if available_at:
        actions.set_presence(agent=person, state=Presence.AVAILABLE, by=person, now=available_at)
    return person


def state_of(who: Agent) -> str:
    return who.states.get(ended_at=None).state


def queue(code: str | None = None, *, skills: dict[str, int] | None = None, **fields: Any) -> Queue:
    made = Queue.objects.create(code=code or f"queue-{next(_numbers)}", name=code or "Queue", **fields)
    for needed, level in (skills or {}).items():
        QueueSkill.objects.create(queue=made, skill=skill(needed), level=level)
    return made


def contact(*, now: datetime = NOON, channel: str = "webchat", practice: bool = False) -> Interaction:
    account, _ = ChannelAccount.objects.get_or_create(code=channel, defaults={"kind": channel, "name": channel})
    return interactions.start(account=account, source=f"visitor-{next(_numbers)}", practice=practice, now=now)


def waiting(queue: Queue, *, now: datetime = NOON, channel: str = "webchat", **how: Any) -> QueueEntry:
    practice = how.pop("practice", False)
    return actions.enqueue(
        interaction=contact(now=now, channel=channel, practice=practice), queue=queue, now=now, **how
    )


def match(now: datetime, *, record: matching.Record | None = None) -> list[Offer]:
    """Let a matcher do what is due at this moment, and return what it offered."""
    before = set(Offer.objects.values_list("pk", flat=True))
    with acd.connect() as hot:
        known = configuration.read()
        for _ in range(200):
            done = matching.match(hot, known, now=now, record=record)
            for entry in done.overflowing:
                actions.overflow(entry_id=entry, now=now)
            if not done.claimed:
                break
        else:
            raise AssertionError("The matcher never came to rest.")
    return list(Offer.objects.exclude(pk__in=before).select_related("agent", "entry").order_by("id"))


def ringing(agent: Agent) -> Offer:
    return Offer.objects.get(agent=agent, state=OfferState.OPEN)


def load(agent: Agent) -> AgentLoad:
    return AgentLoad.objects.get(agent=agent)


def talk(agent: Agent, queue: Queue, *, now: datetime = NOON, **how: Any) -> Interaction:
    """A contact that this agent has accepted."""
    entry = waiting(queue, now=now, **how)
    match(now)
    offer = Offer.objects.get(entry=entry, agent=agent, state=OfferState.OPEN)
    actions.accept(offer_id=offer.pk, agent=agent, now=now)
    assert entry.interaction is not None
    return entry.interaction
