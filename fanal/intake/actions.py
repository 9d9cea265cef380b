"""THE PATH: something arrives, becomes a contact, we learn who and what about, and it waits for the right agent."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import F

from fanal.channels import registry
from fanal.channels.models import ChannelAccount, ChannelKind, RawEvent, RawState
from fanal.channels.port import (
    Arrival,
    ContactLeft,
    ContactStarted,
    MarksReceived,
    MessageReceived,
    Signal,
    Unprocessable,
)
from fanal.events.actions import publish
from fanal.holdings.keys import card_key
from fanal.intake.recognising import evidence_of, proven, recognise
from fanal.interactions import actions as interactions
from fanal.interactions.models import Author, EndReason, Interaction
from fanal.routing import actions as routing
from fanal.routing.models import EntryState, QueueEntry
from fanal.scenarios import actions as scenarios

log = logging.getLogger(__name__)
MOST_ATTEMPTS = 10
SEEN_EVERY = timedelta(seconds=30)
GONE_AFTER = timedelta(minutes=10)


def receive(
    *, account: ChannelAccount, external_id: str, kind: str, source: str, body: Mapping[str, Any], now: datetime
) -> RawEvent:
    """Store the input as it came and commit; only then may it be acknowledged. A repeat returns what is there."""
    raw, _ = RawEvent.objects.get_or_create(
        account=account,
        external_id=external_id,
        defaults={"kind": kind, "source": source, "body": dict(body), "received_at": now},
    )
    return raw


def process(*, raw_id: int, now: datetime) -> RawEvent:
    """Understand one raw event and do what follows from it, once; what fails is quarantined with its reason.

    A database that goes away, or that had to choose between two transactions, says nothing about the input: it stays
    received for the sweep. Raises OperationalError then.
    """
    try:
        with transaction.atomic():
            raw = RawEvent.objects.select_for_update(of=("self",)).select_related("account").get(pk=raw_id)
            if raw.state == RawState.PROCESSED:
                return raw
            _one_at_a_time(raw)
            arrival = Arrival(
                kind=raw.kind, source=raw.source, external_id=raw.external_id, body=raw.body, key=card_key()
            )
            for signal in registry.channel(raw.account.kind).translate(arrival):
                follow(account=raw.account, signal=signal, now=now)
            raw.state, raw.reason, raw.processed_at = RawState.PROCESSED, "", now
            raw.save(update_fields=["state", "reason", "processed_at"])
            return raw
    except Unprocessable as problem:
        return quarantine(raw_id=raw_id, reason=problem.reason, now=now)
    except OperationalError:
        if _tried_too_often(raw_id):
            return quarantine(raw_id=raw_id, reason="failed: OperationalError", now=now)
        raise
    except Exception as problem:
        return quarantine(raw_id=raw_id, reason=f"failed: {type(problem).__name__}", now=now)


def _one_at_a_time(raw: RawEvent) -> None:
    """What one source sends is followed one after the other: two first words at once are one contact."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [f"intake {raw.source}", raw.account_id]
        )


def _tried_too_often(raw_id: int) -> bool:
    """Count one more attempt, if the database takes it; so that no input is tried for ever."""
    try:
        RawEvent.objects.filter(pk=raw_id).update(attempts=F("attempts") + 1)
        return RawEvent.objects.filter(pk=raw_id, attempts__gte=MOST_ATTEMPTS).exists()
    except DatabaseError:
        return False


def follow(*, account: ChannelAccount, signal: Signal, now: datetime) -> None:
    """What one signal leads to."""
    if interactions.is_blocked(account=account, source=signal.source, now=now):
        return
    match signal:
        case ContactStarted():
            start_contact(account=account, signal=signal, now=now)
        case MessageReceived():
            add_message(account=account, signal=signal, now=now)
        case MarksReceived():
            if interaction := running(account=account, source=signal.source, also_ended=True):
                interactions.mark(
                    interaction=interaction,
                    by_customer=True,
                    delivered_up_to=signal.delivered_up_to,
                    read_up_to=signal.read_up_to,
                    now=now,
                )
        case ContactLeft():
            if interaction := running(account=account, source=signal.source):
                leave(interaction=interaction, now=now)


