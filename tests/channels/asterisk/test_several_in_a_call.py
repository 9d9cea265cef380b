"""More than two in a call, on a real Asterisk: who is asked, who talks along, who listens, and how each leaves."""

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from django.utils import timezone

from fanal.agents.models import Agent, AgentSkill, Permission, Presence, Role
from fanal.channels.asterisk.ari import Address, path_of
from fanal.channels.models import ChannelAccount
from fanal.events.models import Event
from fanal.intake.voice import outgoing
from fanal.intake.voice.room import Room
from fanal.interactions import actions as interactions
from fanal.interactions.models import (
    EndReason,
    InCall,
    Interaction,
    Leg,
    LegKind,
    PartEnd,
    Participation,
    Segment,
    SegmentKind,
)
from fanal.routing import actions as routing
from fanal.routing.models import Offer
from fanal.running.pbx.configuration import Pbx
from tests import servers
from tests.channels.asterisk.phones import Caller, Telephone
from tests.channels.asterisk.played_phones import PlayedTelephone
from tests.channels.asterisk.test_room import OURS, THEIRS, TheSame, call, nobody_calls_yet, number, room_for  # noqa: F401
from tests.routing_world import agent, queue, skill
from tests.servers import free_ports

pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("nobody_calls_yet", "number"),
]
until = partial(servers.until, seconds=30)
HELD = "w-held"


class TheirOwn(TheSame):
    """Each agent has a telephone of their own; whoever has none cannot be rung."""

    def __init__(self) -> None:
        super().__init__("")
        self.of: dict[int, str] = {}

    def address_of(self, agent: Agent, pictures: bool) -> str:
        return self.of.get(agent.pk, "")


class People:
    """The agents with their telephones, each one that is made for them, and where their lines are."""

    def __init__(self, phones: TheirOwn, room: Room, made: Callable[[], Telephone | PlayedTelephone]) -> None:
        self.phones, self.room, self.made = phones, room, made
        self.stack = contextlib.ExitStack()

    def agent(self, name: str, *, takes_calls: bool = False, ends: bool = False) -> Agent:
        who = agent(name, capacity={"voice": 1}, available_at=None)
        telephone = self.made()
        self.phones.of[who.pk] = telephone.address
        self.stack.enter_context(telephone.there(ends=ends))
        if takes_calls:
            be_there(who)
        return who

    def outside(self, account: ChannelAccount) -> str:
        """Somebody who is called by the carrier's line; returns the number at which they are."""
        account.settings["dialling"] = {"trunk": "other", "countries": ["NO"], "opens": "00:00", "closes": "23:59"}
        account.save()
        return THEIRS

    def in_bridge(self, name: str) -> set[str]:
        """The names of the agents, and `customer`, that are there now."""
        lines = self.room.exchange.seen().bridges.get(name, frozenset())
        legs = Leg.objects.filter(line__in=lines).select_related("agent")
        return {leg.agent.name if leg.agent else str(leg.kind) for leg in legs}


@pytest.fixture
def people(address: Address, exchange: Pbx, tmp_path: Path) -> Iterator[People]:
    phones = TheirOwn()
    with room_for(address, Telephone(folder=tmp_path, port=0), phones=phones) as room:
        them = People(phones, room, lambda: Telephone(folder=tmp_path, port=free_ports(1)[0]))
        with them.stack:
            yield them


@pytest.fixture
def talking(people: People, caller: Caller) -> Iterator[Callable[[], Interaction]]:
    """Ann talks to a customer who stays for long."""
    people.agent("Ann", takes_calls=True)
    with caller.calls(OURS, of=THEIRS, seconds=25):
        until(lambda: people.in_bridge(f"t-{call().pk}") == {"Ann", "customer"})
        yield call


def be_there(who: Agent) -> None:
    routing.set_presence(agent=who, state=Presence.AVAILABLE, by=who, now=timezone.now())


def ann() -> Agent:
    return Agent.objects.get(name="Ann")


def take_part(who: Agent, how: InCall) -> Participation:
    return interactions.let_take_part(interaction=call(), how=how, agent=who, by=ann(), now=timezone.now())


def test_who_is_asked_speaks_with_the_agent_and_never_with_the_customer_until_they_are_together(
    people: People, talking: Callable[[], Interaction]
) -> None:
    talk, aside = f"t-{call().pk}", f"c-{call().pk}"
    bob = people.agent("Bob")
    interactions.hold(interaction=call(), by=ann(), now=timezone.now())
    asked = take_part(bob, InCall.ASKED)
    until(lambda: people.in_bridge(aside) == {"Ann", "Bob"})
    assert people.in_bridge(HELD) == {"customer"}
    asked.refresh_from_db()
    assert asked.joined_at
    interactions.unhold(interaction=call(), by=ann(), now=timezone.now())
    until(lambda: people.in_bridge(talk) == {"Ann", "customer"})
    until(lambda: people.in_bridge(HELD) == {"Bob"})
    interactions.change_part(asked, how=InCall.TOGETHER, by=ann(), now=timezone.now())
    until(lambda: people.in_bridge(talk) == {"Ann", "Bob", "customer"})
    interactions.end_part(asked, end=PartEnd.LET_GO, by=ann(), now=timezone.now())
    until(lambda: people.in_bridge(talk) == {"Ann", "customer"})
    until(lambda: not Leg.objects.filter(agent=bob, ended_at=None).exists())


