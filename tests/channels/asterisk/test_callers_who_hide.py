"""Whoever does not want to be known is not known: whatever else their carrier tells of them stays with the carrier."""

import socket
import uuid
from collections.abc import Callable, Iterator

import pytest

from fanal.channels.asterisk.wire import kept
from fanal.running.pbx.configuration import Pbx
from tests.servers import until

pytestmark = pytest.mark.timeout(120)
NUMBER, NAME = "+33612345678", "Ines"
SOUND = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 8\r\n"
    "a=rtpmap:8 PCMA/8000\r\n"
)
Carried = Callable[[str, str], dict[str, object]]


@pytest.fixture
def carried(exchange: Pbx, told: list[dict[str, object]]) -> Iterator[Carried]:
    """A call as the carrier hands it over, with its sender and more headers; what is kept of it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as carrier:
        own = exchange.trunks[0].port
        carrier.bind(("127.0.0.1", own))

        def call(sender: str, headers: str) -> dict[str, object]:
            name, branch = uuid.uuid4().hex, uuid.uuid4().hex
            target = f"sip:+33199005678@127.0.0.1:{exchange.sip_port}"
            via = (
                f"Via: SIP/2.0/UDP 127.0.0.1:{own};branch=z9hG4bK{branch}\r\nFrom: {sender};tag=a\r\nTo: <{target}>\r\n"
            )
            rest = f"Call-ID: {name}\r\nContact: <sip:127.0.0.1:{own}>\r\nMax-Forwards: 70\r\n"
            more = f"{headers}Content-Type: application/sdp\r\nContent-Length: {len(SOUND)}\r\n\r\n{SOUND}"
            to = ("127.0.0.1", exchange.sip_port)
            carrier.sendto(f"INVITE {target} SIP/2.0\r\n{via}{rest}CSeq: 1 INVITE\r\n{more}".encode(), to)
            until(lambda: any(one["type"] == "StasisStart" for one in told))
            end = f"CANCEL {target} SIP/2.0\r\n{via}{rest}CSeq: 1 CANCEL\r\nContent-Length: 0\r\n\r\n"
            carrier.sendto(end.encode(), to)
            (began,) = [one for one in told if one["type"] == "StasisStart"]
            found = kept(began, run="run")
            assert found
            return found.body

        yield call


def test_who_shows_a_number_is_known_by_it(carried: Carried) -> None:
    body = carried(f'"{NAME}" <sip:{NUMBER}@127.0.0.1>', "")
    assert (body["number"], body["name"]) == (NUMBER, NAME)


@pytest.mark.parametrize("privacy", ["id", "user;id", "header;id;critical", "full"])
def test_the_number_that_only_the_carrier_may_know_is_neither_shown_nor_kept(carried: Carried, privacy: str) -> None:
    asserted = f'P-Asserted-Identity: "{NAME}" <sip:{NUMBER}@127.0.0.1>\r\nPrivacy: {privacy}\r\n'
    body = carried('"Anonymous" <sip:anonymous@anonymous.invalid>', asserted)
    assert NUMBER not in str(body)
    assert NAME not in str(body)
