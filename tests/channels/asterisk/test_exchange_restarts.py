"""The exchange itself ends amid a call: its lines are closed once, and who was cut off is called back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from django.utils import timezone

from fanal.channels.asterisk.ari import Address
from fanal.channels.asterisk.wire import OUT_OF_ORDER
from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.cli import pbx as cli
from fanal.events.models import Event
from fanal.intake.voice import absence
from fanal.intake.voice.room import Room
from fanal.interactions.models import Interaction, Leg, LegKind, Segment, SegmentKind
from fanal.routing.models import Callback, Offer, OfferState
from fanal.running import pbx
from fanal.running.pbx.configuration import Pbx
from fanal.running.pbx.configuration.programs import ARI_USER
from tests.channels.asterisk.conftest import exchange_in
from tests.channels.asterisk.phones import Caller, Telephone
from tests.channels.asterisk.test_room import OURS, THEIRS, room_for, until
from tests.routing_world import agent, queue
from tests.servers import free_ports

pytestmark = [pytest.mark.timeout(240), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def own(local: pbx.Local, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pbx]:
    asked = exchange_in(local, tmp_path_factory.mktemp("pbx"), at=55000)
    pbx.start(local, asked)
    yield asked
    pbx.stop(local, asked)


@dataclass(frozen=True, kw_only=True)
class Talk:
    """A customer and an agent who talk with each other."""

    room: Room
    call: Interaction
    run: str

    def is_over(self) -> bool:
        return Interaction.objects.get(pk=self.call.pk).ended_at is not None

    def is_called_back(self) -> bool:
        return Callback.objects.filter(wished_in=self.call).exists()


@contextmanager
def a_talk(own: Pbx, folder: Path) -> Iterator[Talk]:
    calls = queue("calls", wrap_up_seconds=30, calls_back_cut=True)
    ChannelAccount.objects.create(
        kind=ChannelKind.VOICE, code="phone", name="Phone", address=OURS,
        settings={
            "queue": calls.code, "region": "NO",
            "dialling": {"trunk": "carrier", "countries": ["NO"], "opens": "00:00", "closes": "23:59:59"},
        },
    )  # fmt: skip
    agent(capacity={"voice": 1}, available_at=timezone.now())
    address = Address(url=f"ws://127.0.0.1:{own.http_port}", user=ARI_USER, secret=own.secret)
    caller = Caller(folder=folder, pbx_port=own.sip_port, port=own.trunks[0].port)
    telephone = Telephone(folder=folder, port=free_ports(1)[0])
    with room_for(address, telephone) as room, telephone.there(), caller.calls(OURS, of=THEIRS, seconds=40):
        until(lambda: Offer.objects.filter(state=OfferState.ACCEPTED).exists())
        first = Interaction.objects.get()
        until(lambda: len(room.exchange.seen().bridges.get(f"t-{first.pk}", ())) == 2)
        yield Talk(room=room, call=first, run=room.exchange.run)


def assert_closed_once(talk: Talk) -> None:
    legs = Leg.objects.filter(interaction=talk.call, run=talk.run)
    assert {leg.kind for leg in legs} == {LegKind.CUSTOMER, LegKind.AGENT}
    assert all(leg.ended_at for leg in legs)
    for leg in legs:
        assert Event.objects.filter(kind="leg.ended", data__leg=leg.pk).count() == 1
    assert Event.objects.filter(kind="interaction.ended", data__interaction=talk.call.pk).count() == 1
    assert not Segment.objects.filter(interaction=talk.call, kind=SegmentKind.AGENT, ended_at=None).exists()
    assert Callback.objects.count() == 1


def kill(local: pbx.Local, own: Pbx) -> None:
    there = pbx.status(local, own)
    assert there
    psutil.Process(there.pid).kill()
    until(lambda: pbx.status(local, own) is None)


def test_the_lines_of_an_exchange_that_died_are_closed_once_and_the_customer_is_called_back(
    local: pbx.Local, own: Pbx, tmp_path: Path
) -> None:
    with a_talk(own, tmp_path) as talk:
        kill(local, own)
        pbx.start(local, own)
        until(lambda: talk.room.exchange.run != talk.run)
        until(talk.is_over)
        until(talk.is_called_back)
    assert_closed_once(talk)


def test_of_one_that_died_and_stays_away_nobody_is_left_in_a_call(
    local: pbx.Local, own: Pbx, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(absence, "ENDED_AFTER", 2.0)
    with a_talk(own, tmp_path) as talk:
        kill(local, own)
        until(talk.is_over)
        assert talk.is_called_back()
        pbx.start(local, own)
        until(lambda: talk.room.exchange.run != talk.run)
        talk.room.look_after()
    assert_closed_once(talk)


def test_who_talks_while_somebody_ends_the_exchange_has_not_laid_down(
    local: pbx.Local, own: Pbx, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_talk(own, tmp_path) as talk:
        monkeypatch.setattr(cli, "_here", lambda: (local, own))
        cli.stop()
        until(talk.is_over)
        until(talk.is_called_back)
        pbx.start(local, own)
        until(lambda: talk.room.exchange.run != talk.run)
        talk.room.look_after()
    assert_closed_once(talk)
    assert not Leg.objects.filter(interaction=talk.call, run=talk.run).exclude(cause=OUT_OF_ORDER).exists()


def test_a_talk_that_was_given_up_and_goes_on_after_all_ends_on_both_sides(own: Pbx, tmp_path: Path) -> None:
    with a_talk(own, tmp_path) as talk:
        talk.room.comparing.give_up()
        until(talk.is_over)
        until(lambda: not talk.room.exchange.lines())
    assert Event.objects.filter(kind="interaction.ended", data__interaction=talk.call.pk).count() == 1
    assert not Leg.objects.filter(interaction=talk.call, ended_at=None).exists()
    assert Callback.objects.count() == 1
