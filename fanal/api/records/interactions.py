"""Contacts for programs: one of them, with what was said."""

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Path, Query, Router

from fanal.api.callers import caller, needs
from fanal.api.problems import Problem
from fanal.api.records.cases import READERS
from fanal.api.records.shapes import Id, InteractionOut, MessageOut, MessagesAsked, nothing_else
from fanal.cases.models import Case
from fanal.customers.survivors import survivors_of
from fanal.interactions.models import Message, Topic
from fanal.routing.queries import interactions_visible_to

router = Router(auth=needs(*READERS))


@router.get("/interactions/{id}", response=InteractionOut, summary="One contact with its messages")
def interaction(request: HttpRequest, id: Path[Id], asked: Query[MessagesAsked]) -> InteractionOut:
    """`next` is what to ask `after` for the rest, null at the end."""
    nothing_else(request, MessagesAsked)
    who = caller(request)
    row = interactions_visible_to(who.agent).filter(pk=id).first()
    if row is None:
        raise Problem(404, "not_found", _("There is no such contact."))
    said = list(Message.objects.filter(interaction=row, pk__gt=asked.after).order_by("pk")[: asked.limit + 1])
    page = said[: asked.limit]
    topics = Topic.objects.filter(interaction=row, withdrawn_at=None, case__isnull=False)
    cases = Case.objects.visible_to(who.agent).filter(pk__in=topics.values("case")).order_by("number")
    return InteractionOut(
        id=row.pk,
        channel=row.channel,
        direction=row.direction,
        customer=survivors_of([row.customer_id]).get(row.customer_id) if row.customer_id else None,
        recognition=row.recognition,
        assurance=row.assurance,
        language=row.language,
        started_at=row.started_at,
        ended_at=row.ended_at,
        end_reason=row.end_reason,
        cases=list(cases.values_list("number", flat=True)),
        messages=[
            MessageOut(id=one.pk, author=one.author, agent=one.agent_id, text=one.text, at=one.at, state=one.state)
            for one in page
        ],
        next=page[-1].pk if len(said) > asked.limit else None,
    )
