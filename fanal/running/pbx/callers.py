"""Callers for benches, tests and the demo: SIPp (Debian's sip-tester) places calls and writes down each message."""

import shutil
import subprocess
import wave
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fanal.running.pbx.process import SECOND, goes_first
from fanal.running.postgres import NotPossible

_CALL = """\
<?xml version="1.0" encoding="UTF-8"?>
<scenario name="A caller who stays for a while once answered, or is told that there is no room">
  <send retrans="500">
    <![CDATA[
INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:[field0]@[local_ip]:[local_port]>;tag=[pid]-[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:[field0]@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

v=0
o=caller 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [{media}] RTP/AVP 8
a=rtpmap:8 PCMA/8000
a=sendrecv
]]>
  </send>
  <recv response="100" optional="true"/>
  <recv response="180" optional="true"/>
  <recv response="183" optional="true"/>
  <recv response="503" optional="true" next="full"/>
  <recv response="200" rrs="true"/>
  <send>
    <![CDATA[
ACK [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:[field0]@[local_ip]:[local_port]>;tag=[pid]-[call_number]
[last_To:]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]>
  </send>
{sound}\
{keys}\
  <pause/>
  <send retrans="500">
    <![CDATA[
BYE [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:[field0]@[local_ip]:[local_port]>;tag=[pid]-[call_number]
[last_To:]
Call-ID: [call_id]
CSeq: {bye} BYE
Max-Forwards: 70
Content-Length: 0

]]>
  </send>
  <recv response="200" next="end"/>
  <label id="full"/>
  <send>
    <![CDATA[
ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0
[last_Via:]
From: <sip:[field0]@[local_ip]:[local_port]>;tag=[pid]-[call_number]
[last_To:]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]>
  </send>
  <label id="end"/>
</scenario>
"""
_SOUND = """\
  <nop>
    <action>
      <exec rtp_stream="{file},-1,8"/>
    </action>
  </nop>
"""
_KEYS = """\
  <nop>
    <action>
      <assignstr assign_to="who" value="[field1]"/>
      <strcmp assign_to="other" variable="who" value="keys"/>
      <test assign_to="silent" variable="other" compare="not_equal" value="0"/>
    </action>
  </nop>
  <nop test="silent" next="stays"/>
{pressed}\
  <label id="stays"/>
"""
_KEY = """\
  <send retrans="500">
    <![CDATA[
INFO [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:[field0]@[local_ip]:[local_port]>;tag=[pid]-[call_number]
[last_To:]
Call-ID: [call_id]
CSeq: {number} INFO
Contact: <sip:[field0]@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Type: application/dtmf-relay
Content-Length: [len]

Signal={key}
Duration=160
]]>
  </send>
  <recv response="200"/>
"""
LISTENS_FOR = 4.0
"""Seconds for each blank among the keys: they hear what is asked."""
PRESSES_EVERY = 2.0
"""Seconds from key to key."""
ENDS_WITHIN = 40.0
"""Seconds that a call may take longer than it was to; what has not ended by then has failed."""


@dataclass
class Call:
    """One call as its caller saw it; times are seconds since 1970, 0 where it did not happen."""

    number: str
    asked: float = 0
    told: dict[int, float] = field(default_factory=dict)  # by the answer's code, the first time
    bye: float = 0
    theirs: float = 0
    done: float = 0

    @property
    def failed(self) -> bool:
        """Neither went through as it should, nor was refused in so many words."""
        return 503 not in self.told and not (200 in self.told and self.bye and self.done and not self.theirs)


