"""What is said in a contact: messages both ways, their marks, and notes for ourselves."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce

from fanal.agents.kept import kept
from fanal.agents.models import Agent
from fanal.channels.models import ChannelKind
from fanal.consent.actions import clear
from fanal.consent.models import Clearance, Purpose
from fanal.consent.rules import OWN_CONTACT, NotAllowed
from fanal.events.actions import publish
from fanal.interactions import audience
from fanal.interactions.actions.addressing import clear_all, proposed
from fanal.interactions.actions.answering import allow_answer, write_letter
from fanal.interactions.actions.owning import running_segment
from fanal.interactions.capabilities import can
from fanal.interactions.models import Attachment, Author, DeliveryState, Interaction, Letter, Message, Note, Segment
from fanal.interactions.rules import Envelope
from fanal.running.connections import prepared_cursor

STORED = ("interaction_id", "external_id", "segment_id", "author", "agent_id", "text", "at", "state", "clearance_id")
STORE = f"""
    WITH said AS (
        INSERT INTO interactions_message ({", ".join(STORED)}) VALUES ({", ".join(["%s"] * len(STORED))})
        ON CONFLICT (interaction_id, external_id) DO NOTHING
        RETURNING id, interaction_id, at
    ), moved AS (
        UPDATE interactions_interaction i SET last_message_at = said.at FROM said WHERE i.id = said.interaction_id
    )
    SELECT id FROM said
"""


@transaction.atomic
def add_message(
    *,
    interaction: Interaction,
    author: str,
    text: str,
    external_id: str,
    agent: Agent | None = None,
    attachment_ids: Iterable[int] = (),
    clearance: Clearance | None = None,
    envelope: Envelope | None = None,
    quotes: Letter | None = None,
    send_at: datetime | None = None,
    now: datetime,
) -> Message:
    """Something said, once per `external_id`: a repeat returns the message that is already there.

    What we say passes the consent gate as a reply to the person's own contact, unless a clearance is brought along;
    by mail it then waits in the outbox, until `send_at` if that is given. `envelope` says to whom it goes, and each
    address in it passes the gate by itself; without one it goes to whoever wrote last. The mail that
    it `quotes` stands below it. Raises consent.rules.NotAllowed.
    """
    segment = running_segment(interaction)
    by_mail = interaction.channel == ChannelKind.EMAIL and author != Author.CUSTOMER
    cleared: Mapping[str, Clearance] = {}
    if author != Author.CUSTOMER:
        if known := known_message.first(interaction=interaction.pk, external_id=external_id):
            return known
        if can(interaction.channel).spoken:
            raise NotAllowed("spoken")
        if by_mail:
            allow_answer(interaction, author=author)
            envelope, cleared = _cleared(interaction, envelope, clearance, now=now)
            clearance = clearance or cleared[envelope.everybody[0]]
        clearance = clearance or clear(
            purpose=Purpose.REPLY,
            channel=interaction.channel,
            address=interaction.source,
            customer=interaction.customer,
            basis=OWN_CONTACT,
            now=now,
        )
    message = Message(
        interaction=interaction,
        segment=segment,
        author=author,
        agent=agent,
        text=text,
        external_id=external_id,
        at=now,
        state=DeliveryState.QUEUED if by_mail else DeliveryState.SENT,
        clearance=clearance,
    )
    if not _stored(message):
        return Message.objects.get(interaction=interaction, external_id=external_id)
    if attachment_ids:
        pending = Attachment.objects.filter(interaction=interaction, message=None, by=agent)
        pending.filter(pk__in=list(attachment_ids)).update(message=message)
    waits = by_mail and send_at is not None and send_at > now
    if by_mail and envelope:
        write_letter(message, envelope=envelope, cleared=cleared, quotes=quotes, send_at=send_at, now=now)
    if author == Author.AGENT and segment and segment.first_reply_at is None:
        Segment.objects.filter(pk=segment.pk, first_reply_at=None).update(first_reply_at=now)
    publish(
        kind="message.added",
        data=audience.about(interaction, message=message.pk, author=author, **({"waits": True} if waits else {})),
        audience=audience.of(interaction, customer=True, agent=segment.agent_id if segment else None),
        now=now,
        by=agent.pk if agent else None,
    )
    return message


def _cleared(
    interaction: Interaction, envelope: Envelope | None, clearance: Clearance | None, *, now: datetime
) -> tuple[Envelope, Mapping[str, Clearance]]:
    """To whom a mail goes, with the right to write to each; a clearance that is brought along is for its address."""
    if envelope:
        return envelope, clear_all(interaction, envelope, brought=clearance, now=now)
    envelope = proposed(interaction)
    address = next(iter(envelope.to), "")
    clearance = clearance or clear(
        purpose=Purpose.REPLY,
        channel=interaction.channel,
        address=address,
        customer=interaction.customer,
        basis=OWN_CONTACT,
        now=now,
    )
    return envelope, dict.fromkeys(envelope.everybody, clearance)


@transaction.atomic
def mark(
    *, interaction: Interaction, by_customer: bool, delivered_up_to: int = 0, read_up_to: int = 0, now: datetime
) -> None:
    """The other side has got, or seen, everything up to these messages; marks only ever move forward."""
    theirs = Message.objects.filter(interaction=interaction)
    theirs = theirs.exclude(author=Author.CUSTOMER) if by_customer else theirs.filter(author=Author.CUSTOMER)
    read = theirs.filter(pk__lte=read_up_to, read_at=None).update(
        read_at=now, delivered_at=Coalesce("delivered_at", Value(now)), state=DeliveryState.READ
    )
    delivered = 0
    if delivered_up_to > read_up_to:  # what was read has been delivered: one fact says both
        delivered = theirs.filter(pk__lte=delivered_up_to, delivered_at=None).update(
            delivered_at=now, state=DeliveryState.DELIVERED
        )
    for kind, changed, up_to in (("message.delivered", delivered, delivered_up_to), ("message.read", read, read_up_to)):
        if changed:
            publish(
                kind=kind,
                data=audience.about(interaction, message=up_to, by_customer=by_customer),
                audience=audience.of(interaction, customer=True),
                now=now,
            )


@transaction.atomic
def add_note(*, interaction: Interaction, text: str, by: Agent, now: datetime) -> Note:
    """A note for ourselves; the customer never sees it."""
    note = Note.objects.create(interaction=interaction, text=text, by=by, at=now)
    publish(
        kind="note.added",
        data=audience.about(interaction, note=note.pk),
        audience=audience.of(interaction),
        now=now,
        by=by.pk,
    )
    return note


def _stored(message: Message) -> bool:
    """Store it and the time of the last message in one statement; False when its external id is there already."""
    with prepared_cursor() as cursor:
        cursor.execute(STORE, [getattr(message, name) for name in STORED])
        found = cursor.fetchone()
    if found:
        message.pk, message._state.adding, message._state.db = found[0], False, connection.alias
    return found is not None


@kept
def known_message(interaction: int, external_id: str) -> QuerySet[Message]:
    return Message.objects.filter(interaction=interaction, external_id=external_id)
