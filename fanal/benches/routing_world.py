"""The contact centre that the routing bench runs on: agents with skills, queues that need them, contacts that wait."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from fanal.agents.models import Agent, AgentSkill, AgentState, Permission, Presence, Role, Skill
from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.events.models import Event
from fanal.interactions.models import Interaction, Segment, SegmentKind
from fanal.routing.matching import on_the_beat
from fanal.routing.models import AgentLoad, Offer, Queue, QueueEntry, QueueSkill

SKILLS = 40
PLACES = 3


@dataclass(frozen=True, kw_only=True)
class World:
    agents: Sequence[int]
    queues: Sequence[Queue]
    account: ChannelAccount


def make(*, agents: int, queues: int, rng: random.Random) -> World:
    """Agents with 6 to 12 of 40 skills at levels 1 to 5, queues that need 1 or 2 of them at level 1 to 3."""
    role = Role.objects.create(code="bench", name="Bench", permissions=[Permission.HANDLE])
    skills = Skill.objects.bulk_create([Skill(code=f"skill-{n}", name=f"Skill {n}") for n in range(SKILLS)])
    people = Agent.objects.bulk_create(
        [Agent(email=f"{n}@bench.test", name=f"{n}", role=role, capacity={"webchat": PLACES}) for n in range(agents)],
    )
    AgentSkill.objects.bulk_create(
        [
            AgentSkill(agent=person, skill=skill, level=rng.randint(1, 5))
            for person in people
            for skill in rng.sample(skills, rng.randint(6, 12))
        ]
    )
    now = datetime.now(UTC)
    AgentState.objects.bulk_create([AgentState(agent=one, state=Presence.AVAILABLE, started_at=now) for one in people])
    AgentLoad.objects.bulk_create([AgentLoad(agent=one, available=True, idle_since=now) for one in people])
    lines = Queue.objects.bulk_create(
        [Queue(code=f"queue-{n}", name=f"Queue {n}", ring_seconds=120) for n in range(queues)],
    )
    QueueSkill.objects.bulk_create(
        [
            QueueSkill(queue=line, skill=skill, level=rng.randint(1, 3))
            for line in lines
            for skill in rng.sample(skills, rng.randint(1, 2))
        ]
    )
    account = ChannelAccount.objects.create(kind=ChannelKind.WEBCHAT, code="bench", name="Bench")
    return World(agents=[one.pk for one in people], queues=lines, account=account)


def contacts(world: World, many: int, *, started: Sequence[datetime] = ()) -> list[Interaction]:
    """Contacts that have just begun (or began then), owned by a queue."""
    now = datetime.now(UTC)
    begun = Interaction.objects.bulk_create(
        [
            Interaction(
                account=world.account,
                channel=ChannelKind.WEBCHAT,
                source=f"visitor-{now.timestamp()}-{n}",
                started_at=started[n] if started else now,
            )
            for n in range(many)
        ],
        batch_size=2000,
    )
    Segment.objects.bulk_create(
        [Segment(interaction=one, kind=SegmentKind.QUEUE, started_at=one.started_at) for one in begun], batch_size=2000
    )
    return begun


def wait(world: World, many: int, *, rng: random.Random) -> None:
    """So many contacts wait since some time in the last ten minutes; those who waited before are gone."""
    nobody_waits()
    now = datetime.now(UTC)
    since = sorted(now - timedelta(seconds=rng.uniform(0, 600)) for _ in range(many))
    begun = contacts(world, many, started=since)
    segments = dict(Segment.objects.filter(interaction__in=begun).values_list("interaction_id", "pk"))
    QueueEntry.objects.bulk_create(
        [
            QueueEntry(
                queue=rng.choice(world.queues),
                interaction=one,
                segment_id=segments[one.pk],
                channel=one.channel,
                priority=rng.choice((1, 2, 2, 2, 3)),
                entered_at=one.started_at,
                position_at=one.started_at,
                # Time goes on opening them to more agents, each at its own moment of the next minute.
                look_at=on_the_beat(now + timedelta(seconds=rng.uniform(1, 60))),
            )
            for one in begun
        ],
        batch_size=2000,
    )
    _settle()


def nobody_waits() -> None:
    """Whatever waits or rings is over."""
    now = datetime.now(UTC)
    _run("UPDATE routing_offer SET state = 'withdrawn', answered_at = %s WHERE state = 'open'", now)
    _run(
        "UPDATE routing_queueentry SET state = 'withdrawn', left_at = %s, look_at = NULL "
        "WHERE state IN ('waiting', 'offered')",
        now,
    )
    _settle()


def busy() -> None:
    """Everybody has as many talks as they may."""
    _loads(PLACES)


def idle() -> None:
    """Everybody is available and has nothing to do."""
    _loads(0)


def _loads(places: int) -> None:
    _run(
        "UPDATE routing_agentload SET available = true, ringing = 0, look_at = NULL, version = version + 1, "
        "open_work = jsonb_build_object('webchat', %s::int)",
        places,
    )
    _run("VACUUM ANALYZE routing_agentload")


def _settle() -> None:
    """What making the world left behind is cleared away, so that it is not done in the middle of what is measured."""
    for model in (Interaction, Segment, QueueEntry, Offer, Event):
        _run(f"VACUUM ANALYZE {model._meta.db_table}")


def _run(statement: str, *arguments: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(arguments) or None)
