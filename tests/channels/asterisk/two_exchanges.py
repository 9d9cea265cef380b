"""A played exchange and a real one, with callers and telephones of each: on these the contract is told."""

import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psutil
import pytest

from fanal.channels.asterisk.ari import Address
from fanal.demo.playing.played import Played, PlayedAddress
from fanal.intake.voice.room import Room
from fanal.interactions.models import Interaction, Leg
from fanal.running import pbx
from fanal.running.pbx.configuration import Pbx
from fanal.running.pbx.configuration.programs import ARI_USER
from tests import servers
from tests.channels.asterisk.phones import Caller, Telephone
from tests.channels.asterisk.played_phones import PlayedCaller, PlayedTelephone
from tests.channels.asterisk.test_room import THEIRS, call
from tests.channels.asterisk.what_rows_say import what_rows_say
from tests.servers import free_ports

until = partial(servers.until, seconds=60)
ROWS = Path(__file__).parent / "recorded" / "rows"
Callers = Caller | PlayedCaller
Telephones = Telephone | PlayedTelephone


@pytest.fixture(params=["played", "asterisk"], ids=["on_the_played_one", "on_asterisk"])
def played(request: pytest.FixtureRequest) -> Played | None:
    """The exchange that is only played; None: it is a real one."""
    return Played() if request.param == "played" else None


@pytest.fixture
def address(request: pytest.FixtureRequest, played: Played | None) -> Address:
    if played:
        return PlayedAddress(played=played)
    exchange: Pbx = request.getfixturevalue("exchange")
    return Address(url=f"ws://127.0.0.1:{exchange.http_port}", user=ARI_USER, secret=exchange.secret)


@pytest.fixture
def caller(request: pytest.FixtureRequest, played: Played | None, tmp_path: Path) -> Callers:
    if played:
        return PlayedCaller(played=played)
    exchange: Pbx = request.getfixturevalue("exchange")
    return Caller(folder=tmp_path, pbx_port=exchange.sip_port, port=exchange.trunks[0].port)


@pytest.fixture
def telephone(played: Played | None, tmp_path: Path) -> Telephones:
    return PlayedTelephone(played=played) if played else Telephone(folder=tmp_path, port=free_ports(1)[0])


@pytest.fixture
def at_trunk(request: pytest.FixtureRequest, played: Played | None, tmp_path: Path) -> Callable[[str], Telephones]:
    """Somebody outside, at the number of who calls in the stories, by this carrier."""

    def there(trunk: str) -> Telephones:
        if played:
            return PlayedTelephone(played=played, name=f"{THEIRS}@{trunk}")
        exchange: Pbx = request.getfixturevalue("exchange")
        return Telephone(folder=tmp_path, port=next(one.port for one in exchange.trunks if one.name == trunk))

    return there


@pytest.fixture
def dies(request: pytest.FixtureRequest, played: Played | None) -> Callable[[], None]:
    """The exchange is killed, and another one begins in its place."""

    def now() -> None:
        if played:
            played.begins_anew()
            return
        local, exchange = request.getfixturevalue("local"), request.getfixturevalue("exchange")
        there = pbx.status(local, exchange)
        assert there
        psutil.Process(there.pid).kill()
        until(lambda: pbx.status(local, exchange) is None)
        pbx.start(local, exchange)

    return now


@pytest.fixture
def agree(request: pytest.FixtureRequest, played: Played | None) -> Callable[[], None]:
    """All is over, and the rows say what they said on the other one."""
    kept = ROWS / f"{request.node.originalname.removeprefix('test_')}.json"

    def compare() -> None:
        until(lambda: not Interaction.objects.filter(ended_at=None).exists())
        until(lambda: not Leg.objects.filter(ended_at=None).exists())
        said = what_rows_say()
        if os.environ.get("FANAL_RECORD_CALLS") and not played:
            kept.write_text(json.dumps(said, indent=1) + "\n")
        assert said == json.loads(kept.read_text())

    return compare


def talks_in(room: Room) -> str:
    """The bridge of the one call, once both are there."""
    talk = f"t-{call().pk}"
    until(lambda: len(room.exchange.seen().bridges.get(talk, ())) == 2)
    return talk
