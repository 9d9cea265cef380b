"""Learning who it is: candidates, a decision, its correction, and speaking for somebody else."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from fanal.agents.kept import kept
from fanal.agents.models import Agent
from fanal.cases.models import Case
from fanal.channels.models import ChannelKind
from fanal.channels.port import visitor_of
from fanal.customers.models import Customer
from fanal.events.actions import publish
from fanal.identity import actions as identity
from fanal.identity.models import Assurance, Recognition
from fanal.interactions import audience
from fanal.interactions.actions.locking import lock
from fanal.interactions.models import Candidate, Identification, Interaction, Topic
from fanal.running.connections.inserting import insert
from fanal.running.connections.updating import update

ON_BEHALF = "on_behalf"
SIGHTED: Mapping[str, str] = {ChannelKind.EMAIL: "email", ChannelKind.VOICE: "phone", ChannelKind.VOICEMAIL: "phone"}
"""As what the other side's handle is remembered; elsewhere as a handle."""


@transaction.atomic
def set_candidates(*, interaction: Interaction, candidates: Iterable[Mapping[str, Any]], now: datetime) -> None:
    """Somebody it may be: `customer` (id), `likelihood`, `reasons_for`, `reasons_against`, best first."""
    Candidate.objects.filter(interaction=interaction).delete()
    rows = [Candidate(interaction=interaction, rank=rank, **candidate) for rank, candidate in enumerate(candidates, 1)]
    Candidate.objects.bulk_create(rows)
    interaction.recognition = Recognition.AMBIGUOUS if rows else Recognition.UNKNOWN
    interaction.save(update_fields=["recognition"])
    _published(interaction, now=now, by=None)


@transaction.atomic(savepoint=False)
def identify(
    *, interaction: Interaction, customer: Customer | None, assurance: int, why: str, by: Agent | None, now: datetime
) -> Identification:
    """Somebody, or the program on a sole strong match, says who it is; None leaves it open again.

    The interaction (the given one knows it too) and its cases that have no customer yet go to the person; those of
    others stay where they are.
    """
    given, interaction = interaction, lock(interaction.pk)
    before = interaction.customer_id
    if customer is None or customer.pk != before:
        _speaks_for_nobody(interaction, why)
    interaction.customer = customer
    interaction.recognition = Recognition.KNOWN if customer else _left_open(interaction)
    interaction.assurance = assurance if customer else Assurance.NONE
    update(interaction, "customer", "recognition", "assurance")
    given.customer, given.recognition, given.assurance = customer, interaction.recognition, interaction.assurance
    given.spoken_for_by_id, given.relationship = interaction.spoken_for_by_id, interaction.relationship
    fact = insert(
        Identification(
            interaction=interaction, customer=customer, assurance=interaction.assurance, why=why, by=by, at=now
        )
    )
    if customer and assurance >= Assurance.MATCHED and not interaction.relationship:
        visitor = visitor_of(interaction.source)
        kind = "handle" if visitor else SIGHTED.get(interaction.channel, "handle")
        value = visitor or interaction.source
        identity.remember(customer=customer, kind=kind, value=value, contact=interaction.pk, now=now)
    _carry_cases(interaction, before=before, now=now, by=by)
    _published(interaction, now=now, by=by)
    return fact


@transaction.atomic
def speak_for(
    *,
    interaction: Interaction,
    person: Customer | None,
    represents: Customer,
    relationship: str,
    by: Agent | None,
    now: datetime,
) -> Identification:
    """The one who writes is `person` (perhaps not known), on behalf of `represents`, whom the matter is about.

    The represented person is only claimed until questions about them are answered.
    """
    Interaction.objects.filter(pk=interaction.pk).update(spoken_for_by=person, relationship=relationship)
    return identify(
        interaction=interaction, customer=represents, assurance=Assurance.CLAIMED, why=ON_BEHALF, by=by, now=now
    )


def _speaks_for_nobody(interaction: Interaction, why: str) -> None:
    """Who is somebody else, or nobody known, is not the person who was spoken for."""
    if why != ON_BEHALF and interaction.relationship:
        interaction.spoken_for_by, interaction.relationship = None, ""
        interaction.save(update_fields=["spoken_for_by", "relationship"])


def _left_open(interaction: Interaction) -> str:
    return Recognition.AMBIGUOUS if interaction.candidates.exists() else Recognition.UNKNOWN


def _carry_cases(interaction: Interaction, *, before: int | None, now: datetime, by: Agent | None) -> None:
    """Cases raised here that are nobody's, or were this contact's wrong person's and nobody else's, follow."""
    if not _topics(interaction=interaction.pk):
        return
    raised_here = Case.objects.filter(topics__interaction=interaction, topics__withdrawn_at=None)
    moving = raised_here.filter(customer=None)
    if before and before != interaction.customer_id:
        elsewhere = raised_here.filter(customer_id=before).filter(topics__interaction__in=_others(interaction))
        moving = moving | raised_here.filter(customer_id=before, holding=None, order=None).exclude(pk__in=elsewhere)
    for case in moving.distinct():
        case.customer = interaction.customer
        case.updated_at = now
        case.save(update_fields=["customer", "updated_at"])
        publish(
            kind="case.changed",
            data=audience.about(interaction, case=case.pk, what="customer"),
            audience=["cases", *audience.of(interaction)],
            now=now,
            by=by.pk if by else None,
        )


@kept
def _topics(interaction: int) -> QuerySet[Topic, int]:
    return Topic.objects.filter(interaction=interaction, withdrawn_at=None).values_list("pk", flat=True)


def _others(interaction: Interaction) -> Any:
    return Interaction.objects.exclude(pk=interaction.pk).filter(customer_id__isnull=False).values("pk")


def _published(interaction: Interaction, *, now: datetime, by: Agent | None) -> None:
    publish(
        kind="interaction.identified",
        data=audience.about(
            interaction,
            customer=interaction.customer_id,
            recognition=interaction.recognition,
            assurance=interaction.assurance,
        ),
        audience=audience.of(interaction),
        now=now,
        by=by.pk if by else None,
    )
