"""One of several callers presses keys, at a person's pace, and a flow hears them; the others only listen."""

import pytest

from fanal.channels.models import ChannelAccount
from fanal.intake.voice.room import Room
from fanal.interactions.models import Interaction
from fanal.running.pbx.callers import Callers
from fanal.running.pbx.configuration import Pbx
from tests.channels.asterisk.test_room import OURS, a_flow, nobody_calls_yet, number, room, telephone, voice
from tests.flows.shapes import ask, bye, menu
from tests.routing_world import queue
from tests.servers import until

__all__ = ["nobody_calls_yet", "number", "room", "telephone", "voice"]
pytestmark = [pytest.mark.timeout(240), pytest.mark.django_db(transaction=True)]


def test_a_flow_hears_the_keys_of_the_caller_who_presses_and_of_nobody_else(
    number: ChannelAccount, room: Room, exchange: Pbx, tmp_path_factory: pytest.TempPathFactory
) -> None:
    queue("orders")
    a_flow(
        number,
        menu=menu(keys={"1": "order", "2": "people"}, seconds=20),
        order=ask(next="bye", shortest=4, longest=4, seconds=20),
        bye=bye(),
    )
    numbers = ["+4790000001", "+4790000002"]
    port = exchange.trunks[0].port
    folder = tmp_path_factory.mktemp("callers")
    callers = Callers(folder=folder, pbx_port=exchange.sip_port, port=port, numbers=numbers, presses=(1, " 1 4711"))
    with callers.calling(OURS, calls=2, per_s=2, seconds=10, media=False) as calling:
        until(lambda: Interaction.objects.filter(given__order="4711").exists(), seconds=60)
        calling.wait()
    assert [one.source for one in Interaction.objects.filter(given__order="4711")] == [numbers[1]]
    assert Interaction.objects.count() == 2
