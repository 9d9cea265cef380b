"""The contact centre that takes the calls of the voice bench: a number, a queue, customers, agents with telephones."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from fanal.agents.models import Agent, AgentState, Permission, PhoneKind, PhoneLine, Presence, Role
from fanal.channels.models import ChannelAccount
from fanal.customers.models import ContactPoint, Customer
from fanal.interactions.models import Leg
from fanal.routing.models import AgentLoad, Offer, Queue

NUMBER = "+4780012345"
WRAP_UP_SECONDS = 1
HEARD_OF_FOR = timedelta(hours=1)


def numbers(many: int) -> list[str]:
    """Of customers who exist once each, so each of them is known by it."""
    return [f"+4790{n:06}" for n in range(many)]


def make(*, customers: int) -> None:
    """A number whose callers go straight into the queue, and customers."""
    queue = Queue.objects.create(code="calls", name="Calls", ring_seconds=20, wrap_up_seconds=WRAP_UP_SECONDS)
    ChannelAccount.objects.create(
        kind="voice", code="phone", name="Phone", address=NUMBER, settings={"queue": queue.code, "region": "NO"}
    )
    Role.objects.create(code="bench", name="Bench", permissions=[Permission.HANDLE])
    known = Customer.objects.bulk_create(Customer(name=f"Customer {n}") for n in range(customers))
    ContactPoint.objects.bulk_create(
        ContactPoint(customer=one, kind="phone", value=number)
        for one, number in zip(known, numbers(customers), strict=True)
    )


def hire(many: int, *, port: int) -> Sequence[Agent]:
    """So many agents more, available, each with a telephone; `port`: where all telephones are.

    Nobody needs a skill, so who has been free for longest is asked.
    """
    now, role, first = timezone.now(), Role.objects.get(code="bench"), Agent.objects.count()
    people = Agent.objects.bulk_create(
        Agent(email=f"bench{n}@example.org", name=f"Bench {n}", role=role, capacity={"voice": 1})
        for n in range(first, first + many)
    )
    AgentState.objects.bulk_create(AgentState(agent=one, state=Presence.AVAILABLE, started_at=now) for one in people)
    AgentLoad.objects.bulk_create(
        AgentLoad(agent=one, available=True, idle_since=now, seen_at=now + HEARD_OF_FOR) for one in people
    )
    PhoneLine.objects.bulk_create(
        PhoneLine(
            agent=one, kind=PhoneKind.DESK, name=f"L-bench{one.pk:07}", address=f"sip:desk{one.pk}@127.0.0.1:{port}",
            issued_at=now,
        )
        for one in people
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return people


DOUBLE_OFFERS = """
SELECT count(*) FROM routing_offer a JOIN routing_offer b ON a.id < b.id
    AND (a.entry_id = b.entry_id OR a.agent_id = b.agent_id)
    AND b.offered_at < coalesce(a.answered_at, a.expires_at) AND a.offered_at < coalesce(b.answered_at, b.expires_at)
"""
DOUBLE_TALKS = """
SELECT count(*) FROM interactions_segment a JOIN interactions_segment b ON a.id < b.id AND a.kind = 'agent'
    AND b.kind = 'agent' AND (a.agent_id = b.agent_id OR a.interaction_id = b.interaction_id)
    AND a.started_at < coalesce(b.ended_at, 'infinity') AND b.started_at < coalesce(a.ended_at, 'infinity')
"""
ENTERED = """
SELECT source, (body ->> 'number'), (body ->> 'at')::timestamptz FROM channels_rawevent
WHERE body ->> 'type' = 'StasisStart' AND body -> 'args' ->> 0 = 'in'
"""


def count(question: str) -> float:
    with connection.cursor() as cursor:
        cursor.execute(question)
        row = cursor.fetchone()
    return float(row[0])


def entered() -> dict[str, float]:
    """When each number's last call was handed to fanal, by the exchange's clock; seconds since 1970."""
    with connection.cursor() as cursor:
        cursor.execute(ENTERED)
        return {number: at.timestamp() for _line, number, at in cursor.fetchall()}


def offered_to(agents: Sequence[int]) -> set[str]:
    """The numbers of the callers who have rung at these agents."""
    return set(Offer.objects.filter(agent__in=agents).values_list("entry__interaction__source", flat=True))


def all_can_be_rung() -> bool:
    """And nobody is in a call any more."""
    idle = not Leg.objects.filter(ended_at=None).exists()
    return idle and not PhoneLine.objects.open().filter(reachable=False).exists()
