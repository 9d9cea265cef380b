"""Writing to a customer first: a contact that we begin, on an address they were heard from, with a clearance."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from django.db import transaction

from fanal.agents.models import Agent
from fanal.cases.models import Case
from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.consent.actions import clear
from fanal.consent.models import Purpose
from fanal.consent.rules import CONTRACT
from fanal.customers.models import Customer
from fanal.customers.survivors import family_of
from fanal.events.actions import publish
from fanal.identity.models import Assurance
from fanal.interactions import actions as interactions
from fanal.interactions import audience, matters
from fanal.interactions.models import Author, Direction, Interaction, Segment
from fanal.interactions.rules import Means, Route
from fanal.routing.actions import loads
from fanal.routing.actions.refusals import NotPossible, Refusal


def addresses_of(customer: Customer) -> list[tuple[ChannelAccount, str]]:
    """Where this customer can be written to: the chats they were surely in, the latest first."""
    sure = Interaction.objects.filter(
        customer__in=family_of(customer.pk),
        channel=ChannelKind.WEBCHAT,
        assurance__gte=Assurance.MATCHED,
        account__active=True,
    )
    latest: dict[tuple[int, str], ChannelAccount] = {}
    for row in sure.select_related("account").order_by("-started_at")[:20]:
        latest.setdefault((row.account_id, row.source), row.account)
    return [(account, source) for (_, source), account in latest.items()]


@transaction.atomic
def reach_out(*, customer: Customer, text: str, by: Agent, now: datetime) -> Interaction:
    """Begin a contact with this customer where they were last surely heard from; the agent has it at once.

    Raises NotPossible when there is no such address or a contact runs there already, consent.rules.NotAllowed when
    the gate refuses a service message.
    """
    for account, source in addresses_of(customer)[:1]:
        if Interaction.objects.filter(account=account, source=source, ended_at=None).exists():
            raise NotPossible(Refusal.ALREADY_TALKING)
        clearance = clear(
            purpose=Purpose.SERVICE, channel=account.kind, address=source, customer=customer, basis=CONTRACT, now=now
        )
        interaction = interactions.start(
            account=account,
            source=source,
            direction=Direction.OUTBOUND,
            language=customer.language,
            practice=customer.practice,
            now=now,
        )
        interactions.identify(
            interaction=interaction, customer=customer, assurance=Assurance.CLAIMED, why="written_to", by=by, now=now
        )
        segment = _taken(interaction, by=by, now=now)
        interactions.add_message(
            interaction=interaction,
            author=Author.AGENT,
            text=text,
            external_id=f"out-{uuid4()}",
            agent=by,
            clearance=clearance,
            now=now,
        )
        _tell(interaction, segment, by=by, now=now)
        return interaction
    raise NotPossible(Refusal.NO_ADDRESS)


@transaction.atomic
def begin_mail(
    *, route: Route, customer: Customer | None, cases: Sequence[Case] = (), practice: bool, by: Agent, now: datetime
) -> Interaction:
    """Begin a contact by mail that is this agent's at once; what they write passes the gate once more when it is sent.

    A contact that runs there already is returned if it is theirs. Raises NotPossible when it is somebody else's,
    consent.rules.NotAllowed when the gate refuses.
    """
    if route.means == Means.TALK:
        return _own_talk(route, by=by)
    purpose, basis = interactions.purpose_of(route)
    clear(purpose=purpose, channel=ChannelKind.EMAIL, address=route.address, customer=customer, basis=basis, now=now)
    interaction = interactions.begin_by_mail(
        route=route, customer=customer, cases=cases, practice=practice, by=by, now=now
    )
    _tell(interaction, _taken(interaction, by=by, now=now), by=by, now=now)
    return interaction


@transaction.atomic
def write_on(*, interaction: Interaction, by: Agent, now: datetime) -> Interaction:
    """A contact by mail that is over goes on in another one, in its thread and with its cases; a draft goes along.

    Raises NotPossible when somebody else has the thread, consent.rules.NotAllowed when the gate refuses.
    """
    running = interactions.running_in_thread(interaction)
    route = Route(
        means=Means.TALK if running else Means.THREAD,
        channel=ChannelKind.EMAIL,
        address=interaction.source,
        contact=(running or interaction).pk,
    )
    fresh = begin_mail(
        route=route,
        customer=interaction.customer,
        cases=matters.cases_of(interaction),
        practice=interaction.practice,
        by=by,
        now=now,
    )
    interactions.carry_draft(before=interaction, interaction=fresh, by=by)
    return fresh


def _own_talk(route: Route, *, by: Agent) -> Interaction:
    running = Interaction.objects.get(pk=route.contact or 0)
    segment = interactions.running_segment(running)
    if segment is None or segment.agent_id != by.pk:
        raise NotPossible(Refusal.ALREADY_TALKING)
    return running


def _taken(interaction: Interaction, *, by: Agent, now: datetime) -> Segment:
    segment = interactions.give_to_agent(interaction=interaction, agent=by, now=now)
    loads.change(by.pk, channel=interaction.channel, by=1, now=now)
    return segment


def _tell(interaction: Interaction, segment: Segment, *, by: Agent, now: datetime) -> None:
    publish(
        kind="segment.started",
        data=audience.about(interaction, segment=segment.pk, agent=by.pk, queue=None, channel=interaction.channel),
        audience=audience.of(interaction, customer=True),
        now=now,
        by=by.pk,
    )
