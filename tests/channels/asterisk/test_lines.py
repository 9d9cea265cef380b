"""The agents' phones on a real Asterisk: pushed whole or not at all, used by nobody else, and gone when withdrawn."""

import contextlib
import hashlib
import re
import socket
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fanal.channels.asterisk import lines
from fanal.channels.asterisk.ari import Address, Cut, Declined, Events, Orders, path_of
from fanal.channels.asterisk.lines import (
    ENDPOINTS,
    Line,
    address_of,
    bring,
    push,
    there,
    to_bring,
    told_of,
    with_pictures,
    withdraw,
)
from fanal.running import pbx
from fanal.running.pbx.configuration import Pbx
from fanal.running.pbx.configuration.dialplan import APP
from fanal.running.pbx.configuration.programs import ARI_USER
from tests.channels.asterisk.conftest import SECRET, exchange_in
from tests.channels.asterisk.phones import answered_at_once
from tests.servers import free_ports, until

pytestmark = pytest.mark.timeout(120)
BROWSER = Line(name="L-browserofanna", key=7, secret="s" * 40)
DESK = Line(name="L-deskofanna", key=8, address="sip:anna@127.0.0.1:5070")
KINDS = ("endpoint", "auth", "aor")
TRUNKS = {"carrier", "other"}


@pytest.fixture
def orders(address: Address) -> Iterator[Orders]:
    orders = Orders(address, APP)
    yield orders
    bring(orders, [])
    orders.close()


def parts_of(orders: Orders, name: str) -> list[str]:
    """Which of a line's objects the PBX has."""
    found = []
    for kind in KINDS:
        with contextlib.suppress(Declined):
            orders.ask("GET", path_of("asterisk", "config", "dynamic", "res_pjsip", kind, name))
            found.append(kind)
    return found


