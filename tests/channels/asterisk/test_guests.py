"""What somebody may try who was let in for one call: it is that one call and nothing else, on a real PBX."""

import contextlib
import hashlib
import re
import shutil
import socket
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
from django.utils import timezone

from fanal.channels.asterisk.ari import Address, Orders, path_of
from fanal.channels.asterisk.guests import Guest, bring, name_in, send_away, to_bring
from fanal.channels.asterisk.lines import Line
from fanal.channels.asterisk.lines import bring as bring_lines
from fanal.channels.asterisk.pushed import put, there
from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.intake.voice.room import Room
from fanal.interactions import actions as interactions
from fanal.interactions.models import Interaction, Leg, WebCall
from fanal.running import pbx
from fanal.running.pbx.configuration import Pbx
from fanal.running.pbx.configuration.dialplan import GUESTS_CALL
from tests.channels.asterisk.conftest import exchange_in
from tests.channels.asterisk.test_room import nobody_calls_yet, number, room, telephone  # noqa: F401
from tests.servers import until

pytestmark = pytest.mark.timeout(240)
GUEST = Guest(name="G-guestofthetestsofweb", key=17, secret="s" * 40)
COLLEAGUE = Line(name="L-browserofberta", key=9, secret="b" * 40)
WEBRTC = "\r\n".join(
    [
        "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0", "m=audio 9 UDP/TLS/RTP/SAVPF 0",
        "c=IN IP4 0.0.0.0", "a=rtcp:9 IN IP4 0.0.0.0", "a=ice-ufrag:abcd", "a=ice-pwd:0123456789abcdefghijklm",
        "a=fingerprint:sha-256 " + ":".join(["AB"] * 32), "a=setup:actpass", "a=mid:0", "a=sendrecv", "a=rtcp-mux",
        "a=rtpmap:0 PCMU/8000", "",
    ]
)  # fmt: skip


OPEN: list[socket.socket] = []


@pytest.fixture(autouse=True)
def nobody_is_left() -> Iterator[None]:
    yield
    while OPEN:
        OPEN.pop().close()


