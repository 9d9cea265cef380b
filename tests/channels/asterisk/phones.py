"""Who calls: SIPp for whole calls, and a bare socket for what is answered at once."""

import contextlib
import re
import shutil
import socket
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.channels.asterisk.voices import speaks

SCENARIOS = Path(__file__).parent / "scenarios"
SECOND = '  <pause milliseconds="1000"/>\n'
KEY = (
    SECOND
    + """\
  <send retrans="500">
    <![CDATA[
INFO [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[last_From:]
[last_To:]
[last_Call-ID:]
CSeq: {number} INFO
Contact: <sip:[caller]@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Type: application/dtmf-relay
Content-Length: [len]

Signal={key}
Duration=160
]]>
  </send>
  <recv response="200"/>
"""
)
SIPP = shutil.which("sipp")


@dataclass(frozen=True, kw_only=True)
class Caller:
    """SIPp from one port; `port` is the carrier's where the calls are to come from the trunk."""

    folder: Path
    pbx_port: int
    port: int

    @contextlib.contextmanager
    def calls(
        self,
        number: str,
        *,
        of: str,
        seconds: float,
        at_once: int = 1,
        keys: str = "",
        says: Path | None = None,
        ear: int = 0,
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Calls the number, as somebody's, and stays for so long once it is answered and the `keys` were pressed.

        `says`: what they say, again and again. `ear`: the port that hears and speaks in SIPp's place.
        """
        if SIPP is None:
            pytest.skip("NOT TESTED: there is no SIPp on this machine (Debian's package sip-tester)")
        command = [
            SIPP, f"127.0.0.1:{self.pbx_port}", "-sf", str(self._scenario(keys, says, ear)), "-s", number,
            "-key", "caller", of, "-i", "127.0.0.1", "-mi", "127.0.0.1", "-p", str(self.port),
            "-m", str(at_once), "-r", str(at_once), "-d", str(int(seconds * 1000)), "-nostdin", "-timeout", "120",
            "-timeout_error", "-trace_err", "-error_file", str(self.folder / "sipp"),
        ]  # fmt: skip
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, cwd=self.folder)
        try:
            yield process
        finally:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(1)
            process.kill()
            process.wait(10)

    def _scenario(self, keys: str, says: Path | None, ear: int) -> Path:
        """Each key a second after the one before, as a telephone without tones tells it; a blank is a second more."""
        whole = (SCENARIOS / "caller.xml").read_text()
        whole = speaks(whole, says) if says else whole
        whole = whole.replace("[media_port]", str(ear)) if ear else whole
        if not keys:
            return _written(self.folder / "caller.xml", whole)
        plain = whole.replace("8 101", "8").replace("a=rtpmap:101 telephone-event/8000\n", "")
        before, pause, after = plain.partition("  <pause/>")
        pressed = "".join(KEY.format(key=key, number=at + 2) if key != " " else SECOND for at, key in enumerate(keys))
        after = after.replace("CSeq: 2 BYE", f"CSeq: {len(keys) + 2} BYE")
        return _written(self.folder / "caller.xml", before + pressed + pause + after)

    def errors(self) -> str:
        return (self.folder / "sipp").read_text() if (self.folder / "sipp").exists() else ""


@dataclass(frozen=True, kw_only=True)
class Telephone:
    """An agent's telephone: SIPp at one port, lifted after a while; `ends`: it is laid down by itself."""

    folder: Path
    port: int

    @property
    def address(self) -> str:
        """As the exchange calls it, by the carrier's line, which needs no registration."""
        return f"PJSIP/carrier/sip:agent@127.0.0.1:{self.port}"

    @contextlib.contextmanager
    def there(
        self,
        *,
        lifts_after: float = 0.3,
        ends: bool = False,
        does: str = "",
        says: Path | None = None,
        at_once: int = 1,
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Plugged in, for one call; `does`: another scenario, such as one that is busy; `says`: again and again.

        `at_once`: more where the exchange asks whether it is there, for SIPp counts each question as a call.
        """
        if SIPP is None:
            pytest.skip("NOT TESTED: there is no SIPp on this machine (Debian's package sip-tester)")
        scenario = SCENARIOS / f"{does or ('agent-ends' if ends else 'agent')}.xml"
        if says:
            scenario = _written(self.folder / f"agent-{self.port}.xml", speaks(scenario.read_text(), says))
        command = [
            SIPP, "-sf", str(scenario), "-i", "127.0.0.1",
            "-mi", "127.0.0.1", "-p", str(self.port), "-m", str(at_once), "-d", str(int(lifts_after * 1000)),
            "-nostdin", "-aa", "-timeout", "120", "-timeout_error", "-trace_err", "-error_file",
            str(self.folder / f"phone-{self.port}"),
        ]  # fmt: skip
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, cwd=self.folder)
        try:
            yield process
        finally:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(2)
            process.kill()
            process.wait(10)


def _written(path: Path, scenario: str) -> Path:
    path.write_text(scenario)
    return path


def answered_at_once(
    method: str,
    number: str,
    *,
    pbx_port: int,
    port: int = 0,
    sender: str = "nobody",
    headers: str = "",
    seconds: float = 3,
) -> list[int]:
    """The codes of what comes back for one request from this port, or from any; nothing is a possible answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.bind(("127.0.0.1", port))
        own = phone.getsockname()[1]
        sdp = (
            f"v=0\r\no=x 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {own} RTP/AVP 8\r\n"
            if method == "INVITE"
            else ""
        )
        phone.sendto(
            (
                f"{method} sip:{number}@127.0.0.1:{pbx_port} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP 127.0.0.1:{own};branch=z9hG4bK{uuid.uuid4().hex}\r\n"
                f"From: <sip:{sender}@127.0.0.1>;tag={uuid.uuid4().hex}\r\nTo: <sip:{number}@127.0.0.1>\r\n"
                f"Call-ID: {uuid.uuid4().hex}\r\nCSeq: 1 {method}\r\nContact: <sip:nobody@127.0.0.1:{own}>\r\n"
                f"Max-Forwards: 70\r\n{headers}"
                + ("Content-Type: application/sdp\r\n" if sdp else "")
                + f"Content-Length: {len(sdp)}\r\n\r\n{sdp}"
            ).encode(),
            ("127.0.0.1", pbx_port),
        )
        phone.settimeout(seconds)
        codes: list[int] = []
        with contextlib.suppress(TimeoutError):
            while not any(code >= 200 for code in codes):
                if told := re.match(rb"SIP/2\.0 (\d+)", phone.recv(65536)):
                    codes.append(int(told[1]))
        return codes
