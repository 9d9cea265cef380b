"""Talks that are written down, on a real Asterisk: who said what, and what nobody may hear is heard by nobody."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from django.utils import timezone

from fanal.agents.models import Agent
from fanal.channels.asterisk.ari import Address, Orders, path_of
from fanal.channels.models import ChannelAccount
from fanal.environment import environment
from fanal.intake.voice.room import Room
from fanal.interactions.models import Interaction, SpeechService, Spoken, Unheard
from tests import servers
from tests.channels.asterisk.listeners import StandIn
from tests.channels.asterisk.phones import Caller, Telephone
from tests.channels.asterisk.test_room import OURS, THEIRS, nobody_calls_yet, number, room, telephone
from tests.channels.asterisk.voices import says
from tests.routing_world import agent

__all__ = ["nobody_calls_yet", "number", "room", "telephone"]
pytestmark = [pytest.mark.timeout(240), pytest.mark.django_db(transaction=True)]
until = partial(servers.until, seconds=60)
CUSTOMER, ROBIN = "hello from the customer", "hello from robin"
WORDS = {600.0: CUSTOMER, 450.0: ROBIN}


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with StandIn(words=WORDS).runs() as service:
        yield service


@pytest.fixture
def service(stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> SpeechService:
    monkeypatch.setattr(environment, "outside_allowed", [f"127.0.0.1:{stand_in.port}"])
    return SpeechService.objects.create(code="ears", name="Ears", address=stand_in.address)


@pytest.fixture
def written(number: ChannelAccount, service: SpeechService) -> ChannelAccount:
    number.settings["recording"] = {"policy": "announced", "days": 30, "transcribed": True}
    number.save()
    return number


@pytest.fixture
def robin(written: ChannelAccount) -> Agent:
    return agent(capacity={"voice": 1}, available_at=timezone.now())


@pytest.fixture
def voices(tmp_path: Path) -> dict[str, Path]:
    return {"caller": says(tmp_path / "c.al", [600.0] * 90), "agent": says(tmp_path / "a.al", [450.0] * 90)}


def said(side: str) -> Callable[[], bool]:
    return lambda: Spoken.objects.filter(side=side, ended_at__isnull=False).exclude(text="").exists()


def test_both_sides_are_written_down_by_name_and_nothing_is_left_at_the_exchange(
    robin: Agent,
    address: Address,
    room: Room,
    caller: Caller,
    telephone: Telephone,
    voices: dict[str, Path],
    stand_in: StandIn,
) -> None:
    with telephone.there(says=voices["agent"]), caller.calls(OURS, of=THEIRS, seconds=8, says=voices["caller"]) as one:
        until(said("in"))
        until(said("out"))
        assert one.wait(60) == 0, caller.errors()
    until(lambda: Interaction.objects.get().ended_at)
    until(lambda: not Spoken.objects.filter(ended_at=None).exists() and not stand_in.open)
    theirs, ours = Spoken.objects.filter(side="in"), Spoken.objects.filter(side="out")
    assert {row.text for row in theirs} - {""} == {CUSTOMER}
    assert {row.text for row in ours} - {""} == {ROBIN}
    assert {row.agent_id for row in theirs} == {None}
    assert {row.agent_id for row in ours} == {robin.pk}
    assert not Unheard.objects.exists()
    orders = Orders(address, "tests", lines=1)
    until(lambda: not beside(orders, "channels") and not beside(orders, "bridges"))
    orders.close()


def beside(orders: Orders, kind: str) -> list[str]:
    """What is there to hear a talk by."""
    return [one["id"] for one in orders.ask("GET", path_of(kind)) if one["id"].startswith("n-")]
