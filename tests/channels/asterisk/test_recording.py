"""Talks that are recorded, on a real Asterisk: who is in the file, what is not, and no digit of a card anywhere."""

import logging
import math
import re
import time
from array import array
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from fanal.agents.models import Agent
from fanal.channels.asterisk.ari import Address, Orders, path_of
from fanal.channels.models import ChannelAccount
from fanal.events.models import Event
from fanal.intake.voice.room import Room
from fanal.interactions import actions as interactions
from fanal.interactions import files
from fanal.interactions.models import Interaction, Keying, KeyingEnd, RecordedCall, Recording, RecordingState
from fanal.running import pbx
from fanal.running.pbx.configuration import Pbx
from tests import servers
from tests.channels.asterisk.phones import Caller, Telephone
from tests.channels.asterisk.test_room import OURS, THEIRS, call, nobody_calls_yet, number, room, room_for, telephone
from tests.channels.asterisk.voices import RATE, alaw, blocks, power, says, seconds_of
from tests.routing_world import agent

__all__ = ["nobody_calls_yet", "number", "room", "telephone"]
pytestmark = [pytest.mark.timeout(240), pytest.mark.django_db(transaction=True)]
until = partial(servers.until, seconds=60)
AGENT = 450.0
KEYS = ((697.0, 770.0, 852.0, 941.0), (1209.0, 1336.0, 1477.0))
LOUD_KEY = 1_000_000
SECONDS = [600.0 + 50 * at for at in range(58)]
"""The customer sounds another pitch in each second, and none twice in a call: 50 Hz apart, twenty milliseconds can
tell them from each other.
"""


@pytest.fixture
def recorded(number: ChannelAccount) -> ChannelAccount:
    number.settings["recording"] = {"policy": "announced", "days": 30}
    number.save()
    return number


@pytest.fixture
def robin(recorded: ChannelAccount) -> Agent:
    return agent(capacity={"voice": 1}, available_at=timezone.now())


@pytest.fixture
def orders(address: Address) -> Iterator[Orders]:
    own = Orders(address, "tests-recordings", lines=1)
    for one in own.ask("GET", path_of("recordings", "stored")):
        own.ask("DELETE", path_of("recordings", "stored", one["name"]))
    yield own
    own.close()


@pytest.fixture
def voices(tmp_path: Path) -> dict[str, Path]:
    return {"caller": says(tmp_path / "caller.al", SECONDS * 2), "agent": says(tmp_path / "agent.al", [AGENT] * 90)}


def now_is(state: str) -> Callable[[], bool]:
    return lambda: Recording.objects.filter(state=state).exists()


def fetched() -> list[Path]:
    until(lambda: Recording.objects.exists() and not Recording.objects.filter(cleared_at=None).exists())
    return [files.path_of(one.sha256) for one in Recording.objects.order_by("pk")]


def test_both_are_heard_in_the_file_once_they_know_it_and_a_pause_is_cut_out(
    robin: Agent, orders: Orders, room: Room, caller: Caller, telephone: Telephone, voices: dict[str, Path]
) -> None:
    with telephone.there(says=voices["agent"]), caller.calls(OURS, of=THEIRS, seconds=22, says=voices["caller"]) as one:
        until(now_is(RecordingState.RECORDING))
        assert RecordedCall.objects.get().told_at
        until(lambda: orders.ask("GET", path_of("recordings", "live", Recording.objects.get().name))["state"])
        goes_on(3)
        interactions.pause_recording(interaction=call(), by=robin, now=timezone.now())
        until(now_is(RecordingState.PAUSED))
        assert Recording.objects.get().pause == "hand"
        assert live(orders)["state"] == "paused"
        goes_on(4)
        interactions.resume_recording(interaction=call(), by=robin, now=timezone.now())
        until(now_is(RecordingState.RECORDING))
        assert one.wait(60) == 0, caller.errors()
    [path] = fetched()
    assert seconds_of(path, AGENT) > 3
    assert cut_out_of(path) >= 3, "what was said in the pause is in the file"
    assert orders.ask("GET", path_of("recordings", "stored")) == []


def goes_on(seconds: float) -> None:
    """They talk for so long."""
    began = time.monotonic()
    until(lambda: time.monotonic() - began > seconds)


