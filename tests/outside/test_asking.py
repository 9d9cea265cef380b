"""One question by HTTP against real sockets on loopback: names that flip, redirects, drips, floods and cuts."""

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from fanal import outside
from fanal.outside import asking
from fanal.outside.asking import Asked, NoAnswer, NotAllowed, NotReached
from tests.outside.serving import Answering, Server, plain
from tests.servers import free_ports

servers: list[Server] = []


@pytest.fixture(autouse=True)
def _ended() -> Iterator[None]:
    yield
    while servers:
        servers.pop().close()


def serving(answering: Answering) -> Server:
    servers.append(Server(answering))
    return servers[-1]


def ask(server: Server, path: str = "/x", *, within: float = 5, **more: Any) -> outside.Reply:
    allowed = [f"office.example=127.0.0.1:{server.port}"]
    return outside.ask(Asked(address=f"http://office.example{path}", **more), within=within, allowed=allowed)


class Names:
    """A name server of ours: each question about a name gets the next of its answers."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **answers: list[str]) -> None:
        self.asked: list[str] = []
        real = socket.getaddrinfo

        def getaddrinfo(host: Any, port: Any, *more: Any, **named: Any) -> Any:
            name = str(host).replace(".", "_")
            if name not in answers:
                return real(host, port, *more, **named)
            self.asked.append(host)
            found = answers[name][min(len(self.asked), len(answers[name])) - 1]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (found, port))]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def test_an_answer_comes_with_its_status_and_body() -> None:
    server = serving(plain(b'{"a": 1}'))
    reply = ask(server, headers={"Authorization": "Bearer s3cret"})
    assert (reply.status, reply.body) == (200, b'{"a": 1}')
    [asked] = server.asked
    assert asked.startswith(b"GET /x HTTP/1.1\r\n")
    assert b"Host: office.example\r\n" in asked
    assert b"Authorization: Bearer s3cret\r\n" in asked


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0", "localhost", "[::1]", "[::ffff:127.0.0.1]",
     "①②⑦.⓪.⓪.①", "127.0.0.1."],
)  # fmt: skip
def test_this_machine_is_not_asked_in_whatever_spelling(host: str) -> None:
    with pytest.raises((NotAllowed, NotReached)):
        outside.ask(Asked(address=f"https://{host}/"), within=5, allowed=[])


def test_a_name_that_leads_inside_is_refused_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    Names(monkeypatch, metadata_example_org=["169.254.169.254"])
    with pytest.raises(NotAllowed, match="forbidden_address"):
        outside.ask(Asked(address="https://metadata.example.org/latest/"), within=5, allowed=[])


def test_a_name_that_flips_between_two_answers_is_asked_once_and_never_leads_inside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inside = serving(plain(b'{"secret": 1}'))
    names = Names(monkeypatch, rebind_example_org=["93.184.216.34", "127.0.0.1"])
    connected: list[str] = []

    def connect(self: Any, host: str, port: int, **more: Any) -> Any:
        connected.append(host)
        raise asking.httpcore.ConnectError

    monkeypatch.setattr(asking.httpcore.SyncBackend, "connect_tcp", connect)
    with pytest.raises(NotReached):
        outside.ask(Asked(address="https://rebind.example.org:8443/"), within=5, allowed=[])
    assert names.asked == ["rebind.example.org"]
    assert connected == ["93.184.216.34"]
    assert inside.asked == []


def test_an_allowed_name_that_comes_to_mean_the_metadata_service_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    Names(monkeypatch, erp_internal=["169.254.169.254"])
    with pytest.raises(NotAllowed, match="forbidden_address"):
        outside.ask(Asked(address="http://erp.internal/"), within=5, allowed=["erp.internal"])


def test_a_redirect_is_an_answer_and_leads_nowhere() -> None:
    target = serving(plain(b"{}"))
    more = f"Location: http://127.0.0.1:{target.port}/latest/meta-data\r\n"
    server = serving(plain(b"", status="302 Found", more=more))
    assert ask(server).status == 302
    assert target.asked == []


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = serving(plain(b"{}"))
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    assert ask(serving(plain(b'{"ok": 1}'))).status == 200
    assert proxy.asked == []


def test_more_than_we_read_is_no_answer() -> None:
    with pytest.raises(NoAnswer, match="too_large"):
        ask(serving(plain(b"x" * (asking.LARGEST + 1))))


def test_a_flood_without_an_end_is_no_answer() -> None:
    def flood(connection: socket.socket, _asked: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(100_000):
            connection.sendall(b"x" * 65536)

    with pytest.raises(NoAnswer, match="too_large"):
        ask(serving(flood))


def test_what_is_packed_small_is_not_unpacked() -> None:
    with pytest.raises(NoAnswer, match="encoded"):
        ask(serving(plain(b"\x1f\x8b", more="Content-Encoding: gzip\r\n")))


@pytest.mark.parametrize("dripped", [b"HTTP/1.1 200 OK\r\nX-Long: " + b"y" * 500, b'HTTP/1.1 200 OK\r\n\r\n{"a":'])
def test_an_answer_that_drips_ends_when_the_time_is_over(dripped: bytes) -> None:
    def drip(connection: socket.socket, _asked: bytes) -> None:
        for byte in dripped + b"z" * 1000:
            connection.sendall(bytes([byte]))
            time.sleep(0.02)

    began = time.monotonic()
    with pytest.raises(NoAnswer, match="slow"):
        ask(serving(drip), within=0.5)
    assert time.monotonic() - began < 3


def test_silence_is_slow_and_a_cut_is_a_cut() -> None:
    with pytest.raises(NoAnswer, match="slow"):
        ask(serving(lambda _connection, _asked: time.sleep(2)), within=0.3)
    with pytest.raises(NoAnswer, match="cut"):
        ask(serving(lambda connection, _asked: connection.close()))
    with pytest.raises(NoAnswer, match="cut"):
        ask(serving(lambda connection, _asked: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{")))


def test_where_nobody_listens_nothing_was_sent() -> None:
    [port] = free_ports(1)
    with pytest.raises(NotReached):
        outside.ask(Asked(address=f"http://127.0.0.1:{port}/"), within=2, allowed=["127.0.0.1"])


def test_a_certificate_that_is_not_theirs_ends_it_before_anything_is_sent() -> None:
    server = serving(plain(b"{}"))  # no TLS at all
    with pytest.raises(NotReached):
        outside.ask(Asked(address=f"https://127.0.0.1:{server.port}/"), within=2, allowed=["127.0.0.1"])
    assert not any(b"GET" in asked for asked in server.asked)


def test_a_header_with_a_line_break_is_not_sent() -> None:
    server = serving(plain(b"{}"))
    with pytest.raises(NotAllowed, match="header"):
        ask(server, headers={"X-Key": "a\r\nX-Other: b"})
    assert b"".join(server.asked) == b""


def test_nothing_that_is_secret_is_in_what_is_logged_or_shown(caplog: pytest.LogCaptureFixture) -> None:
    asked = Asked(address="http://x.example/?key=s3cret", headers={"Authorization": "s3cret"}, body=b"s3cret")
    assert "s3cret" not in repr(asked)
    with caplog.at_level("DEBUG", logger="fanal"):
        ask(serving(plain(b'{"password": "s3cret"}')), "/?key=s3cret", headers={"Authorization": "s3cret"})
    assert "s3cret" not in caplog.text


def test_a_host_that_no_setting_names_is_not_asked_in_plain_text() -> None:
    with pytest.raises(NotAllowed, match="not_https"):
        outside.ask(Asked(address="http://example.org/"), within=1, allowed=["other.example"])
