"""What is said in a contact: messages both ways, their marks, and notes for ourselves."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce

from fanal.agents.models import Agent
from fanal.consent.actions import clear
from fanal.consent.models import Clearance, Purpose
from fanal.consent.rules import OWN_CONTACT
from fanal.events.actions import publish
from fanal.interactions import audience
from fanal.interactions.models import Attachment, Author, DeliveryState, Interaction, Message, Note, Segment


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
    now: datetime,
) -> Message:
    """Something said, once per `external_id`: a repeat returns the message that is already there.

    What we say passes the consent gate as a reply to the person's own contact, unless a clearance is brought along.
    Raises consent.rules.NotAllowed.
    """
    segment = Segment.objects.filter(interaction=interaction, ended_at=None).first()
    if author != Author.CUSTOMER:
        if known := Message.objects.filter(interaction=interaction, external_id=external_id).first():
            return known
        clearance = clearance or clear(
            purpose=Purpose.REPLY,
            channel=interaction.channel,
            address=interaction.source,
            customer=interaction.customer,
            basis=OWN_CONTACT,
            now=now,
        )
    message, created = Message.objects.get_or_create(
        interaction=interaction,
        external_id=external_id,
        defaults={
            "segment": segment,
            "author": author,
            "agent": agent,
            "text": text,
            "at": now,
            "state": DeliveryState.SENT,
            "clearance": clearance,
        },
    )
    if not created:
        return message
    if attachment_ids:
        pending = Attachment.objects.filter(interaction=interaction, message=None, by=agent)
        pending.filter(pk__in=list(attachment_ids)).update(message=message)
    Interaction.objects.filter(pk=interaction.pk).update(last_message_at=now)
    if author == Author.AGENT and segment and segment.first_reply_at is None:
        Segment.objects.filter(pk=segment.pk, first_reply_at=None).update(first_reply_at=now)
    publish(
        kind="message.added",
        data=audience.about(interaction, message=message.pk, author=author),
        audience=audience.of(interaction, customer=True, agent=segment.agent_id if segment else None),
        now=now,
        by=agent.pk if agent else None,
    )
    return message


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
