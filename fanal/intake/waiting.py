"""What a caller hears who waits, what they may choose instead, and how they are sent away: never without a word."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from fanal.agents.kept import kept
from fanal.events.actions import publish
from fanal.intake import wording
from fanal.intake.flowing import call_back
from fanal.interactions import actions as interactions
from fanal.interactions import audience
from fanal.interactions.models import EndReason, Interaction
from fanal.routing import actions as routing
from fanal.routing.models import EntryState, QueueEntry
from fanal.routing.opening import open_now, opens_at
from fanal.routing.rules.announcing import Announced, Plan, announce, may_tell
from fanal.scenarios.models import FlowRun
from fanal.scenarios.rules.flows import Said

TOO_LONG, NOBODY = "too_long", "nobody_there"


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What is to be played to a caller who waits, and what that tells them."""

    line: str
    says: Sequence[Said]
    announced: Announced


def hear(*, interaction: int, last: Announced | None, now: datetime) -> Heard | None:
    """What somebody who waits hears now; None: music goes on. Who waits in vain is sent away here."""
    entry = _waits(interaction)
    if entry is None or entry.interaction is None or _ends_here(entry, now=now):
        return None
    queue, call = entry.queue, entry.interaction
    plan = Plan(after=queue.announce_after_seconds, every=queue.announce_every_seconds)
    if not may_tell(plan=plan, since=entry.entered_at, last=last, now=now):
        return None
    place = routing.standing_of(entry, now=now)
    told = announce(
        plan=plan, since=entry.entered_at, last=last, position=place.position, seconds=place.seconds, now=now
    )
    if told is None:
        return None
    language = wording.language_of(call.language)
    offered = key_of(interaction, now=now)
    says = [
        *wording.place_and_wait(position=told.position, seconds=told.seconds, language=language),
        *wording.comfort(queue, language=language),
        *(wording.offer(queue, language=language) if offered else []),
    ]
    if offered:
        about = audience.about(call, entry=entry.pk, queue=entry.queue_id)
        publish(kind="callback.offered", data=about, audience=[], now=now)
    return Heard(line=call.thread, says=says, announced=told)


@dataclass(frozen=True, kw_only=True)
class Parting:
    """What a caller hears before the line ends; `wished`: they chose to be called."""

    line: str
    says: Sequence[Said]
    wished: bool = False


def parting_of(interaction: int, *, now: datetime) -> Parting | None:
    """Of a caller whom no queue takes; None: one does, or the call is not theirs to end."""
    call = Interaction.objects.filter(pk=interaction, ended_at=None).first()
    entry = routing.last_entry(call) if call else None
    if call is None or entry is None or FlowRun.objects.filter(interaction=call, ended_at=None).exists():
        return None
    language = wording.language_of(call.language)
    if entry.state == EntryState.WITHDRAWN:
        return Parting(line=call.thread, says=wording.will_be_called(language=language), wished=True)
    if entry.state != EntryState.CLOSED:
        return None
    closed = not open_now(entry.queue, now)
    again = opens_at(entry.queue, now) if closed and entry.queue.active else None
    says = wording.parting(entry.queue, closed=closed, again=again, language=language)
    says += wording.offer(entry.queue, language=language) if key_of(interaction, now=now) else []
    if not key_of(interaction, now=now):
        says += wording.goodbye(language=language)
    return Parting(line=call.thread, says=says)


def key_of(interaction: int, *, now: datetime) -> str:
    """The key by which they wish to be called; empty where that is not offered, or may not be promised."""
    call = Interaction.objects.filter(pk=interaction, ended_at=None).first()
    entry = routing.last_entry(call) if call else None
    if call is None or entry is None or entry.state not in (EntryState.WAITING, EntryState.CLOSED):
        return ""
    key = entry.queue.callback_key
    return key if key and routing.may_be_called_back(call, now=now) else ""  # a page has neither a number nor keys


def thanks(interaction: int) -> Sequence[Said]:
    """What they hear who would rather be called."""
    call = Interaction.objects.get(pk=interaction)
    return wording.will_be_called(language=wording.language_of(call.language))


@transaction.atomic
def choose_callback(*, interaction: int, now: datetime) -> None:
    """They would rather be called: they leave the line, and their call ends. Who has hung up already is called too."""
    call = interactions.lock(interaction)
    entry = routing.last_entry(call)
    if entry is None or entry.state == EntryState.ANSWERED:
        return
    call_back(interaction=call, number="", queue=entry.queue, now=now)
    routing.wait_no_more(interaction=call, reason="callback", now=now)
    say_goodbye(interaction=interaction, wished=True, now=now)


@transaction.atomic
def say_goodbye(*, interaction: int, wished: bool, now: datetime) -> None:
    """They have heard it all: the call ends."""
    call = Interaction.objects.get(pk=interaction)
    interactions.end_talk(interaction=call, reason=EndReason.CALLBACK if wished else EndReason.CLOSED, now=now)


def _waits(interaction: int) -> QueueEntry | None:
    """While it rings somewhere nothing is said: it may be answered at any moment."""
    return _waiting.first(interaction=interaction)


@kept
def _waiting(interaction: int) -> QuerySet[QueueEntry]:
    rows = QueueEntry.objects.filter(interaction=interaction, state=EntryState.WAITING)
    return rows.select_related("queue__calendar", "interaction").order_by("pk")[:1]


def _ends_here(entry: QueueEntry, *, now: datetime) -> bool:
    """They have waited for as long as the queue allows, or nobody is signed in who could ever answer."""
    queue, waited = entry.queue, (now - entry.entered_at).total_seconds()
    assert entry.interaction
    if queue.call_waits_at_most_seconds and waited >= queue.call_waits_at_most_seconds:
        return routing.send_away(interaction=entry.interaction, reason=TOO_LONG, now=now)
    if queue.announce_after_seconds and waited >= queue.announce_after_seconds and not routing.somebody_left(queue):
        return routing.send_away(interaction=entry.interaction, reason=NOBODY, now=now)
    return False