def test_who_listens_has_a_room_of_their_own_with_the_sound_of_the_agent(
    people: People, talking: Callable[[], Interaction]
) -> None:
    sue = leads(people.agent("Sue"))
    listens = take_part(sue, InCall.LISTENS)
    room = f"n-{call().pk}-{listens.pk}"
    until(lambda: len(people.room.exchange.seen().bridges.get(room, ())) == 2)
    interactions.change_part(listens, how=InCall.WHISPERS, by=sue, now=timezone.now())
    until(lambda: any("-w-" in line for line in people.room.exchange.seen().bridges.get(room, ())))
    assert not any("-l-" in line for line in people.room.exchange.seen().lines)
    interactions.change_part(listens, how=InCall.JOINS, by=sue, now=timezone.now())
    until(lambda: people.in_bridge(f"t-{call().pk}") == {"Ann", "Sue", "customer"})
    until(lambda: not any(name.startswith("n-") for name in people.room.exchange.seen().lines))
    until(lambda: room not in people.room.exchange.seen().bridges)


def test_a_warm_transfer_to_a_queue_gives_the_customer_to_who_took_it_without_a_word_in_between(
    people: People, talking: Callable[[], Interaction]
) -> None:
    bob = people.agent("Bob")
    AgentSkill.objects.create(agent=bob, skill=skill("lines"), level=3)
    second = queue("second", skills={"lines": 1}, ring_seconds=20)
    be_there(bob)
    part = routing.ask(interaction=call(), to_queue=second, why="No tone.", by=ann(), now=timezone.now())
    until(lambda: people.in_bridge(f"c-{call().pk}") == {"Ann", "Bob"})
    assert people.in_bridge(HELD) == {"customer"}
    assert Offer.objects.get(entry__participation=part).agent == bob
    routing.hand_to(participation=part_now(part), by=ann(), now=timezone.now())
    until(lambda: people.in_bridge(f"t-{call().pk}") == {"Bob", "customer"})
    until(lambda: not Leg.objects.filter(agent=ann(), ended_at=None).exists())
    assert call().ended_at is None
    assert Segment.objects.get(interaction=call(), ended_at=None).agent == bob


def test_who_lays_down_in_a_conference_leaves_the_customer_with_the_one_who_stays(
    people: People, talking: Callable[[], Interaction], address: Address
) -> None:
    bob = people.agent("Bob", takes_calls=True)
    part = routing.ask(interaction=call(), to_agent=bob, by=ann(), now=timezone.now())
    until(lambda: people.in_bridge(f"c-{call().pk}") == {"Ann", "Bob"})
    routing.bring_together(participation=part_now(part), by=ann(), now=timezone.now())
    until(lambda: people.in_bridge(f"t-{call().pk}") == {"Ann", "Bob", "customer"})
    lay_down(address, Leg.objects.get(agent=ann(), ended_at=None).line)
    until(lambda: people.in_bridge(f"t-{call().pk}") == {"Bob", "customer"})
    until(lambda: Segment.objects.get(interaction=call(), ended_at=None).agent == bob)
    lay_down(address, Leg.objects.get(agent=bob, ended_at=None).line)
    until(lambda: call().end_reason == EndReason.AGENT)
    until(lambda: not Leg.objects.filter(ended_at=None).exists())


def test_a_customer_who_hangs_up_in_a_conference_ends_every_line(
    people: People, talking: Callable[[], Interaction], address: Address
) -> None:
    bob = people.agent("Bob", takes_calls=True)
    part = routing.ask(interaction=call(), to_agent=bob, by=ann(), now=timezone.now())
    until(lambda: people.in_bridge(f"c-{call().pk}") == {"Ann", "Bob"})
    routing.bring_together(participation=part_now(part), by=ann(), now=timezone.now())
    until(lambda: people.in_bridge(f"t-{call().pk}") == {"Ann", "Bob", "customer"})
    lay_down(address, call().thread)
    until(lambda: call().end_reason == EndReason.CUSTOMER)
    until(lambda: not Leg.objects.filter(ended_at=None).exists())
    rooms = {f"t-{call().pk}", f"c-{call().pk}"}
    until(lambda: not rooms & people.room.exchange.seen().bridges.keys())
    assert part_now(part).end == PartEnd.OVER