def cut_out_of(path: Path) -> int:
    """The longest run of the customer's seconds, between two that are heard, of which nothing is."""
    heard = [seconds_of(path, pitch) > 0.1 for pitch in SECONDS]
    between = "".join("x" if one else " " for one in heard).strip()
    return max((len(gap) for gap in re.findall(" +", between)), default=0)


@pytest.mark.parametrize("keyed", ["5555555555554444#"])
def test_a_card_number_that_is_keyed_in_a_recorded_talk_is_in_no_row_log_event_or_file(
    robin: Agent,
    orders: Orders,
    address: Address,
    room: Room,
    caller: Caller,
    telephone: Telephone,
    voices: dict[str, Path],
    exchange: Pbx,
    local: pbx.Local,
    keyed: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    keys = " " * 14 + keyed
    with (
        telephone.there(says=voices["agent"]),
        caller.calls(OURS, of=THEIRS, seconds=8, keys=keys, says=voices["caller"]) as one,
    ):
        until(now_is(RecordingState.RECORDING))
        goes_on(2)
        interactions.ask_for_card(interaction=call(), by=robin, now=timezone.now())
        until(now_is(RecordingState.PAUSED))
        assert Recording.objects.get().pause == "secret"
        assert live(orders)["state"] == "paused"
        until(lambda: Keying.objects.filter(how=KeyingEnd.TAKEN).exists())
        assert Recording.objects.get().state == RecordingState.PAUSED, "it goes on a moment later"
        until(now_is(RecordingState.RECORDING))
        assert one.wait(90) == 0, caller.errors()
    [path] = fetched()
    number = keyed.rstrip("#")
    assert call().given["card_last_four"] == number[-4:]
    assert len(call().given["card_hash"]) == 64
    assert cut_out_of(path) >= 3
    assert seconds_of(path, AGENT) > 3
    assert not any(is_a_key(block) for block in blocks(path))
    whatever = [list(model._default_manager.values()) for model in apps.get_models()]
    assert Event.objects.filter(kind="keying.ended").exists()
    texts = {
        "database": str(whatever),
        "event stream": str(list(Event.objects.values_list("kind", "data", "audience"))),
        "log": caplog.text + "".join(capfd.readouterr()),
        "log of the exchange": written_in(local.outside(exchange.folders.state / "log")),
        "sound": path.read_bytes().decode("latin-1"),
    }
    for where, text in texts.items():
        for part in (number, number[:6], number[:12], number[4:12]):
            assert part not in text, f"{part} is in the {where}"


def test_keys_that_sound_are_not_recorded_while_a_card_number_is_awaited(
    robin: Agent, orders: Orders, room: Room, caller: Caller, telephone: Telephone, tmp_path: Path
) -> None:
    """A telephone that can only sound its keys: nobody takes them, the agent goes on without, and no file has them.

    Keys sound from second 14 to 24, and again from second 34 on, when nobody waits for them.
    """
    sounds = keys_sound(tmp_path / "keys.al", quiet=14, key=10, after=10)
    voice = says(tmp_path / "agent.al", [AGENT] * 90)
    with telephone.there(says=voice), caller.calls(OURS, of=THEIRS, seconds=38, says=sounds) as one:
        until(now_is(RecordingState.RECORDING))
        goes_on(2)
        interactions.ask_for_card(interaction=call(), by=robin, now=timezone.now())
        until(now_is(RecordingState.PAUSED))
        assert timezone.now() < call().started_at + timedelta(seconds=13), "too late for what this test looks at"
        until(lambda: timezone.now() > call().started_at + timedelta(seconds=27))
        assert Keying.objects.get().ended_at is None
        interactions.stop_asking(interaction=call(), by=robin, now=timezone.now())
        until(now_is(RecordingState.RECORDING))
        assert one.wait(90) == 0, caller.errors()
    [path] = fetched()
    heard = [is_a_key(block) for block in blocks(path)]
    assert 0.5 < sum(heard) / 50 < 6, "what sounds when nobody waits for it is in the file, and nothing else"
    assert not any(heard[: len(heard) // 2])
    assert Keying.objects.get().last_four == ""


def keys_sound(path: Path, *, quiet: int, key: int, after: int) -> Path:
    """Silence, the two pitches of a 5 for some seconds, silence, and the key again (a-law)."""
    silence = bytes([alaw(0)]) * RATE
    tone = bytes(
        alaw(int(7000 * (math.sin(2 * math.pi * 770 * n / RATE) + math.sin(2 * math.pi * 1336 * n / RATE))))
        for n in range(RATE)
    )
    path.write_bytes(silence * quiet + tone * key + silence * after + tone * key)
    return path


def written_in(folder: Path) -> str:
    return "".join(one.read_text(errors="replace") for one in folder.rglob("*") if one.is_file())


def is_a_key(block: "array[int]") -> bool:
    """Two pitches at once, one of each group (ITU-T Q.23)."""
    return all(max(power(block, pitch) for pitch in group) > LOUD_KEY for group in KEYS)


def test_who_is_asked_is_recorded_from_the_key_on_and_who_objects_no_more(
    recorded: ChannelAccount, robin: Agent, room: Room, caller: Caller, telephone: Telephone, voices: dict[str, Path]
) -> None:
    recorded.settings["recording"] = {"policy": "consent"}
    recorded.save()
    with (
        telephone.there(says=voices["agent"]),
        caller.calls(OURS, of=THEIRS, seconds=15, keys=" " * 9 + "1", says=voices["caller"]) as one,
    ):
        until(lambda: RecordedCall.objects.filter(told_at__isnull=False).exists())
        assert not Recording.objects.exists() or RecordedCall.objects.get().agreed_at
        until(now_is(RecordingState.RECORDING))
        assert RecordedCall.objects.get().agreed_at
        goes_on(2)
        interactions.object_to_recording(interaction=call(), by=robin, now=timezone.now())
        until(lambda: not Recording.objects.filter(state__in=["recording", "paused", "wanted"]).exists())
        assert one.wait(60) == 0, caller.errors()
    [path] = fetched()
    assert 0 < Recording.objects.get().seconds < 8
    assert seconds_of(path, AGENT) > 0.5


def test_music_is_not_recorded_and_what_is_said_after_a_hold_is(
    robin: Agent, orders: Orders, room: Room, caller: Caller, telephone: Telephone, voices: dict[str, Path]
) -> None:
    with telephone.there(says=voices["agent"]), caller.calls(OURS, of=THEIRS, seconds=18, says=voices["caller"]) as one:
        until(now_is(RecordingState.RECORDING))
        goes_on(2)
        interactions.hold(interaction=call(), by=robin, now=timezone.now())
        until(now_is(RecordingState.PAUSED))
        assert Recording.objects.get().pause == "held"
        goes_on(4)
        interactions.unhold(interaction=call(), by=robin, now=timezone.now())
        until(now_is(RecordingState.RECORDING))
        assert one.wait(60) == 0, caller.errors()
    [path] = fetched()
    assert cut_out_of(path) >= 3
    assert Recording.objects.count() == 1


def test_a_pause_that_was_asked_for_while_the_room_was_gone_is_made_on_return_and_the_file_is_one(
    address: Address,
    robin: Agent,
    orders: Orders,
    caller: Caller,
    telephone: Telephone,
    voices: dict[str, Path],
) -> None:
    with telephone.there(says=voices["agent"]), caller.calls(OURS, of=THEIRS, seconds=30, says=voices["caller"]) as one:
        with room_for(address, telephone):
            until(now_is(RecordingState.RECORDING))
        assert live(orders)["state"] == "recording", "media goes on without us"
        interactions.pause_recording(interaction=call(), by=robin, now=timezone.now())
        with room_for(address, telephone):
            until(lambda: live(orders)["state"] == "paused")
            until(now_is(RecordingState.PAUSED))
            interactions.resume_recording(interaction=call(), by=robin, now=timezone.now())
            until(lambda: live(orders)["state"] == "recording")
            assert one.wait(60) == 0, caller.errors()
            assert len(fetched()) == 1
    assert Interaction.objects.get().ended_at


def live(orders: Orders) -> Any:
    return orders.ask("GET", path_of("recordings", "live", Recording.objects.latest("pk").name))
