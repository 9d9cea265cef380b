"""Calls from the carrier to an agent's telephone and back, on a real Asterisk: rows and lines say the same."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from fanal.agents.models import Agent
from fanal.channels.asterisk.ari import Address, Declined, Events, Orders, path_of
from fanal.channels.models import ChannelAccount, ChannelKind, RawEvent
from fanal.intake.voice.admitting import FULL, MOST
from fanal.intake.voice.phones import Phones
from fanal.intake.voice.room import Room
from fanal.interactions.models import Block, Interaction
from fanal.routing import acd
from fanal.routing.models import Queue, QueueEntry
from fanal.running.pbx.configuration import Pbx
from fanal.running.pbx.configuration.dialplan import APP
from fanal.scenarios.models import Flow
from fanal.scenarios.rules.flows import Said
from tests import servers
from tests.channels.asterisk.ears import Ear
from tests.channels.asterisk.phones import Caller, Telephone, answered_at_once
from tests.channels.asterisk.played_phones import PlayedTelephone
from tests.flows.shapes import written
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
    orders = address.orders("clearing", lines=1)
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
    address: Address, telephone: Telephone | PlayedTelephone, *, leads: bool = True, phones: Phones | None = None
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

    def address_of(self, agent: Agent, pictures: bool) -> str:
        return self.address


def match(stop: threading.Event) -> None:
    try:
        acd.run(stop)
    finally:
        connection.close()


@pytest.fixture
def lines(address: Address, room: Room) -> Iterator[Callable[[], dict[str, str]]]:
    """What the exchange has, asked on a line of the test's own."""
    orders = address.orders("tests", lines=1)
    yield lambda: {one["id"]: one["state"] for one in orders.ask("GET", path_of("channels"))}
    orders.close()


def call() -> Interaction:
    """The last one, as soon as it is there."""
    until(Interaction.objects.exists)
    return Interaction.objects.latest("id")


def waits_in(call: Interaction) -> Queue:
    return QueueEntry.objects.select_related("queue").get(interaction=call, left_at=None).queue


def a_flow(number: ChannelAccount, **steps: Any) -> None:
    Flow.objects.create(code="line", name="Line", content=written(**steps))
    number.settings["flow"] = "line"
    number.save()


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
    room.dialogue.waiting.speak = heard
    return heard


def test_music_plays_for_whoever_comes_after_the_last_one_has_left(room: Room, caller: Caller) -> None:
    """Asterisk ends it then, and says nothing of it."""
    for number in (THEIRS, "+4722334466"):
        with Ear(700) as ear, caller.calls(OURS, of=number, seconds=4, ear=ear.port) as calling:
            until(ear.hears_music)
            assert calling.wait(60) == 0, caller.errors()
        until(lambda: not Interaction.objects.filter(ended_at=None).exists())