@dataclass(frozen=True, kw_only=True)
class Callers:
    """`port` is the carrier's, from which the PBX takes calls; `numbers` call one after the other, then again.

    `presses`: which of the calls, from 0, presses keys once it is answered, and which; a blank is a prompt's time.
    """

    folder: Path
    pbx_port: int
    port: int
    numbers: Sequence[str]
    presses: tuple[int, str] | None = None

    @contextmanager
    def calling(
        self, number: str, *, calls: int, per_s: float, seconds: float, media: bool, first: int = 0
    ) -> Iterator["Calling"]:
        """So many calls are placed, each stays for so long; the block waits for what it wants to see."""
        folder = self.folder / f"calls-{len(list(self.folder.iterdir()))}"
        folder.mkdir()
        own = [self.numbers[(first + n) % len(self.numbers)] for n in range(calls)]
        (folder / "numbers.csv").write_text("SEQUENTIAL\n" + "".join(self._line(one, n) for n, one in enumerate(own)))
        sound = ""
        if media:
            _speech(folder / "speech.wav")
            sound = _SOUND.format(file=folder / "speech.wav")
        scenario = folder / "call.xml"
        scenario.write_text(
            _CALL.replace("{sound}", sound)
            .replace("{media}", "rtpstream_audio_port" if media else "media_port")
            .replace("{keys}", _pressed(self.presses[1]) if self.presses else "")
            .replace("{bye}", str(3 + len(self.presses[1])) if self.presses else "2")
        )
        command = [
            sipp(), f"127.0.0.1:{self.pbx_port}", "-sf", str(scenario), "-s", number, "-inf",
            str(folder / "numbers.csv"), "-i", "127.0.0.1", "-mi", "127.0.0.1", "-p", str(self.port), "-m", str(calls),
            "-r", str(per_s), "-d", str(int(seconds * 1000)), "-l", str(calls), "-nostdin", "-aa", "-recv_timeout",
            str(int(ENDS_WITHIN * 1000)), "-timeout", str(int(calls / per_s + seconds + ENDS_WITHIN)),
            "-trace_shortmsg", "-shortmessage_file", str(folder / "messages"), "-trace_err", "-error_file",
            str(folder / "errors"), "-max_sched_loops", "100",
        ]  # fmt: skip
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, cwd=folder)
        goes_first(process.pid, rank=SECOND)  # callers are elsewhere in life, and have a processor of their own
        try:
            yield Calling(process=process, folder=folder, numbers=own)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(10)

    def _line(self, number: str, call: int) -> str:
        return f"{number};{'keys' if self.presses and self.presses[0] == call else 'none'}\n"


@dataclass(frozen=True, kw_only=True)
class Calling:
    process: "subprocess.Popen[bytes]"
    folder: Path
    numbers: Sequence[str]

    def wait(self) -> list[Call]:
        """Until all have ended; what each saw."""
        self.process.wait()
        return self.so_far()

    def so_far(self) -> list[Call]:
        calls = [Call(number=one) for one in self.numbers]
        lines = (self.folder / "messages").read_text(errors="replace") if (self.folder / "messages").exists() else ""
        for line in lines.splitlines():
            at, sent, call, order, what = _message(line)
            if not 1 <= call <= len(calls):
                continue
            one = calls[call - 1]
            match sent, what.split()[:2]:
                case True, ["INVITE", _]:
                    one.asked = one.asked or at
                case True, ["BYE", _]:
                    one.bye = one.bye or at
                case False, ["BYE", _]:
                    one.theirs = one.theirs or at
                case False, ["SIP/2.0", code] if order.endswith("INVITE"):
                    one.told.setdefault(int(code), at)
                case False, ["SIP/2.0", "200"] if order.endswith("BYE"):
                    one.done = one.done or at
        return calls


@contextmanager
def echo(folder: Path, *, port: int, media_port: int) -> Iterator[None]:
    """Whatever is said to `media_port` comes back: the agents, who talk as their callers do."""
    command = [
        sipp(), "-sn", "uas", "-i", "127.0.0.1", "-mi", "127.0.0.1", "-p", str(port), "-mp", str(media_port),
        "-rtp_echo", "-nostdin",
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, cwd=folder)
    try:
        yield
    finally:
        process.kill()
        process.wait(10)


def sipp() -> str:
    """Raises NotPossible."""
    found = shutil.which("sipp")
    if not found:
        raise NotPossible("There is no SIPp on this machine: install Debian's package sip-tester.")
    return found


def _message(line: str) -> tuple[float, bool, int, str, str]:
    """When, whether we sent it, of which call, its CSeq, and its first line."""
    _day, _clock, when, way, call, order, what = (line.split("\t") + [""] * 7)[:7]
    number = call.partition("-")[0]
    return float(when or 0), way == "S", int(number) if number.isdigit() else 0, order, what


def _pressed(keys: str) -> str:
    """The part of the scenario for whoever presses keys, as a telephone without tones tells them."""
    parts = []
    for number, key in enumerate(keys, start=2):
        wait = LISTENS_FOR if key == " " else PRESSES_EVERY
        pause = f'  <pause milliseconds="{int(wait * 1000)}"/>\n'
        parts.append(pause if key == " " else _KEY.replace("{key}", key).replace("{number}", str(number)) + pause)
    return _KEYS.replace("{pressed}", "".join(parts))


def _speech(file: Path) -> None:
    """Ten seconds in A-law of something that is no silence."""
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8000)
        sound.writeframes(bytes((n * 37 ^ n // 160) & 0xFF for n in range(80_000)))
