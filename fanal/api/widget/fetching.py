"""What a visitor sees: the conversation from a message on, how it stands, and the marks of their own messages."""

from typing import Annotated

from django.db.models import Max, Prefetch, Q
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from fanal.api.places import sealed
from fanal.api.visitors import Visitor
from fanal.api.widget.asking import account_of, limit
from fanal.api.widget.schemas import ConversationOut, FileOut, MessageOut
from fanal.api.widget.standing import contact_of, first_name, standing
from fanal.events.live import now_at
from fanal.intake import looking_after
from fanal.interactions.models import Attachment, Author, Interaction, Message

router = Router()
AT_MOST = 500
Place = Annotated[int, Query(ge=0, lt=2**63)]


@router.get("/conversation", response=ConversationOut, summary="The conversation, from a message on")
def conversation(request: HttpRequest, after: Place = 0, interaction: Place = 0) -> ConversationOut:
    """`after` counts only within the same `interaction`; of another contact everything is sent."""
    visitor: Visitor = request.auth  # type: ignore[attr-defined]
    of = account_of(visitor)
    limit(of, "fetch", visitor.id)
    cursor, now = now_at(), timezone.now()
    contact = contact_of(visitor, now=now)
    if contact:
        looking_after.seen(interaction=contact, now=now)
    marks = _marks(contact)
    return ConversationOut(
        cursor=sealed(cursor, visitor=visitor.id),
        now=now,
        interaction=contact.pk if contact else None,
        state=standing(of, visitor, contact, now=now),
        messages=_messages(contact, after if contact and contact.pk == interaction else 0),
        delivered_up_to=marks[0],
        read_up_to=marks[1],
    )


def _messages(contact: Interaction | None, after: int) -> list[MessageOut]:
    if contact is None:
        return []
    rows = Message.objects.filter(interaction=contact, pk__gt=after).select_related("agent")
    rows = rows.prefetch_related(Prefetch("attachments", Attachment.objects.order_by("pk")))
    return [_message(row) for row in rows.order_by("pk")[:AT_MOST]]


def _message(row: Message) -> MessageOut:
    own = row.author == Author.CUSTOMER
    files = [
        FileOut(id=one.pk, name=one.name, media_type=one.media_type, size=one.size) for one in row.attachments.all()
    ]
    return MessageOut(
        id=row.pk,
        client_id=row.external_id.partition(":")[2] if own else "",
        author=row.author,
        name=first_name(row.agent.name) if row.agent else "",
        text=row.text,
        at=row.at,
        attachments=files,
    )


def _marks(contact: Interaction | None) -> tuple[int, int]:
    if contact is None:
        return 0, 0
    own = Message.objects.filter(interaction=contact, author=Author.CUSTOMER)
    found = own.aggregate(
        delivered=Max("pk", filter=Q(delivered_at__isnull=False)), read=Max("pk", filter=Q(read_at__isnull=False))
    )
    return found["delivered"] or 0, found["read"] or 0