@dataclass
class Attacker:
    """A program in the place of the page: it has the page's name and secret, and says what it likes."""

    pbx_port: int
    name: str
    secret: str
    call: str = field(default_factory=lambda: uuid.uuid4().hex)
    to: str = ""
    number: int = 0

    def __post_init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        OPEN.append(self.socket)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(10)

    def says(self, method: str, target: str, *, headers: str = "", body: str = "", within: bool = False) -> int:
        """The code that ends it; asked for a proof, it is given once."""
        own, proof, uri = self.socket.getsockname()[1], "", f"sip:{target}@127.0.0.1:{self.pbx_port}"
        if not within:
            self.call, self.to = uuid.uuid4().hex, f"<{uri}>"
        for _ in (1, 2):
            self.number += 1
            kind = "Content-Type: application/sdp\r\n" if body else ""
            self._send(
                f"{method} {uri} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP 127.0.0.1:{own};branch=z9hG4bK{uuid.uuid4().hex};rport\r\n"
                f"From: <sip:{self.name}@127.0.0.1>;tag=a\r\nTo: {self.to}\r\nCall-ID: {self.call}\r\n"
                f"CSeq: {self.number} {method}\r\nContact: <sip:{self.name}@127.0.0.1:{own}>\r\nMax-Forwards: 70\r\n"
                f"{headers}{proof}{kind}Content-Length: {len(body)}\r\n\r\n{body}"
            )
            code, answer = self._answer(method)
            if method == "INVITE":
                self._acknowledges(uri, answer, own)
            if code != 401 or proof:
                return code
            asked = dict(re.findall(r'(\w+)="([^"]*)"', answer[answer.index("WWW-Authenticate") :]))
            proof = self._proof(method, uri, asked)
        return code

    def _send(self, text: str) -> None:
        self.socket.sendto(text.encode(), ("127.0.0.1", self.pbx_port))

    def _answer(self, method: str) -> tuple[int, str]:
        while True:
            answer = self.socket.recv(65536).decode()
            first, _, rest = answer.partition("\r\n")
            mine = f"CSeq: {self.number} {method}" in rest
            if first.startswith("SIP/2.0") and mine and int(first.split()[1]) >= 200:
                return int(first.split()[1]), answer

    def _acknowledges(self, uri: str, answer: str, own: int) -> None:
        to = re.search(r"^To: (.*)$", answer, re.MULTILINE)
        via = re.search(r"branch=(\S+?)[;\r]", answer)
        good = answer.startswith("SIP/2.0 200")
        said = to[1].strip() if to else ""
        if good:
            self.to = said
        branch = uuid.uuid4().hex if good or not via else via[1].removeprefix("z9hG4bK")
        self._send(
            f"ACK {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{own};branch=z9hG4bK{branch};rport\r\n"
            f"From: <sip:{self.name}@127.0.0.1>;tag=a\r\nTo: {said}\r\nCall-ID: {self.call}\r\n"
            f"CSeq: {self.number} ACK\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        )

    def _proof(self, method: str, uri: str, asked: dict[str, str]) -> str:
        def md5(text: str) -> str:
            return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

        who, what = md5(f"{self.name}:{asked['realm']}:{self.secret}"), md5(f"{method}:{uri}")
        answer = md5(f"{who}:{asked['nonce']}:00000001:c:auth:{what}")
        opaque = f', opaque="{asked["opaque"]}"' if "opaque" in asked else ""
        return (
            f'Authorization: Digest username="{self.name}", realm="{asked["realm"]}", nonce="{asked["nonce"]}", '
            f'uri="{uri}", response="{answer}", algorithm=MD5, cnonce="c", nc=00000001, qop=auth{opaque}\r\n'
        )


@pytest.fixture(scope="module")
def exchange(local: pbx.Local, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pbx]:
    """One of these tests' own: a PBX goes on naming the guests that it had."""
    home = tmp_path_factory.mktemp("pbx")
    asked = exchange_in(local, home, at=44000)
    pbx.start(local, asked)
    yield asked
    pbx.stop(local, asked)
    shutil.rmtree(local.outside(local.folder(home)), ignore_errors=True)


@pytest.fixture
def orders(address: Address) -> Iterator[Orders]:
    orders = Orders(address, "guests-of-tests", lines=2)
    yield orders
    bring(orders, [], gone=set())
    bring_lines(orders, [])
    for line in orders.ask("GET", path_of("channels")):
        with contextlib.suppress(Exception):
            orders.ask("DELETE", path_of("channels", line["id"]))
    orders.close()


@pytest.fixture
def attacker(orders: Orders, exchange: Pbx) -> Attacker:
    """Let in, as a page is."""
    guest = replace(GUEST, name=f"G-{uuid.uuid4().hex}")
    bring(orders, [guest], gone=set(), media_address="127.0.0.1")
    return Attacker(pbx_port=exchange.sip_port, name=guest.name, secret=guest.secret)


def test_who_is_to_be_let_in_is_brought_and_who_is_not_is_sent_away() -> None:
    known = {GUEST.name, "G-somebodywhoseminuteisover", "L-browserofberta", "carrier"}
    assert to_bring([GUEST], known) == ([], ["G-somebodywhoseminuteisover"])
    assert to_bring([GUEST], {"carrier"}) == ([GUEST], [])
    assert name_in({"channel": {"name": f"PJSIP/{GUEST.name}-0000000a"}}) == GUEST.name
    assert name_in({"channel": {"name": "PJSIP/L-browserofberta-0000000a"}}) == ""
    assert GUEST.secret not in repr(GUEST)


def test_the_one_way_in_says_whose_call_it_is_and_no_header_changes_that(
    attacker: Attacker, told: list[dict[str, object]], orders: Orders
) -> None:
    forged = "FANAL_GUEST: 1\r\nX-Guest: 1\r\nP-Asserted-Identity: <sip:+4722334455@127.0.0.1>\r\n"
    threading.Timer(1, lambda: _answer(orders)).start()
    assert attacker.says("INVITE", GUESTS_CALL, headers=forged, body=WEBRTC) == 200
    (began,) = [one for one in told if one["type"] == "StasisStart"]
    assert began["args"] == ["guest", str(GUEST.key)]
    assert name_in(began) == attacker.name
    assert attacker.secret not in str(told)


def _answer(orders: Orders) -> None:
    until(lambda: orders.ask("GET", path_of("channels")))
    orders.ask("POST", path_of("channels", orders.ask("GET", path_of("channels"))[0]["id"], "answer"))


@pytest.mark.parametrize(
    "target",
    [
        "+4722334455",
        "004722334455",
        "carrier",
        "L-browserofberta",
        GUEST.name,
        "s",
        "h",
        "i",
        "t",
        "Desk",
        "desk2",
        "fanal",
    ],
)
def test_no_number_no_colleague_and_no_other_name_can_be_called(
    target: str, attacker: Attacker, told: list[dict[str, object]], orders: Orders
) -> None:
    bring_lines(orders, [COLLEAGUE])
    assert attacker.says("INVITE", target, body=WEBRTC) == 404
    assert told == []
    assert orders.ask("GET", path_of("channels")) == []


def test_nothing_is_registered_subscribed_sent_or_handed_on(attacker: Attacker, told: list[dict[str, object]]) -> None:
    assert attacker.says("REGISTER", attacker.name, headers="Expires: 60\r\n") >= 400
    for package in ("presence", "dialog", "message-summary", "refer"):
        assert attacker.says("SUBSCRIBE", GUESTS_CALL, headers=f"Event: {package}\r\nExpires: 60\r\n") >= 400
    assert attacker.says("REFER", GUESTS_CALL, headers="Refer-To: <sip:+4722334455@127.0.0.1>\r\n") >= 400
    assert attacker.says("MESSAGE", GUESTS_CALL) >= 400
    assert attacker.says("PUBLISH", GUESTS_CALL, headers="Event: presence\r\n") >= 400
    assert told == []


def test_a_call_that_runs_is_handed_on_to_nobody(
    attacker: Attacker, told: list[dict[str, object]], orders: Orders
) -> None:
    threading.Timer(1, lambda: _answer(orders)).start()
    assert attacker.says("INVITE", GUESTS_CALL, body=WEBRTC) == 200
    for target in ("+4722334455", "carrier", GUESTS_CALL):
        refer = f"Refer-To: <sip:{target}@127.0.0.1>\r\n"
        assert attacker.says("REFER", GUESTS_CALL, headers=refer, within=True) >= 400
    assert len(orders.ask("GET", path_of("channels"))) == 1
    assert [one["type"] for one in told if one["type"] == "StasisStart"] == ["StasisStart"]


def test_who_was_sent_away_or_does_not_know_the_secret_is_nobody(
    attacker: Attacker, told: list[dict[str, object]], orders: Orders, exchange: Pbx
) -> None:
    guessing = Attacker(pbx_port=exchange.sip_port, name=attacker.name, secret="t" * 40)
    assert guessing.says("INVITE", GUESTS_CALL, body=WEBRTC) == 401
    send_away(orders, attacker.name)
    assert attacker.name not in there(orders)
    assert attacker.says("INVITE", GUESTS_CALL, body=WEBRTC) == 401
    assert told == []


@pytest.mark.django_db(transaction=True)
def test_a_second_call_with_the_same_secret_is_refused_even_while_the_pbx_still_knows_it(
    room: Room,  # noqa: F811
    orders: Orders,
    exchange: Pbx,
    number: ChannelAccount,  # noqa: F811
) -> None:
    widget = ChannelAccount.objects.create(
        kind=ChannelKind.WEBCHAT, code="shop", name="Shop", settings={"calls": number.code}
    )
    web, secret = interactions.let_in(account=widget, number=number, visitor="v" * 32, now=timezone.now())
    guest = Guest(name=web.name, key=web.pk, secret=secret)
    bring(orders, interactions.wanted_guests(), gone=set(), media_address="127.0.0.1")
    first = Attacker(pbx_port=exchange.sip_port, name=guest.name, secret=secret)
    assert first.says("INVITE", GUESTS_CALL, body=WEBRTC) == 200
    until(lambda: guest.name not in there(orders))
    assert interactions.wanted_guests() == []
    call = Interaction.objects.get()
    assert (call.source, call.account, call.channel) == (f"web:{'v' * 32}", number, ChannelKind.VOICE)
    assert WebCall.objects.get().interaction == call

    put(orders, guest.name, _known_again(guest))
    second = Attacker(pbx_port=exchange.sip_port, name=guest.name, secret=secret)
    assert second.says("INVITE", GUESTS_CALL, body=WEBRTC) >= 400
    assert Interaction.objects.count() == 1
    assert Leg.objects.count() == 1
    bring(orders, [], gone=set())
    until(lambda: Leg.objects.get().ended_at, seconds=30)  # a browser that sends no sound is gone after ten seconds
    until(lambda: Interaction.objects.get().ended_at)


def _known_again(guest: Guest) -> list[tuple[str, dict[str, str]]]:
    from fanal.channels.asterisk import guests

    return guests._objects(guest, "127.0.0.1")


def test_what_a_guest_names_as_the_way_back_leads_to_the_guest_alone(
    attacker: Attacker, told: list[dict[str, object]], orders: Orders
) -> None:
    inside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    OPEN.append(inside)
    inside.bind(("127.0.0.1", 0))
    route = f"Record-Route: <sip:127.0.0.1:{inside.getsockname()[1]};lr>\r\n"
    threading.Timer(1, lambda: _answer(orders)).start()
    assert attacker.says("INVITE", GUESTS_CALL, headers=route, body=WEBRTC) == 200
    (line,) = orders.ask("GET", path_of("channels"))
    orders.ask("DELETE", path_of("channels", line["id"]))
    assert attacker.socket.recv(65536).startswith(b"BYE ")
    inside.settimeout(1)
    with pytest.raises(TimeoutError):
        inside.recv(65536)
