"""The contract of an exchange, third part: more than two in a call, and how each leaves.

How it is kept stands in `test_contract_of_calls.py`.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from fanal.agents.models import AgentSkill
from fanal.channels.asterisk.ari import Address
from fanal.channels.models import ChannelAccount
from fanal.interactions.models import EndReason, Leg, LegKind, PartEnd, Segment
from fanal.routing import actions as routing
from tests.channels.asterisk.phones import Telephone
from tests.channels.asterisk.played_phones import PlayedTelephone
from tests.channels.asterisk.test_room import OURS, THEIRS, call, nobody_calls_yet, number, room_for
from tests.channels.asterisk.test_several_in_a_call import HELD, People, TheirOwn, ann, be_there, lay_down, part_now
from tests.channels.asterisk.two_exchanges import (
    Callers,
    Played,
    Telephones,
    address,
    agree,
    at_trunk,
    caller,
    played,
    telephone,
    until,
)
from tests.routing_world import queue, skill
from tests.servers import free_ports

__all__ = ["address", "agree", "at_trunk", "caller", "nobody_calls_yet", "number", "played", "telephone"]
pytestmark = [pytest.mark.timeout(240), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(
    address: Address, number: ChannelAccount, telephone: Telephones, played: Played | None, tmp_path: Path
) -> Iterator[People]:
    def made() -> Telephones:
        return PlayedTelephone(played=played) if played else Telephone(folder=tmp_path, port=free_ports(1)[0])

    phones = TheirOwn()
    with room_for(address, telephone, phones=phones) as room:
        them = People(phones, room, made)
        with them.stack:
            yield them


@pytest.fixture
def talking(people: People, caller: Callers) -> Iterator[None]:
    """Ann talks to a customer who stays for long."""
    people.agent("Ann", takes_calls=True)
    with caller.calls(OURS, of=THEIRS, seconds=40):
        until(lambda: people.in_bridge(f"t-{call().pk}") == {"Ann", "customer"})
        yield


def asks_bob(people: People) -> None:
    bob = people.agent("Bob", takes_calls=True)
    routing.ask(interaction=call(), to_agent=bob, by=ann(), now=timezone.now())
    until(lambda: people.in_bridge(f"c-{call().pk}") == {"Ann", "Bob"})
    assert people.in_bridge(HELD) == {"customer"}


def together(people: People) -> None:
    asks_bob(people)
    routing.bring_together(participation=call().participations.get(), by=ann(), now=timezone.now())
    until(lambda: people.in_bridge(f"t-{call().pk}") == {"Ann", "Bob", "customer"})


def test_a_warm_transfer_gives_the_customer_to_the_colleague_who_was_asked(
    people: People, talking: None, address: Address, agree: Callable[[], None]
) -> None:
    asks_bob(people)
    routing.hand_to(participation=call().participations.get(), by=ann(), now=timezone.now())
    until(lambda: people.in_bridge(f"t-{call().pk}") == {"Bob", "customer"})
    until(lambda: not Leg.objects.filter(agent=ann(), ended_at=None).exists())
    lay_down(address, call().thread)
    until(lambda: call().end_reason == EndReason.CUSTOMER)
    agree()


def test_a_warm_transfer_to_a_queue_gives_the_customer_to_whoever_took_the_question(
    people: People, talking: None, address: Address, agree: Callable[[], None]
) -> None:
    bob = people.agent("Bob")
    AgentSkill.objects.create(agent=bob, skill=skill("lines"), level=3)
    second = queue("second", skills={"lines": 1}, ring_seconds=20)
    be_there(bob)
    routing.ask(interaction=call(), to_queue=second, why="No tone.", by=ann(), now=timezone.now())
    until(lambda: people.in_bridge(f"c-{call().pk}") == {"Ann", "Bob"})
    routing.hand_to(participation=call().participations.get(), by=ann(), now=timezone.now())
    until(lambda: people.in_bridge(f"t-{call().pk}") == {"Bob", "customer"})
    until(lambda: not Leg.objects.filter(agent=ann(), ended_at=None).exists())
    lay_down(address, call().thread)
    until(lambda: call().end_reason == EndReason.CUSTOMER)
    agree()


def test_who_is_asked_and_let_go_leaves_the_two_as_they_were(
    people: People, talking: None, address: Address, agree: Callable[[], None]
) -> None:
    asks_bob(people)
    routing.let_go(participation=call().participations.get(), by=ann(), now=timezone.now())
    until(lambda: people.in_bridge(f"t-{call().pk}") == {"Ann", "customer"})
    until(lambda: not Leg.objects.filter(agent__name="Bob", ended_at=None).exists())
    lay_down(address, call().thread)
    until(lambda: call().end_reason == EndReason.CUSTOMER)
    agree()


def test_who_lays_down_in_a_conference_leaves_the_customer_with_who_stays(
    people: People, talking: None, address: Address, agree: Callable[[], None]
) -> None:
    together(people)
    lay_down(address, Leg.objects.get(agent=ann(), ended_at=None).line)
    until(lambda: people.in_bridge(f"t-{call().pk}") == {"Bob", "customer"})
    until(lambda: Segment.objects.filter(interaction=call(), ended_at=None, agent__name="Bob").exists())
    lay_down(address, Leg.objects.get(agent__name="Bob", ended_at=None).line)
    until(lambda: call().end_reason == EndReason.AGENT)
    agree()


def test_a_customer_who_lays_down_in_a_conference_ends_all_of_it(
    people: People, talking: None, address: Address, agree: Callable[[], None]
) -> None:
    together(people)
    lay_down(address, call().thread)
    until(lambda: call().end_reason == EndReason.CUSTOMER)
    agree()
    assert part_now(call().participations.get()).end == PartEnd.OVER


def test_a_blind_transfer_outside_leaves_the_customer_with_whoever_answers_there(
    people: People,
    talking: None,
    number: ChannelAccount,
    address: Address,
    at_trunk: Callable[[str], Telephones],
    agree: Callable[[], None],
) -> None:
    outside = people.outside(number)
    with at_trunk("other").there():
        routing.send_outside(interaction=call(), number=outside, by=ann(), now=timezone.now())
        until(lambda: people.in_bridge(f"t-{call().pk}") == {"customer", "outside"})
        lay_down(address, Leg.objects.get(kind=LegKind.OUTSIDE).line)
        until(lambda: call().end_reason == EndReason.OUTSIDE)
    agree()