def registered(name: str, secret: str, *, pbx_port: int, at: str = "127.0.0.1", port: int = 0, rings: int = 0) -> int:
    """The code that a phone hears which registers under this name with this secret."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.bind((at, port))
        phone.settimeout(5)
        call, proof = uuid.uuid4().hex, ""
        for number in (1, 2):
            own = phone.getsockname()[1]
            phone.sendto(
                (
                    f"REGISTER sip:127.0.0.1:{pbx_port} SIP/2.0\r\n"
                    f"Via: SIP/2.0/UDP 127.0.0.1:{own};branch=z9hG4bK{uuid.uuid4().hex}\r\n"
                    f"From: <sip:{name}@127.0.0.1>;tag=a\r\nTo: <sip:{name}@127.0.0.1>\r\nCall-ID: {call}\r\n"
                    f"CSeq: {number} REGISTER\r\nContact: <sip:{name}@127.0.0.1:{rings or own}>\r\nMax-Forwards: 70\r\n"
                    f"Expires: 60\r\n{proof}Content-Length: 0\r\n\r\n"
                ).encode(),
                ("127.0.0.1", pbx_port),
            )
            answer = phone.recv(65536).decode()
            code = int(answer.split()[1])
            if code != 401 or proof:
                return code
            asked = dict(re.findall(r'(\w+)="([^"]*)"', answer[answer.index("WWW-Authenticate") :]))
            proof = _proof(name, secret, asked, f"sip:127.0.0.1:{pbx_port}")
    return code


def _proof(name: str, secret: str, asked: dict[str, str], uri: str) -> str:
    def md5(text: str) -> str:
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    who, what = md5(f"{name}:{asked['realm']}:{secret}"), md5(f"REGISTER:{uri}")
    answer = md5(f"{who}:{asked['nonce']}:00000001:c:auth:{what}")
    return (
        f'Authorization: Digest username="{name}", realm="{asked["realm"]}", nonce="{asked["nonce"]}", uri="{uri}", '
        f'response="{answer}", algorithm=MD5, cnonce="c", nc=00000001, qop=auth'
        + (f', opaque="{asked["opaque"]}"' if "opaque" in asked else "")
        + "\r\n"
    )


def test_what_is_wanted_and_missing_is_pushed_and_what_is_there_and_not_wanted_goes() -> None:
    known = {"L-browserofanna", "L-ofsomebodywholeft", "carrier", "l-looks-alike"}
    assert to_bring([BROWSER, DESK], known) == ([DESK], ["L-ofsomebodywholeft"])
    assert to_bring([], {"carrier"}) == ([], [])


def test_the_pbx_is_brought_to_the_lines_that_are_open(orders: Orders) -> None:
    bring(orders, [BROWSER, DESK], media_address="127.0.0.1")
    assert set(there(orders)) == {BROWSER.name, with_pictures(BROWSER.name), DESK.name, *TRUNKS}
    assert parts_of(orders, BROWSER.name) == ["endpoint", "auth", "aor"]
    assert parts_of(orders, DESK.name) == ["endpoint", "aor"]
    bring(orders, [DESK])
    assert set(there(orders)) == {DESK.name, *TRUNKS}
    assert parts_of(orders, BROWSER.name) == []


def test_a_line_that_is_pushed_again_takes_the_place_of_the_one_before(orders: Orders, exchange: Pbx) -> None:
    push(orders, BROWSER)
    push(orders, replace(BROWSER, secret="t" * 40))
    assert registered(BROWSER.name, "s" * 40, pbx_port=exchange.sip_port) == 401
    # A phone of plain SIP may register there; it could not talk, for the line takes encrypted sound alone.
    assert registered(BROWSER.name, "t" * 40, pbx_port=exchange.sip_port) == 200


def test_who_has_the_secret_and_is_nowhere_where_phones_are_registers_not(orders: Orders, exchange: Pbx) -> None:
    """Stolen from a browser, it would ring elsewhere."""
    push(orders, BROWSER)
    assert registered(BROWSER.name, BROWSER.secret, pbx_port=exchange.sip_port, at="127.0.0.2") == 403
    assert not there(orders)[BROWSER.name]


def test_a_line_rings_where_it_was_registered_from_and_nowhere_else(orders: Orders, exchange: Pbx) -> None:
    push(orders, BROWSER)
    port, victim = free_ports(2)
    code = registered(BROWSER.name, BROWSER.secret, pbx_port=exchange.sip_port, port=port, rings=victim)
    assert code == 200
    with contextlib.ExitStack() as stack:
        here, there_ = (stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(2))
        for phone, own in ((here, port), (there_, victim)):
            phone.bind(("127.0.0.1", own))
            phone.settimeout(5)
        query = {"endpoint": f"PJSIP/{BROWSER.name}", "app": APP, "timeout": 2, "channelId": "to-a-browser"}
        orders.ask("POST", path_of("channels"), query)
        assert here.recv(65536).startswith(b"INVITE ")
        there_.settimeout(0.5)
        with pytest.raises(TimeoutError):
            there_.recv(65536)
        orders.ask("DELETE", path_of("channels", "to-a-browser"))


def test_what_the_pbx_refuses_leaves_nothing_behind(orders: Orders, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(lines._COMMON, "no_such_setting", "yes")
    with pytest.raises(Declined) as refused:
        push(orders, BROWSER)
    assert refused.value.status == 400
    assert parts_of(orders, BROWSER.name) == []


def test_after_a_restart_the_lines_are_gone_and_brought_again(local: pbx.Local, tmp_path: Path) -> None:
    asked = exchange_in(local, tmp_path, at=50000)
    orders = Orders(Address(url=f"ws://127.0.0.1:{asked.http_port}", user=ARI_USER, secret=SECRET), APP)
    try:
        pbx.start(local, asked)
        bring(orders, [BROWSER])
        pbx.stop(local, asked)
        with pytest.raises(Cut):
            bring(orders, [BROWSER])
        pbx.start(local, asked)
        assert BROWSER.name not in there(orders)
        bring(orders, [BROWSER])
        assert registered(BROWSER.name, BROWSER.secret, pbx_port=asked.sip_port) == 200
    finally:
        orders.close()
        pbx.stop(local, asked)


def test_a_withdrawn_line_registers_no_more_and_is_rung_no_more(
    orders: Orders, exchange: Pbx, address: Address
) -> None:
    events = Events(address, APP)
    try:
        orders.ask("POST", path_of("applications", APP, "subscription"), {"eventSource": ENDPOINTS})
        push(orders, BROWSER)
        assert registered(BROWSER.name, BROWSER.secret, pbx_port=exchange.sip_port) == 200
        assert next(told for one in events if (told := told_of(one)) and told[1]) == (BROWSER.name, True)
        until(lambda: there(orders)[BROWSER.name])
        withdraw(orders, BROWSER.name)
        assert registered(BROWSER.name, BROWSER.secret, pbx_port=exchange.sip_port) in (401, 403)
        with pytest.raises(Declined):
            orders.ask("POST", path_of("channels"), {"endpoint": f"PJSIP/{BROWSER.name}", "app": APP, "timeout": 2})
        push(orders, BROWSER)
        assert not there(orders)[BROWSER.name], "who registered before it was withdrawn does not come back with it"
    finally:
        events.close()


def test_a_phone_on_the_desk_is_called_and_asked_whether_it_is_there_and_cannot_be_played(
    orders: Orders, exchange: Pbx, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "LOOKED_AT_EVERY", 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.bind(("127.0.0.1", 0))
        phone.settimeout(10)
        port = phone.getsockname()[1]
        push(orders, replace(DESK, address=f"sip:anna@127.0.0.1:{port}"))
        asked, whence = phone.recvfrom(65536)
        assert asked.startswith(f"OPTIONS sip:anna@127.0.0.1:{port} ".encode())
        kept = [
            one for one in asked.decode().split("\r\n") if one.split(":")[0] in ("Via", "From", "To", "Call-ID", "CSeq")
        ]
        phone.sendto("\r\n".join(["SIP/2.0 200 OK", *kept, "Content-Length: 0", "", ""]).encode(), whence)
        until(lambda: there(orders)[DESK.name])
    for sender, place in ((DESK.name, 0), ("anna", 0), (DESK.name, port)):
        heard = answered_at_once("INVITE", "+4722334455", pbx_port=exchange.sip_port, port=place, sender=sender)
        assert heard[-1] == 401, "not by its name, not from its place"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("sip:anna@192.0.2.7", "sip:anna@192.0.2.7:5060"),
        (" sip:101@192.0.2.7:5071 ", "sip:101@192.0.2.7:5071"),
        ("sip:a.b-c_d+e@[2001:db8::7]:5062", "sip:a.b-c_d+e@[2001:db8::7]:5062"),
    ],
)
def test_a_phones_address_has_one_form(written: str, kept: str) -> None:
    assert address_of(written) == kept == address_of(kept)


@pytest.mark.parametrize(
    "hostile",
    [
        "anna@192.0.2.7",
        "sip:anna@phone.example",
        "sips:anna@192.0.2.7",
        "sip:192.0.2.7",
        "sip:anna@192.0.2.7;transport=tcp",
        "sip:anna@192.0.2.7?Replaces=1",
        "sip:anna@192.0.2.7:5060>,<sip:+900123@carrier",
        "sip:anna@192.0.2.7\r\ncontext=from-outside",
        "sip:an na@192.0.2.7",
        "sip:anna%40evil@192.0.2.7",
        "sip:anna@192.0.2.7:0",
        "sip:anna@192.0.2.7:99999",
        "sip:anna@192.0.2.777",
        "sip:anna@0.0.0.0",
        "sip:anna@224.0.0.1",
        "sip:anna@192.0.2.7^x",
        "",
    ],
)
def test_what_is_no_phones_address_is_refused(hostile: str) -> None:
    with pytest.raises(ValueError, match=r"phone|address"):
        address_of(hostile)
    with pytest.raises(ValueError, match="address"):
        Line(name="L-deskofanna", key=8, address=hostile)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "carrier"},
        {"name": "L-../../auth"},
        {"name": "L-abcdefgh\n[x]"},
        {"name": "L-short"},
        {"secret": "short"},
        {"secret": "s" * 40 + "\nmax_contacts=9"},
        {"secret": ""},
        {"address": "sip:anna@192.0.2.7:5060"},
    ],
)
def test_a_line_that_cannot_be_is_never_pushed(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="line"):
        replace(BROWSER, **wrong)


def test_a_trunk_is_never_withdrawn(orders: Orders) -> None:
    with pytest.raises(ValueError, match="lines"):
        withdraw(orders, "carrier")
    bring(orders, [])
    assert "carrier" in there(orders)
