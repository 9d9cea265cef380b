"""The exchange itself dies amid a call: its lines are closed once, and who was cut off is called back."""

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from django.utils import timezone

from fanal.channels.asterisk.ari import Address
from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.events.models import Event
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


def test_the_lines_of_an_exchange_that_died_are_closed_once_and_the_customer_is_called_back(
    local: pbx.Local, own: Pbx, tmp_path: Path
) -> None:
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
    caller = Caller(folder=tmp_path, pbx_port=own.sip_port, port=own.trunks[0].port)
    telephone = Telephone(folder=tmp_path, port=free_ports(1)[0])
    with room_for(address, telephone) as room, telephone.there(), caller.calls(OURS, of=THEIRS, seconds=40):
        until(lambda: Offer.objects.filter(state=OfferState.ACCEPTED).exists())
        first = Interaction.objects.get()
        until(lambda: len(room.exchange.seen().bridges.get(f"t-{first.pk}", ())) == 2)
        run = room.exchange.run
        there = pbx.status(local, own)
        assert there
        psutil.Process(there.pid).kill()
        until(lambda: pbx.status(local, own) is None)
        pbx.start(local, own)
        until(lambda: room.exchange.run != run)
        until(lambda: Interaction.objects.get(pk=first.pk).ended_at)
        until(lambda: Callback.objects.filter(wished_in=first).exists())
    legs = Leg.objects.filter(interaction=first, run=run)
    assert {leg.kind for leg in legs} == {LegKind.CUSTOMER, LegKind.AGENT}
    assert all(leg.ended_at for leg in legs)
    for leg in legs:
        assert Event.objects.filter(kind="leg.ended", data__leg=leg.pk).count() == 1
    assert Event.objects.filter(kind="interaction.ended", data__interaction=first.pk).count() == 1
    assert not Segment.objects.filter(interaction=first, kind=SegmentKind.AGENT, ended_at=None).exists()
    assert Callback.objects.count() == 1
