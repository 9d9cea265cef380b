"""Calls from the carrier to an agent's telephone and back, on a real Asterisk: rows and lines say the same."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from fanal.agents.models import Agent, Presence
from fanal.channels.asterisk.ari import Address, Declined, Events, Orders, path_of
from fanal.channels.asterisk.rules import Seen
from fanal.channels.models import ChannelAccount, ChannelKind, RawEvent
from fanal.customers.models import ContactPoint, Customer
from fanal.hours.models import Calendar
from fanal.identity.models import Recognition
from fanal.intake.voice.admitting import FULL, MOST
from fanal.intake.voice.phones import Phones
from fanal.intake.voice.room import Room
from fanal.interactions.models import Block, EndReason, Interaction, Leg, LegKind, Segment, SegmentKind
from fanal.routing import acd, actions
from fanal.routing.models import EntryState, Offer, OfferState, Queue, QueueEntry
from fanal.running.pbx.configuration import Pbx
from fanal.running.pbx.configuration.dialplan import APP
from fanal.scenarios.models import Flow, FlowEnd, FlowRun
from fanal.scenarios.rules.flows import Said
from tests import servers
from tests.channels.asterisk.phones import Caller, Telephone, answered_at_once
from tests.flows.shapes import ask, bye, menu, written
from tests.routing_world import agent, queue
from tests.servers import free_ports

pytestmark = [pytest.mark.timeout(240), pytest.mark.django_db(transaction=True)]
until = partial(servers.until, seconds=60)
CARD = "4111111111111111"
OURS, THEIRS = "+4780012345", "+4722334455"


@pytest.fixture
def number() -> ChannelAccount:
    line = queue("calls", wrap_up_seconds=30)
    return ChannelAccount.objects.create(
        kind=ChannelKind.VOICE, code="phone", name="Phone", address=OURS, settings={"queue": line.code, "region": "NO"}
    )


@pytest.fixture
def telephone(exchange: Pbx, tmp_path: Path) -> Telephone:
    return Telephone(folder=tmp_path, port=free_ports(1)[0])


@pytest.fixture(autouse=True)
def nobody_calls_yet(address: Address) -> None:
    """What an earlier test left ringing would be a call of this one."""
    orders = Orders(address, "clearing", lines=1)
    for line in orders.ask("GET", path_of("channels")):
        with contextlib.suppress(Declined):
            orders.ask("DELETE", path_of("channels", line["id"]))
    until(lambda: orders.ask("GET", path_of("channels")) == [])
    orders.close()


@pytest.fixture
def room(address: Address, number: ChannelAccount, telephone: Telephone) -> Iterator[Room]:
    with room_for(address, telephone) as room:
        yield room


@contextlib.contextmanager
def room_for(
    address: Address, telephone: Telephone, *, leads: bool = True, phones: Phones | None = None
) -> Iterator[Room]:
    """`fanal voice` and `fanal acd`, in this process; agents have the same telephone. Else a room that stands by."""
    stop = threading.Event()
    phones = phones or TheSame(telephone.address)
    room = Room(address, app=APP, phones=phones, speak=a_tone, stop=stop)
    running = [threading.Thread(target=room.run), threading.Thread(target=match, args=(stop,))]
    for thread in running:
        thread.start()
    if leads:
        until(lambda: room.exchange.run)
    try:
        yield room
    finally:
        stop.set()
        for thread in running:
            thread.join(20)
    assert not any(thread.is_alive() for thread in running)


def a_tone(said: Sequence[Said]) -> list[str]:
    """Instead of a voice: each sentence is a beep, which every exchange has."""
    return ["tone:beep"] * len(said)


class TheSame(Phones):
    """Every agent has the same telephone, on which nobody signs in."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address

    def keep(self, orders: Orders, *, told: Mapping[str, bool] | None, now: datetime) -> None:
        return

    def away(self) -> None:
        return

    def address_of(self, agent: Agent) -> str:
        return self.address


def match(stop: threading.Event) -> None:
    try:
        acd.run(stop)
    finally:
        connection.close()


@pytest.fixture
def lines(address: Address, room: Room) -> Iterator[Callable[[], dict[str, str]]]:
    """What the exchange has, asked on a line of the test's own."""
    orders = Orders(address, "tests", lines=1)
    yield lambda: {one["id"]: one["state"] for one in orders.ask("GET", path_of("channels"))}
    orders.close()


def call() -> Interaction:
    """The last one, as soon as it is there."""
    until(Interaction.objects.exists)
    return Interaction.objects.latest("id")


