"""THE PATH: something arrives, becomes a contact, we learn who and what about, and it waits for the right agent."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import F, QuerySet

from fanal.agents.kept import kept
from fanal.channels import contents, registry
from fanal.channels.models import ChannelAccount, RawEvent, RawState
from fanal.channels.port import (
    AddressLeft,
    Arrival,
    CallArrived,
    ContactLeft,
    ContactStarted,
    LetterReceived,
    LineAnswered,
    LineEnded,
    MarksReceived,
    MessageReceived,
    Signal,
    Unprocessable,
)
from fanal.events.actions import publish
from fanal.holdings.keys import card_key
from fanal.intake import calls, flowing, letters, webcalls
from fanal.intake.faults import NOT_ITS_FAULT, is_the_machines
from fanal.intake.recognising import evidence_of, recognise
from fanal.intake.rules import Place
from fanal.intake.to_people import to_people
from fanal.interactions import actions as interactions
from fanal.interactions.models import Author, EndReason, Interaction, Message, SegmentKind
from fanal.norms import emails
from fanal.routing import actions as routing
from fanal.running.connections.inserting import insert_once
from fanal.running.connections.updating import update
from fanal.scenarios import actions as scenarios
from fanal.scenarios.models import Flow

MOST_ATTEMPTS = 10
MAIL = "mail"
UNFINISHED = (RawState.RECEIVED, RawState.QUARANTINED)


def receive(
    *, account: ChannelAccount, external_id: str, kind: str, source: str, body: Mapping[str, Any], now: datetime
) -> RawEvent:
    """Store the input as it came and commit; only then may it be acknowledged. A repeat returns what is there."""
    raw = RawEvent(account=account, external_id=external_id, kind=kind, source=source, body=dict(body), received_at=now)
    return raw if insert_once(raw) else RawEvent.objects.get(account=account, external_id=external_id)


def process(
    *,
    raw_id: int,
    fresh: RawEvent | None = None,
    understood: Callable[[], tuple[Signal, ...]] | None = None,
    now: datetime,
) -> RawEvent:
    """Understand one raw event and do what follows from it, once; what fails is quarantined with its reason.

    What the same source sent before, and a fault left unprocessed, comes first: nobody's words change their order.
    `understood` answers with its signals where somebody understands it ahead; `fresh`: the row as it was stored just
    now, so that it need not be read to know what it is. A database that goes away, or that had
    to choose between two transactions, or a full disk say nothing about the input: it stays received for the sweep.
    Raises one of NOT_ITS_FAULT then.
    """
    for earlier in () if understood else _left_before(raw_id, fresh):
        _process(earlier, None, now=now)
    at_once = fresh is not None and fresh.kind != MAIL
    return _process(raw_id, (lambda: ()) if at_once and not understood else understood, now=now)


def _process(raw_id: int, understood: Callable[[], tuple[Signal, ...]] | None, *, now: datetime) -> RawEvent:
    try:
        ahead = understood() if understood else _ahead(raw_id)
        with transaction.atomic():
            (raw,) = _locked(raw=raw_id)
            if raw.state == RawState.PROCESSED:
                return raw
            _one_at_a_time(raw)
            for signal in ahead or understand(raw):
                follow(account=raw.account, signal=signal, now=now)
            raw.state, raw.reason, raw.processed_at = RawState.PROCESSED, "", now
            update(raw, "state", "reason", "processed_at")
            return raw
    except Unprocessable as problem:
        return quarantine(raw_id=raw_id, reason=problem.reason, now=now)
    except NOT_ITS_FAULT as problem:
        if not is_the_machines(problem) and _tried_too_often(raw_id):
            return quarantine(raw_id=raw_id, reason=f"failed: {type(problem).__name__}", now=now)
        raise
    except Exception as problem:
        if _connection_is_gone():  # what is said about it then differs: that it is closed, or may not be opened anew
            raise OperationalError("the connection to the database is gone") from problem
        return quarantine(raw_id=raw_id, reason=f"failed: {type(problem).__name__}", now=now)


def _connection_is_gone() -> bool:
    return connection.connection is None or bool(connection.connection.closed)


def understand(raw: RawEvent) -> tuple[Signal, ...]:
    """What the channel's translator makes of it. Raises Unprocessable."""
    arrival = Arrival(
        kind=raw.kind,
        source=raw.source,
        external_id=raw.external_id,
        body=raw.body,
        key=card_key(),
        kept=contents.read,
    )
    return registry.channel(raw.account.kind).translate(arrival)


