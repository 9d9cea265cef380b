"""A relay with the settings that fanal writes: whom it lets through, where it leads, and what the doctor says of it."""

import contextlib
import os
import socket
import stat
import struct
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fanal.environment import Environment
from fanal.running.doctor.finding import State
from fanal.running.doctor.relays import examined
from fanal.running.postgres import NotPossible
from fanal.running.relays.addresses import Place, place_of
from fanal.running.relays.asking import MISMATCH, Way, allocate, give_back, way_to
from fanal.running.relays.configuration import OF_ONE, Relay, relay_of, turnserver, write
from fanal.running.relays.credentials import credentials, relays
from fanal.running.relays.messages import TCP, UDP, Answer, Part, Signature, family, peer
from tests.certificates import Certificate, certificate_for
from tests.relays import SECRET, own_address, running
from tests.servers import free_ports

DAY = timedelta(days=1)
FORBIDDEN, UNAUTHORISED, NOT_CARRIED, TOO_MANY = 403, 401, 442, 486
BIND, NUMBER = 0x0009, 0x000C  # another way to name a peer: a channel of the relay's
SEND, DATA, FROM_PEER = 0x0016, 0x0013, 0x0017


@dataclass(frozen=True, kw_only=True)
class There:
    """Where this test's relay is, and the address to which it leads."""

    to: str
    port: int
    tls_port: int
    certificate: Certificate

    def place(self, *, tcp: bool = False) -> Place:
        return Place(host="127.0.0.1", port=self.port, tcp=tcp, tls=False)

    @property
    def url(self) -> str:
        return f"turn:127.0.0.1:{self.port}"


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[There]:
    folder, to = tmp_path_factory.mktemp("relay"), own_address()
    port, tls_port = free_ports(2)
    certificate = certificate_for(folder / "tls", "localhost")
    given = Environment(
        turn_urls=[f"turn:localhost:{port}", f"turns:localhost:{tls_port}"], turn_secret=SECRET, pbx_address=to
    )
    write(folder / "conf", relay_of(given, certificate=certificate.chain, key=certificate.key))
    with running(folder / "conf", folder, port=port):
        yield There(to=to, port=port, tls_port=tls_port, certificate=certificate)


@contextlib.contextmanager
def let_in(
    place: Place, *, secret: str = SECRET, who: str = "", until: datetime | None = None, of: str = "192.0.2.1",
    carries: bytes = UDP,
) -> Iterator[tuple[Way, Answer, Signature]]:  # fmt: skip
    """Asks to be let in, as somebody whose credentials are good until then."""
    name, password = credentials(secret=secret, who=who or uuid.uuid4().hex, until=until or datetime.now(UTC) + DAY)
    with way_to(place) as way:
        found, signed = allocate(way, name, password, [(Part.TRANSPORT, carries), *family(of)])
        assert signed, "it asks for a name"
        yield way, found, signed
        give_back(way, signed)


@pytest.mark.parametrize("tcp", [False, True])
def test_who_has_the_credentials_that_a_page_gets_is_let_in(tcp: bool, there: There) -> None:
    (given,) = relays(urls=[there.url], secret=SECRET, who="ada", now=datetime.now(UTC))
    with way_to(there.place(tcp=tcp)) as way:
        found, signed = allocate(way, given["username"], given["credential"], [(Part.TRANSPORT, UDP)])
        assert signed
        assert found.code == 0
        assert Part.RELAYED in found.parts
        give_back(way, signed)


def test_who_has_another_secret_or_credentials_of_yesterday_is_not(there: There) -> None:
    with let_in(there.place(), secret="another-secret-than-its-own") as (_, found, _signed):
        assert found.code == UNAUTHORISED
    with let_in(there.place(), until=datetime.now(UTC) - timedelta(seconds=5)) as (_, found, _signed):
        assert found.code == UNAUTHORISED
    with way_to(there.place()) as way:
        now = datetime.now(UTC)
        made_longer = credentials(secret=SECRET, who="ada", until=now + 2 * DAY)[0]
        found, _none = allocate(way, made_longer, credentials(secret=SECRET, who="ada", until=now)[1], _UDP)
        assert found.code == UNAUTHORISED


def test_what_is_sent_reaches_the_exchange_and_its_answer_comes_back(there: There) -> None:
    with (
        contextlib.closing(socket.socket(type=socket.SOCK_DGRAM)) as exchange,
        let_in(there.place()) as (way, _, signed),
    ):
        exchange.bind((there.to, 0))
        exchange.settimeout(5)
        port = exchange.getsockname()[1]
        assert way.leads_to(there.to, signed=signed, port=port).code == 0
        way.line.sendall(_sent(there.to, port, b"sound"))
        heard, relay = exchange.recvfrom(100)
        assert heard == b"sound"
        exchange.sendto(b"answer", relay)
        way.line.settimeout(5)
        back = way.line.recv(200)
        assert (struct.unpack_from("!H", back)[0], b"answer" in back) == (FROM_PEER, True)