def waits_in(call: Interaction) -> Queue:
    return QueueEntry.objects.select_related("queue").get(interaction=call, left_at=None).queue


def test_a_call_waits_with_music_rings_is_answered_and_ends_in_wrap_up(
    room: Room, caller: Caller, telephone: Telephone, lines: Callable[[], dict[str, str]]
) -> None:
    who = Customer.objects.create(name="Kari Nordmann")
    ContactPoint.objects.create(customer=who, kind="phone", value=THEIRS)
    robin = agent(capacity={"voice": 1}, available_at=None)
    with telephone.there(lifts_after=0.5) as phone, caller.calls(OURS, of=THEIRS, seconds=8) as calling:
        until(lambda: QueueEntry.objects.filter(state=EntryState.WAITING).exists())
        until(lambda: room.exchange.seen().music)
        assert call().recognition == Recognition.KNOWN
        actions.set_presence(agent=robin, state=Presence.AVAILABLE, by=robin, now=timezone.now())
        until(lambda: Offer.objects.filter(state=OfferState.ACCEPTED, agent=robin).exists())
        talk = f"t-{call().pk}"
        until(lambda: len(room.exchange.seen().bridges.get(talk, ())) == 2)
        assert set(lines().values()) == {"Up"}
        assert calling.wait(60) == 0, caller.errors()
        assert phone.wait(60) == 0
    until(lambda: call().ended_at)
    until(lambda: not lines())
    assert call().end_reason == EndReason.CUSTOMER
    until(lambda: not Leg.objects.filter(ended_at=None).exists())
    assert {(leg.kind, leg.cause, leg.estimated) for leg in Leg.objects.all()} == {
        (LegKind.CUSTOMER, 16, False),
        (LegKind.AGENT, 16, False),
    }
    talked = Segment.objects.get(kind=SegmentKind.AGENT)
    assert talked.wrapped_up_at is None
    assert talked.wrap_up_due_at
    until(lambda: talk not in room.exchange.seen().bridges)


def test_who_hangs_up_while_waiting_has_abandoned_and_the_telephone_stops_ringing(
    room: Room, caller: Caller, telephone: Telephone, lines: Callable[[], dict[str, str]]
) -> None:
    agent(capacity={"voice": 1}, available_at=timezone.now())
    with telephone.there(lifts_after=30), caller.calls(OURS, of="anonymous", seconds=6) as calling:
        until(lambda: "Ringing" in lines().values() or len(lines()) == 2)
        assert call().source == ""
        assert calling.wait(60) == 0, caller.errors()
        until(lambda: call().end_reason == EndReason.ABANDONED)
        until(lambda: not lines())
    assert Offer.objects.get().state == OfferState.WITHDRAWN


def test_the_agent_lays_down_and_the_customer_is_not_left_in_silence(
    room: Room, caller: Caller, telephone: Telephone, lines: Callable[[], dict[str, str]]
) -> None:
    agent(capacity={"voice": 1}, available_at=timezone.now())
    with telephone.there(ends=True) as phone, caller.calls(OURS, of=THEIRS, seconds=20):
        assert phone.wait(60) == 0, (telephone.folder / f"phone-{telephone.port}").read_text()
        until(lambda: call().end_reason == EndReason.AGENT)
        until(lambda: not lines())


def test_two_calls_of_one_number_are_two_contacts(room: Room, caller: Caller) -> None:
    with caller.calls(OURS, of=THEIRS, seconds=6, at_once=2) as calling:
        until(lambda: Interaction.objects.filter(source=THEIRS, ended_at=None).count() == 2)
        assert calling.wait(60) == 0, caller.errors()
    until(lambda: not Interaction.objects.filter(ended_at=None).exists())


def test_a_line_that_is_lost_ends_nothing_and_the_telephone_is_called_again(
    room: Room, caller: Caller, telephone: Telephone, address: Address, lines: Callable[[], dict[str, str]]
) -> None:
    """The exchange says what a browser that died says: nothing, and the line is cleared for another reason."""
    agent(capacity={"voice": 1}, available_at=timezone.now())
    orders = Orders(address, "breaking", lines=1)
    with caller.calls(OURS, of=THEIRS, seconds=20) as calling:
        with telephone.there():
            until(lambda: Offer.objects.filter(state=OfferState.ACCEPTED).exists())
            talk = f"t-{call().pk}"
            until(lambda: len(room.exchange.seen().bridges.get(talk, ())) == 2)
            orders.ask("DELETE", path_of("channels", Leg.objects.get(kind=LegKind.AGENT).line), {"reason_code": 38})
        assert call().ended_at is None
        with telephone.there():
            until(lambda: len(room.exchange.seen().bridges.get(talk, ())) == 2)
            assert calling.wait(60) == 0, caller.errors()
    orders.close()
    until(lambda: call().end_reason == EndReason.CUSTOMER)
    assert Segment.objects.filter(kind=SegmentKind.AGENT).count() == 1