def understand_mail(raw: RawEvent) -> tuple[Signal, ...]:
    """What a mail says, with its files kept; nothing is asked of the database. Raises Unprocessable."""
    signals = understand(raw)
    for signal in signals:
        if isinstance(signal, LetterReceived):
            for file in signal.files:
                contents.keep(file.content)
    return signals


def _ahead(raw_id: int) -> tuple[Signal, ...]:
    """What takes long to understand, or brings files, is understood before anything is locked; else nothing yet."""
    raw = RawEvent.objects.filter(pk=raw_id, kind=MAIL, state__in=UNFINISHED).select_related("account").first()
    return understand_mail(raw) if raw else ()


def _left_before(raw_id: int, fresh: RawEvent | None) -> list[int]:
    """What this one's source sent before and is not processed; mails have no source until they are understood."""
    if fresh and fresh.source:
        return left(account=fresh.account_id, source=fresh.source, before=fresh.pk)
    of = RawEvent.objects.filter(pk=raw_id).exclude(source="").values("account", "source").first()
    return left(account=of["account"], source=of["source"], before=raw_id) if of else []


@kept
def left(account: int, source: str, before: int) -> QuerySet[RawEvent, int]:
    """What this source sent before, and is not processed yet."""
    rows = RawEvent.objects.filter(account=account, source=source, state=RawState.RECEIVED, pk__lt=before)
    return rows.order_by("pk").values_list("pk", flat=True)


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
    if signal.source and interactions.is_blocked(account=account, source=signal.source, now=now):
        return
    match signal:
        case ContactStarted():
            start_contact(account=account, signal=signal, now=now)
        case MessageReceived():
            add_message(account=account, signal=signal, now=now)
        case LetterReceived():
            take_letter(account=account, signal=signal, now=now)
        case CallArrived():
            take_call(account=account, signal=signal, now=now)
        case LineAnswered():
            calls.answered(signal=signal, now=now)
        case LineEnded():
            if left := calls.ended(signal=signal, now=now):
                calls.call_back_if_cut(interaction=left, signal=signal, now=now)
                leave(interaction=left, now=now)
        case MarksReceived():
            if interaction := running(account=account, source=signal.source, also_ended=True):
                interactions.mark(
                    interaction=interaction,
                    by_customer=True,
                    delivered_up_to=signal.delivered_up_to,
                    read_up_to=signal.read_up_to,
                    now=now,
                )
        case AddressLeft():
            if interaction := running(account=account, source=signal.source, also_ended=True):
                answer_by_mail(interaction=interaction, address=signal.address, now=now)
        case ContactLeft():
            if interaction := running(account=account, source=signal.source):
                leave(interaction=interaction, now=now)


def take_letter(*, account: ChannelAccount, signal: LetterReceived, now: datetime) -> Message:
    """A mail: shown with the contact that it belongs to, or the first message of a new one."""
    checked = letters.checked(account=account, signal=signal)
    decision = letters.decide(account=account, signal=signal, checked=checked, now=now)
    going_on = letters.place_of(account=account, signal=signal, decision=decision)
    before = interactions.in_thread(account=account, thread=decision.thread)
    interaction = going_on or start_contact(
        account=account,
        signal=letters.started_by(signal, checked=checked),
        thread=decision.thread or interactions.fresh_thread(),
        now=now,
    )
    if going_on is None and before:
        letters.carry_on(interaction=interaction, before=before, signal=signal, checked=checked, now=now)
    elif going_on and decision.place == Place.CONTINUES:
        letters.come_up_again(interaction=going_on, now=now)
    letters.note_return(account=account, signal=signal, now=now)
    return interactions.keep_letter(
        interaction=interaction, signal=signal, aside=decision.why, checked=checked, now=now
    )