def test_a_transfer_to_a_number_outside_leaves_the_customer_with_them_until_one_hangs_up(
    people: People,
    talking: Callable[[], Interaction],
    exchange: Pbx,
    number: ChannelAccount,  # noqa: F811
    address: Address,
    tmp_path: Path,
) -> None:
    outside = people.outside(number)
    with Telephone(folder=tmp_path, port=exchange.trunks[1].port).there():
        routing.send_outside(interaction=call(), number=outside, by=ann(), now=timezone.now())
        until(lambda: people.in_bridge(f"t-{call().pk}") == {"customer", "outside"})
        leg = Leg.objects.get(kind=LegKind.OUTSIDE)
        assert leg.dial
        assert leg.answered_at
        assert Segment.objects.get(interaction=call(), ended_at=None).kind == SegmentKind.AWAY
        assert not Leg.objects.filter(agent=ann(), ended_at=None).exists()
        lay_down(address, leg.line)
        until(lambda: call().end_reason == EndReason.OUTSIDE)
        until(lambda: not Leg.objects.filter(ended_at=None).exists())


def test_a_supervisor_listens_whispers_joins_and_takes_over_and_each_step_is_told(
    people: People, talking: Callable[[], Interaction]
) -> None:
    sue = leads(people.agent("Sue"))
    part = routing.supervise(interaction=call(), how=InCall.LISTENS, by=sue, now=timezone.now())
    room = f"n-{call().pk}-{part.pk}"
    until(lambda: len(people.room.exchange.seen().bridges.get(room, ())) == 2)
    assert people.in_bridge(f"t-{call().pk}") == {"Ann", "customer"}
    routing.supervise(interaction=call(), how=InCall.WHISPERS, by=sue, now=timezone.now())
    until(lambda: any("-w-" in line for line in people.room.exchange.seen().bridges.get(room, ())))
    routing.supervise(interaction=call(), how=InCall.JOINS, by=sue, now=timezone.now())
    until(lambda: people.in_bridge(f"t-{call().pk}") == {"Ann", "Sue", "customer"})
    routing.take_over(interaction=call(), by=sue, now=timezone.now())
    until(lambda: people.in_bridge(f"t-{call().pk}") == {"Sue", "customer"})
    assert Segment.objects.get(interaction=call(), ended_at=None).agent == sue
    told = Event.objects.filter(kind__startswith="participation.", by=sue.pk).order_by("id")
    assert [(one.kind, one.data["how"]) for one in told if one.kind != "participation.joined"] == [
        ("participation.began", "listens"),
        ("participation.changed", "whispers"),
        ("participation.changed", "joins"),
        ("participation.ended", "joins"),
    ]


def test_who_loses_the_right_hears_nothing_more_within_seconds_and_the_talk_goes_on(
    people: People, talking: Callable[[], Interaction]
) -> None:
    sue = leads(people.agent("Sue"))
    part = routing.supervise(interaction=call(), how=InCall.LISTENS, by=sue, now=timezone.now())
    until(lambda: len(people.room.exchange.seen().bridges.get(f"n-{call().pk}-{part.pk}", ())) == 2)
    Role.objects.filter(pk=sue.role_id).update(permissions=[Permission.HANDLE])
    servers.until(lambda: not any(one.startswith("n-") for one in people.room.exchange.seen().lines), seconds=12)
    until(lambda: not Leg.objects.filter(agent=sue, ended_at=None).exists())
    assert part_now(part).end == PartEnd.NO_RIGHT
    assert people.in_bridge(f"t-{call().pk}") == {"Ann", "customer"}


def test_the_exchange_itself_ends_a_line_outside_that_lasts_too_long(
    people: People,
    talking: Callable[[], Interaction],
    exchange: Pbx,
    number: ChannelAccount,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Should nobody of us be there to do so: the rows would let them talk for an hour."""
    monkeypatch.setattr(outgoing, "LONGEST", 5)
    outside = people.outside(number)
    with Telephone(folder=tmp_path, port=exchange.trunks[1].port).there():
        routing.send_outside(interaction=call(), number=outside, by=ann(), now=timezone.now())
        until(lambda: people.in_bridge(f"t-{call().pk}") == {"customer", "outside"})
        until(lambda: Leg.objects.get(kind=LegKind.OUTSIDE).ended_at)
        until(lambda: not Leg.objects.filter(ended_at=None).exists())
    assert call().end_reason == EndReason.OUTSIDE


def leads(who: Agent) -> Agent:
    """Supervises everybody."""
    who.role = Role.objects.create(code="lead", name="Lead", permissions=[Permission.HANDLE, Permission.SUPERVISE])
    who.save()
    return who


def part_now(part: Participation) -> Participation:
    return Participation.objects.get(pk=part.pk)


def lay_down(address: Address, line: str) -> None:
    """As if whoever has this phone laid it down."""
    orders = address.orders("laying-down", lines=1)
    orders.ask("DELETE", path_of("channels", line), {"reason_code": 16})
    orders.close()
