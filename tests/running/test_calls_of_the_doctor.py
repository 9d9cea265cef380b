"""What the doctor says of calls: who could steer them."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from fanal.running.doctor import calls
from fanal.running.doctor.finding import State
from tests.certificates import Certificate, certificate_for
from tests.servers import free_ports


@pytest.mark.parametrize("answers", [True, False])
def test_whoever_can_reach_ari_from_elsewhere_is_found(answers: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a change of FANAL_PBX_ADDRESS, by an Asterisk that was started before it."""
    asked = []
    monkeypatch.setattr(calls, "_answers", lambda *at: bool(asked.append(at)) or answers)
    (found,) = calls.steered("192.0.2.9", 8088)
    assert asked == [("192.0.2.9", 8088)]
    assert found.state == (State.FAIL if answers else State.OK)
    assert ("bin/pbx stop" in found.todo) is answers
    assert not list(calls.steered("127.0.0.1", 8088)), "there it belongs"


@pytest.mark.parametrize(("version", "warns"), [((22, 9, 0), True), ((22, 10, 1), False), ((24, 0, 0), False)])
def test_an_exchange_with_known_holes_is_found(version: tuple[int, ...], warns: bool) -> None:
    assert [one.state for one in calls.patched(version)] == [State.WARN] * warns


@contextlib.contextmanager
def by_tls(certificate: Certificate) -> Iterator[str]:
    """An exchange with this certificate, as far as TLS goes; its address."""
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate.chain, certificate.key)
    listening = socket.create_server(("127.0.0.1", 0))

    def listen() -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _ = listening.accept()
                with contextlib.suppress(OSError), line, tls.wrap_socket(line, server_side=True) as encrypted:
                    encrypted.recv(1)

    threading.Thread(target=listen, daemon=True).start()
    yield f"wss://127.0.0.1:{listening.getsockname()[1]}/ws"
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()


def test_a_certificate_that_browsers_refuse_without_a_word_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, of_another = (
        certificate_for(tmp_path / "ours", "127.0.0.1"),
        certificate_for(tmp_path / "other", "pbx.example"),
    )
    with by_tls(ours) as url, by_tls(of_another) as elsewhere:
        found = calls.unreached(url)
        assert found
        assert (found.state, "is not trusted" in found.what) == (State.FAIL, True)
        monkeypatch.setenv("SSL_CERT_FILE", str(ours.authority))
        assert calls.unreached(url) is None
        monkeypatch.setenv("SSL_CERT_FILE", str(of_another.authority))
        wrong = calls.unreached(elsewhere)
        assert wrong
        assert "not trusted" in wrong.what, "it is for another name"


def test_an_exchange_that_no_browser_gets_through_to_is_found_and_one_without_tls_is_not_asked() -> None:
    found = calls.unreached(f"wss://127.0.0.1:{free_ports(1)[0]}/ws")
    assert found
    assert found.what.startswith("nothing answers at wss://127.0.0.1:")
    assert calls.unreached("") is None
    assert calls.unreached("ws://127.0.0.1:9/ws") is None