def test_a_transfer_takes_the_caller_back_into_the_music_and_lays_down_the_first_telephone(
    room: Room, caller: Caller, telephone: Telephone, lines: Callable[[], dict[str, str]]
) -> None:
    robin = agent(capacity={"voice": 1}, available_at=timezone.now())
    other = queue("second", ring_seconds=20)
    with telephone.there() as phone, caller.calls(OURS, of=THEIRS, seconds=10) as calling:
        until(lambda: len(room.exchange.seen().bridges.get(f"t-{call().pk}", ())) == 2)
        actions.transfer(interaction=call(), by=robin, to_queue=other, now=timezone.now())
        assert phone.wait(60) == 0
        until(lambda: call().thread in room.exchange.seen().bridges.get(f"w-{other.pk}", ()))
        assert calling.wait(60) == 0, caller.errors()
    until(lambda: call().end_reason == EndReason.ABANDONED)


def test_who_went_while_the_room_was_gone_is_found_gone_and_who_came_is_found_there(
    address: Address, number: ChannelAccount, caller: Caller, telephone: Telephone
) -> None:
    with room_for(address, telephone) as room, caller.calls(OURS, of=THEIRS, seconds=6) as calling:
        until(lambda: call().thread in room.exchange.seen().bridges.get(f"w-{waits_in(call()).pk}", ()))
        gone = call()
        room.stop.set()
        assert calling.wait(60) == 0, caller.errors()
    assert Leg.objects.get(interaction=gone).ended_at is None
    with room_for(address, telephone):
        until(lambda: Interaction.objects.get(pk=gone.pk).end_reason == EndReason.ABANDONED)
        assert Leg.objects.get(interaction=gone).estimated


def test_a_room_that_stands_by_asks_for_nothing(
    address: Address, number: ChannelAccount, room: Room, caller: Caller, telephone: Telephone
) -> None:
    """It sees nothing of the exchange, so to it every phone would still have to ring."""
    with room_for(address, telephone, leads=False) as second, caller.calls(OURS, of=THEIRS, seconds=4) as calling:
        until(lambda: call().thread in room.exchange.seen().bridges.get(f"w-{waits_in(call()).pk}", ()))
        second.look_at(call().pk)
        agent(capacity={"voice": 1}, available_at=timezone.now())
        assert calling.wait(60) == 0, caller.errors()
    assert second.exchange.seen() == Seen()
    until(lambda: call().ended_at)


def a_flow(number: ChannelAccount, **steps: Any) -> None:
    Flow.objects.create(code="line", name="Line", content=written(**steps))
    number.settings["flow"] = "line"
    number.save()


def test_what_a_caller_keys_leads_through_the_flow_and_arrives_with_the_call(
    number: ChannelAccount, room: Room, caller: Caller, telephone: Telephone
) -> None:
    second = queue("orders")
    a_flow(
        number,
        menu=menu(keys={"1": "order", "2": "people"}),
        order=ask(next="specialists", shortest=4, longest=4),
        specialists={"kind": "queue", "queue": second.code, "prompt": "I connect you."},
    )
    with caller.calls(OURS, of=THEIRS, seconds=1, keys="1 4711") as calling:
        assert calling.wait(30) == 0, caller.errors()
    entry = QueueEntry.objects.get(interaction=call())
    assert (entry.queue, call().given["order"]) == (second, "4711")
    assert FlowRun.objects.get().how == FlowEnd.QUEUE
    assert list(call().segments.values_list("kind", flat=True)) == [SegmentKind.BOT, SegmentKind.QUEUE]


def test_who_is_served_by_the_flow_is_said_goodbye_to_and_no_agent_is_asked(
    number: ChannelAccount, room: Room, caller: Caller, lines: Callable[[], dict[str, str]]
) -> None:
    a_flow(number, menu=menu(), bye=bye())
    with caller.calls(OURS, of=THEIRS, seconds=20, keys="1"):
        until(lambda: call().end_reason == EndReason.SERVED)
        until(lambda: not lines())
    assert not QueueEntry.objects.exists()


