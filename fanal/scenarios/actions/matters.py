"""Cases and the contact they come up in: opened from it, linked to it, split within it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from fanal.agents.models import Agent
from fanal.cases import actions as cases
from fanal.cases import rules as case_rules
from fanal.cases.merged import end_of
from fanal.cases.models import Case, CaseSplit, CaseType, Category
from fanal.interactions import actions as interactions
from fanal.interactions.models import Interaction, Topic, TopicOrigin


@transaction.atomic
def open_in(
    *,
    interaction: Interaction,
    type: CaseType,
    subject: str,
    topic: Topic | None = None,
    now: datetime,
    by: Agent,
    **more: Any,
) -> tuple[Case, Topic]:
    """Open a case from a contact: for its customer, with the contact as the first line of the case's history.

    `topic`: one raised already that has no case yet. `more` goes to cases.actions.open (category, order, owner …).
    """
    interaction = interactions.lock(interaction.pk)
    more.setdefault("customer", interaction.customer)
    more.setdefault("owner", by)
    case = cases.open_case(
        type=type, subject=subject, interaction=interaction.pk, practice=interaction.practice, now=now, by=by, **more
    )
    return case, link_in(interaction=interaction, case=case, topic=topic, now=now, by=by)


@transaction.atomic
def link_in(*, interaction: Interaction, case: Case, topic: Topic | None = None, now: datetime, by: Agent) -> Topic:
    """The contact is about this case too, or the one it is part of by now. Linking it twice is linking it once."""
    case = end_of(case)
    if case.withdrawn_at:
        raise case_rules.NotPossible("withdrawn")
    if case.practice != interaction.practice:
        raise case_rules.NotPossible("customer_practises")
    known = Topic.objects.filter(interaction=interaction, case=case, withdrawn_at=None).first()
    if known:
        return known
    if case.customer_id is None and interaction.customer:
        case = cases.attach_customer(
            case=case, customer=interaction.customer, now=now, by=by, interaction=interaction.pk
        )
    if topic and topic.interaction_id == interaction.pk and topic.case_id is None and topic.withdrawn_at is None:
        interactions.link_case(topic=topic, case=case, now=now, by=by)
        return topic
    return interactions.add_topic(interaction=interaction, case=case, origin=TopicOrigin.AGENT, now=now, by=by)


@transaction.atomic
def split_in(
    *,
    case: Case,
    subject: str,
    type: CaseType | None = None,
    category: Category | None = None,
    note_ids: Iterable[int] = (),
    topic_ids: Iterable[int] = (),
    now: datetime,
    by: Agent,
) -> Case:
    """Split a case: the chosen notes go along, and the chosen contacts are topics of both.

    The interaction that started the first case is the first line of the second one's history too.
    """
    second = cases.split(case=case, subject=subject, type=type, category=category, note_ids=note_ids, now=now, by=by)
    chosen = set(topic_ids)
    standing = Topic.objects.filter(case=case, withdrawn_at=None).select_related("interaction").order_by("pk")
    both = [topic.interaction for position, topic in enumerate(standing) if position == 0 or topic.pk in chosen]
    made = [
        interactions.add_topic(interaction=contact, case=second, origin=TopicOrigin.AGENT, now=now, by=by).pk
        for contact in both
    ]
    CaseSplit.objects.filter(into=second).update(topics=made)
    return second


@transaction.atomic
def unsplit_in(*, case: Case, now: datetime, by: Agent) -> bool:
    """The part was no matter of its own: its notes go back, its topics are withdrawn. Raises NotPossible."""
    fact = CaseSplit.objects.filter(into=case).first()
    later = Topic.objects.filter(case=case, withdrawn_at=None).exclude(pk__in=fact.topics if fact else [])
    taken = cases.take_split_back(case=case, contacts=later.count(), now=now, by=by)
    for topic in Topic.objects.filter(pk__in=taken.topics if taken else [], withdrawn_at=None):
        interactions.withdraw_topic(topic=topic, now=now, by=by)
    return taken is not None


def topics_of(case: Case) -> list[Topic]:
    """The contacts of a case, the one that started it first."""
    rows = Topic.objects.filter(case=case, withdrawn_at=None).select_related("interaction", "disposition")
    return list(rows.order_by("pk"))
