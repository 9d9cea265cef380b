"""A room that nobody tells anything any more does nothing; on return, callers are asked again where they were."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence

import pytest
from django.db import connection

from fanal.channels.asterisk.ari import Address, path_of
from fanal.channels.models import ChannelAccount
from fanal.intake.voice.flowing import Standing
from fanal.intake.voice.room import ONLY_ONE, Room
from fanal.intake.voice.work import Due
from fanal.running.connections import own_connection
from fanal.running.pbx.configuration.dialplan import APP
from fanal.scenarios.rules.flows import Said
from tests.channels.asterisk.phones import Caller
from tests.channels.asterisk.test_room import (
    OURS,
    THEIRS,
    a_flow,
    call,
    nobody_calls_yet,
    number,
    room,
    telephone,
    until,
)
from tests.flows.shapes import bye, menu

__all__ = ["nobody_calls_yet", "number", "room", "telephone"]
pytestmark = [pytest.mark.timeout(240), pytest.mark.django_db(transaction=True)]


class Endless:
    """A voice that goes on until somebody stops it; what was said is written down."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def __call__(self, said: Sequence[Said]) -> list[str]:
        self.said += [one.text for one in said]
        return ["tone:dial"] * len(said)


@contextlib.contextmanager
def another_leads(address: Address) -> Iterator[None]:
    """A second one takes over what is told, and the lock: the first one stands by until it is gone."""
    with own_connection() as lock:
        waits = threading.Thread(target=lock.execute, args=("SELECT pg_advisory_lock(%s)", [ONLY_ONE]))
        waits.start()
        until(somebody_waits_for_the_lock)
        with contextlib.closing(address.events(APP)):
            waits.join(30)
            assert not waits.is_alive()
            yield


def somebody_waits_for_the_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted", [ONLY_ONE])
        return cursor.fetchone() is not None


@pytest.fixture
def voice(room: Room) -> Endless:
    room.dialogue.flowing.speak = endless = Endless()
    return endless


@pytest.fixture
def stop(address: Address) -> Iterator[Callable[[Standing], object]]:
    """Somebody has heard it to its end."""
    orders = address.orders("breaking", lines=1)
    yield lambda heard: orders.ask("DELETE", path_of("playbacks", heard.playback))
    orders.close()


def hears(room: Room, *, playing: bool = True) -> Standing:
    """Where the caller is in the flow, as soon as they hear it, or have heard it."""
    until(lambda: (at := room.dialogue.flowing._standing.get(call().pk)) and at.playing == playing)
    found = room.dialogue.flowing._standing.get(call().pk)
    assert found
    return found


def test_a_question_that_ended_while_nobody_listened_is_asked_again_and_goes_on(
    address: Address,
    number: ChannelAccount,
    room: Room,
    voice: Endless,
    caller: Caller,
    stop: Callable[[Standing], object],
) -> None:
    a_flow(number, menu=menu(seconds=1), bye=bye())
    with caller.calls(OURS, of=THEIRS, seconds=60):
        first = hears(room)
        with another_leads(address):
            stop(first)
        until(lambda: len(voice.said) == 2)
        assert voice.said[0] == voice.said[1]
        stop(hears(room))
        until(lambda: len(voice.said) == 3)  # nobody answered: what comes then


def test_a_room_that_stands_by_does_not_take_silence_for_an_answer(
    number: ChannelAccount, room: Room, voice: Endless, caller: Caller, stop: Callable[[Standing], object]
) -> None:
    a_flow(number, menu=menu(seconds=30), bye=bye())
    with caller.calls(OURS, of=THEIRS, seconds=60):
        stop(hears(room))
        waits = hears(room, playing=False)
        room._leads.clear()
        room._do(Due(interaction=call().pk))
        assert hears(room, playing=False) == waits
        room._leads.set()
        room._do(Due(interaction=call().pk))
        assert hears(room) != waits
