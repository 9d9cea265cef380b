"""The matters raised in a contact: what each is about, its case, its outcome and its share of the time."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max, Value
from django.db.models.functions import Greatest

from fanal.agents.models import Agent
from fanal.cases.models import Case, Category
from fanal.events.actions import publish
from fanal.interactions import audience
from fanal.interactions.actions.locking import lock
from fanal.interactions.actions.webcalls import other_ends
from fanal.interactions.models import Disposition, Interaction, Segment, SegmentKind, Topic, TopicOrigin, TopicSpan


@transaction.atomic
def add_topic(
    *,
    interaction: Interaction,
    label: str = "",
    category: Category | None = None,
    case: Case | None = None,
    disposition: Disposition | None = None,
    origin: str = TopicOrigin.AGENT,
    now: datetime,
    by: Agent | None = None,
) -> Topic:
    """One more matter; the time from now on is spent on it. A case that is a topic already is returned as it is."""
    lock(interaction.pk)
    if case and (known := Topic.objects.filter(interaction=interaction, case=case, withdrawn_at=None).first()):
        return known
    last = Topic.objects.filter(interaction=interaction).aggregate(last=Max("position"))["last"] or 0
    topic = Topic.objects.create(
        interaction=interaction,
        case=case,
        category=category or (case.category if case else None),
        disposition=disposition,
        label=label,
        origin=origin,
        position=last + 1,
        created_at=now,
    )
    _focus(topic, now=now)
    _published("topic.added", topic, now=now, by=by)
    if case:
        _also_beside(topic, case, now=now, by=by)
    return topic


@transaction.atomic
def focus_topic(*, topic: Topic, now: datetime, by: Agent | None = None) -> None:
    """From now on the time is spent on this topic."""
    lock(topic.interaction_id)
    _focus(topic, now=now)
    _published("topic.focused", topic, now=now, by=by)


@transaction.atomic
def withdraw_topic(*, topic: Topic, now: datetime, by: Agent | None = None) -> None:
    """«Not this»: the topic stays as a fact, its time goes to the topic before it."""
    topic = Topic.objects.select_for_update(of=("self",)).get(pk=topic.pk)
    if topic.withdrawn_at:
        return
    topic.withdrawn_at = now
    topic.save(update_fields=["withdrawn_at"])
    heir = Topic.objects.filter(interaction_id=topic.interaction_id, withdrawn_at=None).order_by("-position").first()
    if heir:
        TopicSpan.objects.filter(topic=topic).update(topic=heir)
    else:
        TopicSpan.objects.filter(topic=topic, ended_at=None).update(ended_at=Greatest("started_at", Value(now)))
    _published("topic.withdrawn", topic, now=now, by=by)


@transaction.atomic
def set_disposition(*, topic: Topic, disposition: Disposition | None, now: datetime, by: Agent | None) -> None:
    """How this matter came out."""
    topic.disposition = disposition
    topic.save(update_fields=["disposition"])
    _published("topic.changed", topic, now=now, by=by)


@transaction.atomic
def link_case(*, topic: Topic, case: Case, now: datetime, by: Agent | None) -> None:
    """This matter is that case; a case that is nobody's becomes the customer's."""
    topic.case = case
    topic.category = topic.category or case.category
    topic.save(update_fields=["case", "category"])
    if case.customer_id is None and topic.interaction.customer_id:
        case.customer_id = topic.interaction.customer_id
        case.updated_at = now
        case.save(update_fields=["customer", "updated_at"])
    _published("topic.changed", topic, now=now, by=by, linked=True)
    _also_beside(topic, case, now=now, by=by)


def _also_beside(topic: Topic, case: Case, *, now: datetime, by: Agent | None) -> None:
    """A chat and the call that it became are one matter: what is a case in one is the same case in the other."""
    for other in other_ends(topic.interaction):
        lock(other.pk)
        there = Topic.objects.filter(interaction=other, withdrawn_at=None)
        if there.filter(case=case).exists():
            continue
        same = there.filter(case=None, category=topic.category, label=topic.label).order_by("position").first()
        if same:
            link_case(topic=same, case=case, now=now, by=by)
        else:
            add_topic(interaction=other, case=case, origin=TopicOrigin.RULE, now=now)


def _focus(topic: Topic, *, now: datetime) -> None:
    """Close the running stretch and begin one on this topic, while an agent has the talk."""
    segment = Segment.objects.filter(
        interaction_id=topic.interaction_id, kind=SegmentKind.AGENT, wrapped_up_at=None
    ).last()
    if segment is None:
        return
    running = TopicSpan.objects.filter(segment=segment, ended_at=None).first()
    if running and running.topic_id == topic.pk:
        return
    if running:
        now = running.ended_at = max(now, running.started_at)  # a clock may be set back
        running.save(update_fields=["ended_at"])
    first = not TopicSpan.objects.filter(segment=segment).exists()
    TopicSpan.objects.create(topic=topic, segment=segment, started_at=segment.started_at if first else now)


def _published(kind: str, topic: Topic, *, now: datetime, by: Agent | None, linked: bool = False) -> None:
    """`linked`: that the matter is this case is what changed."""
    more = {"linked": True} if linked else {}
    publish(
        kind=kind,
        data=audience.about(topic.interaction, topic=topic.pk, case=topic.case_id, **more),
        audience=audience.of(topic.interaction),
        now=now,
        by=by.pk if by else None,
    )
