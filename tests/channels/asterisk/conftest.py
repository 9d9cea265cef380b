"""A real Asterisk of the tests' own, on ports of its own, and who calls it."""

import contextlib
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from fanal.channels.asterisk import ari
from fanal.running import pbx
from fanal.running.pbx.configuration import Folders, Pbx, Trunk
from fanal.running.pbx.configuration.dialplan import APP
from fanal.running.pbx.configuration.programs import ARI_USER
from fanal.running.postgres import NotPossible
from tests.channels.asterisk.phones import Caller
from tests.servers import free_ports

pytest.register_assert_rewrite("tests.channels.asterisk.plays", "tests.channels.asterisk.two_exchanges")
SECRET = "a-secret-of-the-tests-alone"
MEDIA_PORTS = 2400


@pytest.fixture(scope="session")
def local() -> pbx.Local:
    """The Asterisk of this machine; where there is none, nothing here is tested, and it is said."""
    try:
        return pbx.find()
    except NotPossible as problem:
        pytest.skip(f"NOT TESTED: {problem}")


@pytest.fixture(scope="session")
def exchange(local: pbx.Local, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Pbx]:
    """It runs for all tests of this process, with trunks whose carrier is whoever binds their port."""
    home = tmp_path_factory.mktemp("pbx")
    asked = exchange_in(
        local, home, at=20000 + MEDIA_PORTS * (1 + int("0" + worker_id.removeprefix("gw").removeprefix("master")))
    )
    pbx.start(local, asked)
    yield asked
    pbx.stop(local, asked)
    shutil.rmtree(local.outside(local.folder(home)), ignore_errors=True)


def exchange_in(local: pbx.Local, home: Path, *, at: int) -> Pbx:
    sip, http, carrier, other = free_ports(4)
    folder = local.folder(home)
    return Pbx(
        name="tests",
        secret=SECRET,
        folders=Folders(settings=folder / "settings", state=folder / "state", modules=local.modules),
        trunks=(
            Trunk(name="carrier", address="127.0.0.1", port=carrier, asked_every=0),
            Trunk(name="other", address="127.0.0.1", port=other, asked_every=0),
        ),
        sip_port=sip,
        http_port=http,
        first_media_port=at,
        last_media_port=at + MEDIA_PORTS - 2,
    )


@pytest.fixture
def address(exchange: Pbx) -> ari.Address:
    return ari.Address(url=f"ws://127.0.0.1:{exchange.http_port}", user=ARI_USER, secret=SECRET)


@pytest.fixture
def told(address: ari.Address) -> Iterator[list[dict[str, object]]]:
    """What the application is told: nothing, where nobody came in."""
    events, heard = ari.Events(address, APP), []

    def listen() -> None:
        with contextlib.suppress(ari.Cut):
            for event in events:
                heard.append(event)

    threading.Thread(target=listen, daemon=True).start()
    yield heard
    events.close()


@pytest.fixture
def caller(exchange: Pbx, tmp_path: Path) -> Caller:
    """Calls as the carrier does."""
    return Caller(folder=tmp_path, pbx_port=exchange.sip_port, port=exchange.trunks[0].port)