def take_call(*, account: ChannelAccount, signal: CallArrived, now: datetime) -> Interaction:
    """Somebody calls: each call is a contact of its own, whoever calls beside it from the same number."""
    if signal.web_call:
        return webcalls.take(signal=signal, now=now)
    if known := calls.told_before(signal):
        return known
    at, started = calls.moment(signal.at, now), calls.started_by(signal)
    flow = scenarios.flow_for(account=account, called=signal.called)
    interaction = start_contact(account=account, signal=started, thread=signal.line, flow=flow, now=at)
    calls.attach(interaction=interaction, signal=signal, now=at)
    return interaction


def start_contact(
    *, account: ChannelAccount, signal: ContactStarted, thread: str = "", flow: Flow | None = None, now: datetime
) -> Interaction:
    """A contact begins: who is it, what opens, which queue; with a `flow` that first. One that runs already goes on."""
    if interaction := running(account=account, source=signal.source, thread=thread):
        return interaction
    interaction = interactions.start(
        account=account,
        source=signal.source,
        thread=thread,
        given=signal.given,
        entry_page=signal.entry_page,
        language=signal.language,
        practice=bool(account.settings.get("practice")),
        owner=SegmentKind.BOT if flow else SegmentKind.QUEUE,
        now=now,
    )
    evidence = evidence_of(signal, account=account)
    proven = recognise(interaction=interaction, evidence=evidence, confirmed=signal.confirmed, now=now)
    if flow and scenarios.begin_flow(interaction=interaction, flow=flow, values=flowing.brought(signal), now=now):
        return interaction
    to_people(interaction=interaction, proven=proven, now=now)
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
    owner = interactions.running_segment(interaction)
    if owner and owner.kind == SegmentKind.BOT:
        flowing.left(interaction=interaction, now=now)
    elif owner and owner.kind == SegmentKind.AGENT:
        routing.finish_talk(interaction=interaction, by=None, reason=EndReason.CUSTOMER, now=now)
    else:
        routing.abandon(interaction=interaction, now=now)
    if interaction.answer_to:
        routing.keep_unanswered(interaction=interaction, now=now)


def answer_by_mail(*, interaction: Interaction, address: str, now: datetime) -> None:
    """Somebody who chats asks for the answer by mail; where nobody answers any more, their matter is kept as a case."""
    said = emails.normalise(address)
    if said is None:
        raise Unprocessable("bad_address")
    interactions.ask_for_mail(interaction=interaction, address=said.address.lower(), now=now)
    if interaction.ended_at and interaction.end_reason != EndReason.AGENT:
        routing.keep_unanswered(interaction=interaction, now=now)


def running(*, account: ChannelAccount, source: str, thread: str = "", also_ended: bool = False) -> Interaction | None:
    """The contact that this source has open, or also its last one."""
    return _running.first(account=account.pk, source=source, thread=thread, also_ended=also_ended)


@kept
def _running(account: int, source: str, thread: str, also_ended: bool) -> QuerySet[Interaction]:
    rows = Interaction.objects.filter(account=account, source=source, thread=thread)
    return (rows if also_ended else rows.filter(ended_at=None)).order_by("-id")[:1]


@kept
def _locked(raw: int) -> QuerySet[RawEvent]:
    return RawEvent.objects.select_for_update(of=("self",)).select_related("account").filter(pk=raw)


@transaction.atomic
def quarantine(*, raw_id: int, reason: str, now: datetime) -> RawEvent:
    """Set input aside with its reason, visible to supervisors; nothing of it is lost."""
    raw = RawEvent.objects.select_for_update(of=("self",)).get(pk=raw_id)
    raw.state, raw.reason, raw.attempts = RawState.QUARANTINED, reason[:300], raw.attempts + 1
    raw.save(update_fields=["state", "reason", "attempts"])
    publish(kind="raw.quarantined", data={"raw": raw.pk, "reason": reason[:60]}, audience=["supervision"], now=now)
    return raw