@pytest.mark.parametrize(
    "beyond", ["127.0.0.1", "127.1.2.3", "0.0.0.0", "169.254.169.254", "10.1.2.3", "198.51.100.7", "224.0.0.1"]
)
def test_it_leads_to_no_other_address_of_this_machine_or_any_other(beyond: str, there: There) -> None:
    for port in (5432, 8088, 5060):
        with let_in(there.place()) as (way, found, signed):
            assert found.code == 0
            assert way.leads_to(beyond, signed=signed, port=port).code == FORBIDDEN
            assert _bound(way, beyond, port, signed).code == FORBIDDEN
    with let_in(there.place()) as (way, _, signed):
        assert _bound(way, there.to, 20000, signed).code == 0, "to the exchange it leads this way, too"


@pytest.mark.parametrize("beyond", ["::1", "::ffff:127.0.0.1", "::ffff:10.1.2.3", "2001:db8::7", "fd00::7"])
def test_it_leads_nowhere_by_ipv6_where_the_exchange_has_an_older_address(beyond: str, there: There) -> None:
    with let_in(there.place(), of="::1") as (way, found, signed):
        if found.code:
            assert found.code == 440, "this machine has no IPv6, and so has the relay"
        else:
            assert way.leads_to(beyond, signed=signed, port=5432).code == FORBIDDEN


def test_it_carries_no_tcp_by_which_any_service_at_that_address_could_be_reached(there: There, tmp_path: Path) -> None:
    with let_in(there.place(tcp=True), carries=TCP) as (_, found, _signed):
        assert found.code == NOT_CARRIED
    (port,) = free_ports(1)
    careless = turnserver(Relay(to=there.to, realm="localhost", secret=SECRET, port=port)).replace("no-tcp-relay\n", "")
    (tmp_path / "conf").write_text(careless)
    with running(tmp_path / "conf", tmp_path, port=port):
        place = Place(host="127.0.0.1", port=port, tcp=True, tls=False)
        with let_in(place, carries=TCP) as (_, found, _signed):
            assert found.code == 0, "one word less, and it would"


def test_one_person_has_no_more_than_a_few_ways_at_once(there: There) -> None:
    with contextlib.ExitStack() as held:
        ways = [held.enter_context(let_in(there.place(), who="greedy"))[1].code for _ in range(OF_ONE + 1)]
        assert ways == [0] * OF_ONE + [TOO_MANY]
        with let_in(there.place(), who="somebody-else") as (_, found, _signed):
            assert found.code == 0


def test_the_file_is_for_its_owner_alone_whoever_could_read_what_was_there(tmp_path: Path) -> None:
    file = tmp_path / "turnserver.conf"
    file.write_text("what was there")
    file.chmod(0o644)
    given = {
        "FANAL_TURN_URLS": '["turn:turn.example.org"]',
        "FANAL_TURN_SECRET": SECRET,
        "FANAL_PBX_ADDRESS": "192.0.2.9",
    }
    command = [sys.executable, "-m", "fanal", "pbx", "relay", str(file)]
    said = subprocess.run(command, env=_with(given), capture_output=True, text=True, timeout=60, check=True).stdout
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    told = file.read_text().splitlines()
    assert f"static-auth-secret={SECRET}" in told
    assert {"allowed-peer-ip=192.0.2.9", "listening-port=3478", "realm=turn.example.org", "no-cli"} <= set(told)
    assert not [line for line in told if line.startswith(("cert", "allow-loopback", "verbose"))]
    assert SECRET not in said
    assert [path.name for path in tmp_path.iterdir()] == ["turnserver.conf"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "Set FANAL_TURN_URLS"),
        ({"turn_urls": ["turn:t.example"], "turn_secret": "short", "pbx_address": "192.0.2.9"}, "at least 16"),
        ({"turn_urls": ["turn:t.example"], "turn_secret": f"{SECRET}\nno-auth", "pbx_address": "192.0.2.9"}, "blank"),
        ({"turn_urls": ["turn:t.example"], "turn_secret": SECRET}, "Set FANAL_PBX_ADDRESS"),
        ({"turn_urls": ["turn:t.example"], "turn_secret": SECRET, "pbx_address": "0.0.0.0"}, "Set FANAL_PBX_ADDRESS"),
        ({"turn_urls": ["turns:t.example"], "turn_secret": SECRET, "pbx_address": "192.0.2.9"}, "--certificate"),
    ],
)
def test_settings_that_cannot_be_are_said_and_nothing_is_written(given: dict[str, str], told: str) -> None:
    with pytest.raises(NotPossible, match=told):
        relay_of(Environment(**given))


@pytest.mark.parametrize("way", ["", "?transport=tcp"])
def test_the_doctor_finds_a_relay_that_does_what_it_should(way: str, there: There) -> None:
    found = _said(there, url=there.url + way)
    assert found == (State.OK, f"lets browsers through to {there.to}, and nowhere else", "")