def start_contact(*, account: ChannelAccount, signal: ContactStarted, now: datetime) -> Interaction:
    """A contact begins: who is it, what opens, which queue. A contact that runs already goes on."""
    if interaction := running(account=account, source=signal.source):
        return interaction
    interaction = interactions.start(
        account=account,
        source=signal.source,
        given=signal.given,
        entry_page=signal.entry_page,
        language=signal.language,
        practice=bool(account.settings.get("practice")),
        now=now,
    )
    evidence = evidence_of(signal, account=account)
    recognise(interaction=interaction, evidence=evidence, now=now)
    choice = scenarios.match(interaction=interaction, proven=proven(evidence, now=now), now=now)
    routing.enqueue(
        interaction=interaction,
        queue=choice.queue,
        priority=choice.priority,
        skills=choice.skills,
        preferred_agent=choice.preferred_agent,
        preferred_why=choice.preferred_why,
        now=now,
    )
    return interaction


def add_message(*, account: ChannelAccount, signal: MessageReceived, now: datetime) -> None:
    """The other side said something; the first word begins a contact by itself."""
    going_on = running(account=account, source=signal.source)
    interaction = going_on or start_contact(
        account=account,
        signal=ContactStarted(
            source=signal.source, entry_page=signal.entry_page, language=signal.language, signed_id=signal.signed_id
        ),
        now=now,
    )
    interactions.add_message(
        interaction=interaction,
        author=Author.CUSTOMER,
        text=signal.text,
        external_id=signal.external_id,
        attachment_ids=signal.attachments,
        now=now,
    )
    if going_on is None:
        routing.answer_later(interaction=interaction, now=now)


def leave(*, interaction: Interaction, now: datetime) -> None:
    """The other side goes: from a queue that is an abandoned contact, from a talk it is the end of it."""
    if interaction.segments.filter(ended_at=None, agent__isnull=False).exists():
        routing.finish_talk(interaction=interaction, by=None, reason=EndReason.CUSTOMER, now=now)
    else:
        routing.abandon(interaction=interaction, now=now)


def running(*, account: ChannelAccount, source: str, also_ended: bool = False) -> Interaction | None:
    """The contact that this source has open, or also its last one."""
    rows = Interaction.objects.filter(account=account, source=source)
    rows = rows if also_ended else rows.filter(ended_at=None)
    return rows.order_by("-id").first()


@transaction.atomic
def quarantine(*, raw_id: int, reason: str, now: datetime) -> RawEvent:
    """Set input aside with its reason, visible to supervisors; nothing of it is lost."""
    raw = RawEvent.objects.select_for_update(of=("self",)).get(pk=raw_id)
    raw.state, raw.reason, raw.attempts = RawState.QUARANTINED, reason[:300], raw.attempts + 1
    raw.save(update_fields=["state", "reason", "attempts"])
    publish(kind="raw.quarantined", data={"raw": raw.pk, "reason": reason[:60]}, audience=["supervision"], now=now)
    return raw


def replay(*, raw_id: int, by: Any, now: datetime) -> RawEvent:
    """Try quarantined input again, because somebody mended what was wrong."""
    publish(kind="raw.replayed", data={"raw": raw_id}, audience=["supervision"], now=now, by=by.pk if by else None)
    return process(raw_id=raw_id, now=now)


def sweep(*, older_than: datetime, now: datetime) -> int:
    """Process what a process that died left behind; returns how many were tried."""
    left = RawEvent.objects.filter(state=RawState.RECEIVED, received_at__lt=older_than).order_by("id")
    ids = list(left.values_list("pk", flat=True)[:500])
    for raw_id in ids:
        try:
            process(raw_id=raw_id, now=now)
        except OperationalError:
            log.exception("input %s is stored and waits for the next sweep", raw_id)
            connection.close_if_unusable_or_obsolete()
    return len(ids)


def seen(*, interaction: Interaction, now: datetime) -> None:
    """The other side's window is there; written at most every SEEN_EVERY."""
    rows = Interaction.objects.filter(pk=interaction.pk, ended_at=None)
    rows.filter(customer_seen_at__lt=now - SEEN_EVERY).update(customer_seen_at=now)


def let_go(*, now: datetime) -> int:
    """A contact that waits while its customer's window has been silent for GONE_AFTER is abandoned; returns how many.

    What they wrote is kept; if they come back and write, a new contact begins.
    """
    waiting = QueueEntry.objects.filter(state=EntryState.WAITING, interaction__channel=ChannelKind.WEBCHAT)
    gone = waiting.filter(interaction__customer_seen_at__lt=now - GONE_AFTER).select_related("interaction")[:500]
    for entry in gone:
        if entry.interaction:
            routing.abandon(interaction=entry.interaction, now=now)
    return len(gone)
