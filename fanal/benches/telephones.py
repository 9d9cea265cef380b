"""Telephones on the desks of a bench's agents: all on one port, they ring, are lifted after a while, and laid down."""

import asyncio
import re
import threading
import time
from collections.abc import Mapping
from typing import Any

_NUMBER = re.compile(r"<sip:([^@>;]*)")
_ANSWERED_AGAIN_AFTER = 0.5  # seconds without an ACK


class Telephones(asyncio.DatagramProtocol):
    """`rang`: when a telephone began to ring (seconds since 1970), by the number that calls.

    `media_port`: where the sound of those that were lifted goes to, and comes back from.
    """

    def __init__(self, *, port: int, media_port: int, lifted_after: float) -> None:
        self.port, self.media_port, self.lifted_after = port, media_port, lifted_after
        self.rang: dict[str, float] = {}
        self.rings = 0
        self._dialogs: dict[str, asyncio.TimerHandle | None] = {}
        self._transport: asyncio.DatagramTransport | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> "Telephones":
        self._thread.start()
        opened = self._loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", self.port))
        asyncio.run_coroutine_threadsafe(opened, self._loop).result(5)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _close(self) -> None:
        for call in list(self._dialogs):
            self._stop(call)
        if self._transport:
            self._transport.close()
        await asyncio.sleep(0)  # the socket is closed in the next round

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        at = time.time()
        first, headers = _read(data)
        call = headers["call-id"]
        match first.partition(" ")[0]:
            case "OPTIONS" | "INFO" | "UPDATE":
                self._say(200, headers, addr)
            case "INVITE" if call not in self._dialogs:
                self._ring(call, headers, addr, at)
            case "INVITE":  # again, within the call or because our answer was lost
                self._answer(call, headers, addr)
            case "ACK":
                self._stop(call)
            case "BYE":
                self._stop(call)
                self._say(200, headers, addr)
            case "CANCEL":
                self._stop(call)
                self._say(200, headers, addr)
                self._say(487, headers | {"cseq": headers["cseq"].replace("CANCEL", "INVITE")}, addr)

    def _ring(self, call: str, headers: Mapping[str, str], addr: tuple[str, int], at: float) -> None:
        self.rings += 1
        if number := _NUMBER.search(headers["from"]):
            self.rang.setdefault(number[1], at)
        self._say(180, headers, addr)
        self._dialogs[call] = self._loop.call_later(self.lifted_after, self._answer, call, headers, addr)

    def _answer(self, call: str, headers: Mapping[str, str], addr: tuple[str, int]) -> None:
        self._say(200, headers, addr, sound=True)
        self._dialogs[call] = self._loop.call_later(_ANSWERED_AGAIN_AFTER, self._answer, call, headers, addr)

    def _stop(self, call: str) -> None:
        waiting = self._dialogs.get(call)
        self._dialogs[call] = None
        if waiting:
            waiting.cancel()

    def _say(self, status: int, headers: Mapping[str, str], addr: tuple[str, int], *, sound: bool = False) -> None:
        sdp = (
            "v=0\r\no=desk 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {self.media_port} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=sendrecv\r\n"
            if sound
            else ""
        )
        to = headers["to"] if "tag=" in headers["to"] else f"{headers['to']};tag=desk"
        lines = [
            f"SIP/2.0 {status} So",
            *(f"Via: {one}" for one in headers["via"].split("\n")),
            f"From: {headers['from']}",
            f"To: {to}",
            f"Call-ID: {headers['call-id']}",
            f"CSeq: {headers['cseq']}",
            f"Contact: <sip:desk@127.0.0.1:{self.port}>",
            *(["Content-Type: application/sdp"] if sdp else []),
            f"Content-Length: {len(sdp)}",
        ]
        if self._transport:
            self._transport.sendto(("\r\n".join(lines) + "\r\n\r\n" + sdp).encode(), addr)


_SHORT = {"v": "via", "f": "from", "t": "to", "i": "call-id"}


def _read(data: bytes) -> tuple[str, dict[str, str]]:
    """The first line and the headers by small names; of several Via one under the other."""
    first, *lines = data.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    headers: dict[str, str] = {}
    for line in lines:
        name, _colon, value = line.partition(":")
        name = _SHORT.get(name.lower().strip(), name.lower().strip())
        headers[name] = f"{headers[name]}\n{value.strip()}" if name in headers else value.strip()
    return first, headers
