"""What can honestly be said of a wait in a queue now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Avg, F, Q

from fanal.interactions.models import Segment
from fanal.routing import configuration
from fanal.routing.models import WAITS, AgentLoad, EntryState, Queue, QueueEntry
from fanal.routing.opening import open_now, opens_at
from fanal.routing.rules import CALL, Estimate, estimate, may_ever_serve

LATELY = timedelta(minutes=30)


def estimate_wait(
    *, queue: Queue, channel: str = "webchat", skills: Mapping[str, int] | None = None, now: datetime
) -> Estimate:
    """For the next one to come: from the last half hour's handling times and the free places; None if unknown.

    `skills`: what a contact needs beyond the queue, by id; only those who have them count.
    """
    ahead = QueueEntry.objects.filter(queue=queue, state__in=WAITS).count()
    is_open = open_now(queue, now)
    free, places, agents = _places(queue, channel, skills or {})
    seconds = estimate(
        ahead=ahead,
        free_slots=free,
        all_slots=places,
        handling_seconds=_handling(queue, now),
        ring_seconds=queue.ring_seconds,
    )
    return Estimate(
        seconds=seconds if is_open else None,
        ahead=ahead,
        open=is_open,
        opens_at=None if is_open else opens_at(queue, now),
        agents_available=agents,
    )


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where somebody who waits stands, and what the next one to come could expect."""

    position: int
    seconds: int | None
    expected: Estimate


def standing_of(entry: QueueEntry, *, now: datetime) -> Standing:
    """The place of one who waits, and their own share of the estimate; None where nothing can be said."""
    waiting = QueueEntry.objects.filter(queue=entry.queue_id, state=EntryState.WAITING)
    before = waiting.filter(priority__gt=entry.priority) | waiting.filter(
        priority=entry.priority, position_at__lt=entry.position_at
    )
    position = before.count() + 1
    expected = estimate_wait(queue=entry.queue, channel=entry.channel, skills=entry.skills, now=now)
    seconds = None if expected.seconds is None else round(expected.seconds * position / (expected.ahead + 1))
    return Standing(position=position, seconds=seconds, expected=expected)


def takes_calls(queue: Queue, *, now: datetime) -> bool:
    """Whether a call to this queue could be taken: it is open, and somebody of it who is there can be rung."""
    return open_now(queue, now) and _places(queue, CALL, {})[1] > 0


def _places(queue: Queue, channel: str, skills: Mapping[str, int]) -> tuple[int, int, int]:
    """Free places, all places, and agents with a free one, among the available agents with the skills."""
    settings = configuration.read()
    facts = settings.queues[queue.pk]
    needed = {int(skill): level for skill, level in skills.items()}
    free = places = agents = 0
    there = AgentLoad.objects.filter(available=True, **({"no_phone": False} if channel == CALL else {}))
    for agent, open_work in there.values_list("agent_id", "open_work"):
        profile = settings.profiles.get(agent)
        if profile is None or profile.practising != queue.practice or may_ever_serve(profile, facts, needed):
            continue
        most = profile.capacity.get(channel, 0)
        left = max(0, most - open_work.get(channel, 0)) if not open_work.get("voice") else 0
        free, places, agents = free + left, places + most, agents + bool(left)
    return free, places, agents


def _handling(queue: Queue, now: datetime) -> float | None:
    finished = Segment.objects.filter(
        Q(offer__entry__queue=queue), ended_at__gt=now - LATELY, ended_at__lte=now, wrapped_up_at__isnull=False
    )
    average = finished.aggregate(mean=Avg(F("wrapped_up_at") - F("started_at")))["mean"]
    return average.total_seconds() if average else None