def test_a_secret_that_is_keyed_stands_nowhere(number: ChannelAccount, room: Room, caller: Caller) -> None:
    a_flow(number, ask=ask(gives="card", secret=True, shortest=16, longest=16, next="people"))
    with caller.calls(OURS, of=THEIRS, seconds=1, keys=CARD) as calling:
        assert calling.wait(60) == 0, caller.errors()
    until(lambda: call().ended_at)
    assert call().given["card_last_four"] == CARD[-4:]
    everything = [list(model._default_manager.values()) for model in apps.get_models()]
    assert CARD not in str(everything)
    assert "4111111" not in str(everything)


def test_a_blocked_caller_is_refused_and_whoever_withholds_their_number_is_not_blocked_by_it(
    number: ChannelAccount, room: Room, exchange: Pbx
) -> None:
    by = agent(available_at=None)
    for source in (THEIRS, ""):
        Block.objects.create(
            account=number, source=source, reason="abuse", by=by, at=timezone.now(),
            until=timezone.now() + timedelta(days=1),
        )  # fmt: skip
    trunk = {"pbx_port": exchange.sip_port, "port": exchange.trunks[0].port}
    assert answered_at_once("INVITE", OURS, sender=THEIRS, **trunk)[-1] == 403
    assert answered_at_once("INVITE", OURS, sender="anonymous", **trunk)[-1] == 200
    assert [one.source for one in Interaction.objects.all()] == [""]


def test_whoever_comes_when_too_many_wait_to_be_taken_is_refused_at_once_and_that_is_kept(
    room: Room, exchange: Pbx
) -> None:
    trunk = {"pbx_port": exchange.sip_port, "port": exchange.trunks[0].port, "sender": THEIRS}
    room.admission.most = 0
    assert answered_at_once("INVITE", OURS, **trunk)[-1] == 503
    until(lambda: RawEvent.objects.filter(reason=FULL, body__number=THEIRS).exists())
    assert not Interaction.objects.exists()
    room.admission.most = MOST
    assert answered_at_once("INVITE", OURS, **trunk)[-1] == 200
    until(lambda: call().source == THEIRS)
    until(lambda: not room.admission.waiting)


def test_what_a_phone_of_ours_dials_by_itself_leads_nowhere(room: Room, address: Address) -> None:
    orders = Orders(address, "dialling", lines=1)
    query = {"endpoint": "Local/+4790000000@from-agents", "app": "tests-dialling", "channelId": "dialler"}
    with contextlib.closing(Events(address, "tests-dialling")):
        orders.ask("POST", path_of("channels"), query)
        until(lambda: orders.ask("GET", path_of("channels")) == [])
    orders.close()
    assert not RawEvent.objects.exists()


class Heard:
    """A voice that writes down what it is asked to say."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def __call__(self, said: Sequence[Said]) -> list[str]:
        self.said += [one.text for one in said]
        return a_tone(said)


@pytest.fixture
def voice(room: Room) -> Heard:
    heard = Heard()
    room.waiting.speak = heard
    return heard


def test_who_waits_hears_their_place_beside_the_music_and_a_key_lets_them_be_called(
    number: ChannelAccount, room: Room, voice: Heard, caller: Caller, lines: Callable[[], dict[str, str]]
) -> None:
    Queue.objects.update(announce_after_seconds=1, callback_key="1")
    busy = agent(capacity={"voice": 1}, available_at=None)
    actions.set_presence(agent=busy, state=Presence.BREAK, by=busy, now=timezone.now())
    with caller.calls(OURS, of=THEIRS, seconds=30, keys="         1"):
        until(lambda: "You are next." in voice.said)
        waited = call()
        assert waited.thread in room.exchange.seen().bridges[f"w-{waits_in(waited).pk}"]
        until(lambda: call().end_reason == EndReason.CALLBACK)
        until(lambda: not lines())
    assert voice.said[-1].startswith("Thank you. We will call you.")
    assert QueueEntry.objects.get(interaction=waited).state == EntryState.WITHDRAWN
    assert QueueEntry.objects.filter(case__isnull=False).exists()


def test_who_calls_a_closed_queue_hears_that_before_the_line_ends(
    number: ChannelAccount, room: Room, voice: Heard, caller: Caller, lines: Callable[[], dict[str, str]]
) -> None:
    Queue.objects.update(calendar=Calendar.objects.create(code="never", name="Never", zone="UTC"))
    with caller.calls(OURS, of=THEIRS, seconds=30):
        until(lambda: call().end_reason == EndReason.CLOSED)
        until(lambda: not lines())
    assert voice.said[0] == "We are closed now."
    until(lambda: Leg.objects.get(interaction=call()).ended_at)