def test_the_doctor_says_what_is_wrong_and_what_to_do(there: There) -> None:
    assert _said(there, secret="another-secret-than-its-own")[:2] == (State.FAIL, "has another secret")
    late = _said(there, now=datetime.now(UTC) - 3 * DAY)
    assert late[:2] == (State.FAIL, "its clock differs from this machine's by more than a day")
    assert _said(there, to="192.0.2.77")[:2] == (State.FAIL, "lets nobody through to the PBX at 192.0.2.77")
    assert _said(there, to="127.0.0.1")[:2] == (State.FAIL, "leads to no PBX at 127.0.0.1")
    silent = _said(there, url=f"turn:127.0.0.1:{free_ports(1)[0]}")
    assert silent[0] == State.FAIL
    assert silent[1].startswith("does not answer (")
    unknown = _said(there, url="turn:no-such-host.invalid")
    assert unknown[1].startswith("does not answer (")
    assert all(said[2] for said in (late, silent, unknown))


def test_the_doctor_asks_again_where_its_port_was_used_a_moment_ago(
    there: There, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[int]()

    def from_a_used_port(way: Way, *given: Any) -> tuple[Answer, Signature | None]:
        if not asked:
            allocate(way, *given)
        found = allocate(way, *given)
        asked.append(found[0].code)
        return found

    monkeypatch.setattr("fanal.running.doctor.relays.allocate", from_a_used_port)
    assert _said(there)[0] == State.OK
    assert asked == [MISMATCH, 0]


def test_the_doctor_waits_seconds_for_a_relay_that_says_nothing(there: There) -> None:
    with contextlib.closing(socket.socket(type=socket.SOCK_DGRAM)) as deaf:
        deaf.bind(("127.0.0.1", 0))
        found = _said(there, url=f"turn:127.0.0.1:{deaf.getsockname()[1]}")
    assert found[:2] == (State.FAIL, "does not answer (nothing came back)")


def test_the_doctor_tries_a_certificate_as_browsers_do(there: There, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"turns:localhost:{there.tls_port}"
    refused = _said(there, url=url)
    assert refused[0] == State.FAIL
    assert refused[1].startswith("has a certificate that is not trusted: ")
    monkeypatch.setenv("SSL_CERT_FILE", str(there.certificate.authority))
    assert _said(there, url=url)[0] == State.OK


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        (("denied-peer-ip",), "leads to more than the PBX, such as 10.255.255.254"),
        (("use-auth-secret", "static-auth-secret"), "asks nobody for credentials"),
    ],
)
def test_the_doctor_finds_a_relay_that_is_open_to_more_than_it_should_be(
    left_out: Sequence[str], said: str, there: There, tmp_path: Path
) -> None:
    (port,) = free_ports(1)
    lines = turnserver(Relay(to=there.to, realm="localhost", secret=SECRET, port=port)).splitlines()
    careless = [line for line in lines if not line.startswith(tuple(left_out))]
    (tmp_path / "conf").write_text("\n".join([*careless, *["no-auth"] * ("use-auth-secret" in left_out)]) + "\n")
    with running(tmp_path / "conf", tmp_path, port=port):
        found = _said(there, url=f"turn:127.0.0.1:{port}")
    assert found[:2] == (State.FAIL, said)
    assert "bin/pbx relay" in found[2]


def test_where_a_relay_is_may_be_said_shortly() -> None:
    assert place_of("turn:t.example") == Place(host="t.example", port=3478, tcp=False, tls=False)
    assert place_of("turn:t.example:80?transport=tcp") == Place(host="t.example", port=80, tcp=True, tls=False)
    assert place_of("turns:t.example") == Place(host="t.example", port=5349, tcp=True, tls=True)


_UDP = [(Part.TRANSPORT, UDP)]


def _said(there: There, **other: object) -> tuple[State, str, str]:
    given = {"url": there.url, "secret": SECRET, "to": there.to, "now": datetime.now(UTC)} | other
    found = examined(str(given.pop("url")), **given)  # type: ignore[arg-type]
    return found.state, found.what, found.todo


def _with(given: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("FANAL_TURN")} | given


def _sent(address: str, port: int, told: bytes) -> bytes:
    """To be carried to this peer, as it is."""
    number = b"n" * 12
    padded = struct.pack("!HH", DATA, len(told)) + told + bytes(-len(told) % 4)
    part, value = peer(address, port, number)
    body = struct.pack("!HH", part, len(value)) + value + padded
    return struct.pack("!HHI", SEND, len(body), 0x2112A442) + number + body


def _bound(way: Way, address: str, port: int, signed: Signature) -> Answer:
    number = b"%012d" % port
    parts = [(NUMBER, b"\x40\x01\0\0"), peer(address, port, number)]
    return way.ask(BIND, parts, signed=signed, number=number)  # type: ignore[arg-type]
