"""Talks that are written down, on a real Asterisk: who said what, and what nobody may hear is heard by nobody."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from django.utils import timezone

from fanal.agents.models import Agent
from fanal.channels.asterisk.ari import Address, Orders, path_of
from fanal.channels.models import ChannelAccount
from fanal.environment import environment
from fanal.intake.voice import listening
from fanal.intake.voice.room import Room
from fanal.interactions import actions as interactions
from fanal.interactions.models import Interaction, RecordedCall, Recording, SpeechService, Spoken, Unheard
from tests import servers
from tests.channels.asterisk.listeners import StandIn
from tests.channels.asterisk.phones import Caller, Telephone
from tests.channels.asterisk.test_room import OURS, THEIRS, call, nobody_calls_yet, number, room, room_for, telephone
from tests.channels.asterisk.voices import says
from tests.routing_world import agent
from tests.servers import free_ports

__all__ = ["nobody_calls_yet", "number", "room", "telephone"]
pytestmark = [pytest.mark.timeout(240), pytest.mark.django_db(transaction=True)]
until = partial(servers.until, seconds=60)
CUSTOMER, ROBIN = "hello from the customer", "hello from robin"
SECONDS = [800.0 + 50 * at for at in range(40)]
"""A customer who sounds another pitch in each second; each is a word of its own."""
LETTERS = {pitch: f"word {chr(97 + at % 26) * (1 + at // 26)}" for at, pitch in enumerate(SECONDS)}
WORDS = {600.0: CUSTOMER, 450.0: ROBIN} | LETTERS


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


@pytest.fixture
def counting(tmp_path: Path) -> Path:
    return says(tmp_path / "counts.al", SECONDS)


def heard_by(stand_in: StandIn) -> list[str]:
    """Every word of the customer that reached the service, once, in the order of the alphabet that they speak."""
    there = {word for _, word in stand_in.heard}
    return [word for pitch, word in WORDS.items() if pitch >= SECONDS[0] and word in there]


def longest_gap(stand_in: StandIn) -> int:
    """How many seconds of the customer nobody heard, between two that somebody did."""
    order = [WORDS[pitch] for pitch in SECONDS]
    at = [order.index(word) for word in heard_by(stand_in)]
    return max((later - earlier - 1 for earlier, later in pairwise(at)), default=0)


def goes_on(seconds: float) -> None:
    """They speak meanwhile."""
    time.sleep(seconds)


def hears(stand_in: StandIn) -> None:
    """New sound comes there from now on."""
    before = len(stand_in.heard)
    until(lambda: len(stand_in.heard) > before + 4)


def hears_nothing(stand_in: StandIn) -> None:
    until(lambda: not stand_in.open)


@pytest.mark.parametrize("reason", ["by hand", "held", "card"])
def test_what_may_not_be_recorded_reaches_no_service(
    robin: Agent,
    room: Room,
    caller: Caller,
    telephone: Telephone,
    voices: dict[str, Path],
    counting: Path,
    stand_in: StandIn,
    reason: str,
) -> None:
    begin, end = {
        "by hand": (interactions.pause_recording, interactions.resume_recording),
        "held": (interactions.hold, interactions.unhold),
        "card": (interactions.ask_for_card, interactions.stop_asking),
    }[reason]
    with telephone.there(says=voices["agent"]), caller.calls(OURS, of=THEIRS, seconds=17, says=counting) as one:
        hears(stand_in)
        begin(interaction=call(), by=robin, now=timezone.now())
        hears_nothing(stand_in)
        there = len(stand_in.heard)
        goes_on(4)
        assert len(stand_in.heard) == there, "somebody listened"
        end(interaction=call(), by=robin, now=timezone.now())
        hears(stand_in)
        assert one.wait(60) == 0, caller.errors()
    assert longest_gap(stand_in) >= 3
    assert not Unheard.objects.exists(), "nothing is missing where nothing was to be heard"


def test_who_objects_is_not_heard_again_and_what_was_said_before_stays(
    robin: Agent, room: Room, caller: Caller, telephone: Telephone, voices: dict[str, Path], stand_in: StandIn
) -> None:
    with telephone.there(says=voices["agent"]), caller.calls(OURS, of=THEIRS, seconds=12, says=voices["caller"]) as one:
        until(said("in"))
        interactions.object_to_recording(interaction=call(), by=robin, now=timezone.now())
        hears_nothing(stand_in)
        there = len(stand_in.heard)
        goes_on(3)
        assert len(stand_in.heard) == there
        assert one.wait(60) == 0, caller.errors()
    assert said("in")()


def test_nobody_is_heard_before_they_know_it_and_nobody_where_it_is_off(
    robin: Agent,
    written: ChannelAccount,
    room: Room,
    caller: Caller,
    telephone: Telephone,
    voices: dict[str, Path],
    stand_in: StandIn,
) -> None:
    written.settings["recording"] = {"policy": "consent", "days": 30, "transcribed": True}
    written.save()
    with telephone.there(says=voices["agent"]), caller.calls(OURS, of=THEIRS, seconds=6, says=voices["caller"]) as one:
        until(lambda: RecordedCall.objects.filter(told_at__isnull=False).exists())
        assert one.wait(60) == 0, caller.errors()
    until(lambda: Interaction.objects.get().ended_at)
    assert (stand_in.lines, Spoken.objects.count()) == (0, 0), "they were asked, and did not agree"


@pytest.mark.parametrize(
    ("does", "why"), [("sleeps", "slow"), ("babbles", "nonsense"), ("refuses", "refused"), ("away", "away")]
)
def test_a_service_that_fails_costs_the_words_and_nothing_else(
    robin: Agent,
    service: SpeechService,
    room: Room,
    caller: Caller,
    telephone: Telephone,
    voices: dict[str, Path],
    stand_in: StandIn,
    monkeypatch: pytest.MonkeyPatch,
    does: str,
    why: str,
) -> None:
    monkeypatch.setattr(listening, "ANSWERS_WITHIN", 2.0)
    stand_in.does = does
    if does == "away":
        SpeechService.objects.update(address=f"ws://127.0.0.1:{free_ports(1)[0]}/")
        monkeypatch.setattr(environment, "outside_allowed", ["127.0.0.1"])
    with telephone.there(says=voices["agent"]), caller.calls(OURS, of=THEIRS, seconds=25, says=voices["caller"]) as one:
        until(lambda: Unheard.objects.filter(ended_at=None, why=why).exists())
        until(lambda: Recording.objects.filter(state="recording").exists())
        stand_in.does = "listens"
        SpeechService.objects.update(address=stand_in.address)
        until(said("in"))
        until(lambda: not Unheard.objects.filter(ended_at=None).exists())
        assert one.wait(60) == 0, caller.errors()
    until(lambda: Recording.objects.filter(state="fetched").exists())
    assert Unheard.objects.count() >= 1


def test_whoever_comes_back_goes_on_listening_and_nobody_listened_meanwhile(
    address: Address,
    robin: Agent,
    caller: Caller,
    telephone: Telephone,
    voices: dict[str, Path],
    counting: Path,
    stand_in: StandIn,
) -> None:
    with telephone.there(says=voices["agent"]), caller.calls(OURS, of=THEIRS, seconds=22, says=counting) as one:
        with room_for(address, telephone):
            hears(stand_in)
        hears_nothing(stand_in)
        goes_on(3)
        with room_for(address, telephone):
            hears(stand_in)
            interactions.pause_recording(interaction=call(), by=robin, now=timezone.now())
            hears_nothing(stand_in)
            assert one.wait(60) == 0, caller.errors()
    assert longest_gap(stand_in) >= 2


def beside(orders: Orders, kind: str) -> list[str]:
    """What is there to hear a talk by."""
    return [one["id"] for one in orders.ask("GET", path_of(kind)) if one["id"].startswith("n-")]
