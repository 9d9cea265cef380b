"""A speech service that speaks the protocol of the Vosk server by WebSocket."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, WebSocketException

from fanal.channels.speech import wire
from fanal.channels.speech.port import Away, Line, NotAdmitted, NotUnderstood, Words
from fanal.outside import NotAllowed, NotReached
from fanal.outside.lines import Way, way_to

CONNECTS_WITHIN = 5.0  # seconds
LARGEST = 64 * 1024  # bytes of one message
FORBIDS = (401, 403)


@dataclass(frozen=True, kw_only=True)
class VoskServer:
    """Where it is, and the key with which it lets us in; none where it asks for none."""

    address: str
    key: str = field(default="", repr=False)

    @asynccontextmanager
    async def line(self) -> AsyncIterator[Line]:
        """Raises Away and NotAdmitted."""
        connection = await self._connected()
        try:
            line = _Line(connection)
            await line.begin()
            yield line
        finally:
            await connection.close()

    async def _connected(self) -> ClientConnection:
        try:
            way = await asyncio.to_thread(way_to, self.address, within=CONNECTS_WITHIN)
        except NotAllowed as problem:
            raise NotAdmitted(problem.code) from None
        except NotReached:
            raise Away("no such host") from None
        for address in way.at:
            try:
                return await self._connect(way, address)
            except InvalidStatus as problem:
                status = problem.response.status_code
                raise (NotAdmitted if status in FORBIDS else Away)(f"status {status}") from None
            except (OSError, ValueError, TimeoutError, WebSocketException):  # ValueError: it leads us elsewhere
                continue
        raise Away("nobody answers")

    async def _connect(self, way: Way, address: str) -> ClientConnection:
        return await connect(
            way.url,
            host=address,
            port=way.port,
            additional_headers={"Authorization": f"Bearer {self.key}"} if self.key else {},
            open_timeout=CONNECTS_WITHIN,
            close_timeout=1,
            max_size=LARGEST,
            compression=None,
            proxy=None,
        )


class _Line:
    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def begin(self) -> None:
        await self._send(wire.BEGIN)

    async def speak(self, sound: bytes) -> None:
        await self._send(sound)

    async def end(self) -> None:
        await self._send(wire.END)

    async def __aiter__(self) -> AsyncIterator[Words]:
        try:
            async for told in self._connection:
                yield wire.words(told)
        except WebSocketException as problem:
            too_large = getattr(getattr(problem, "sent", None), "code", 0) in (1002, 1007, 1009)
            raise (NotUnderstood if too_large else Away)(type(problem).__name__) from None
        except OSError as problem:
            raise Away(type(problem).__name__) from None

    async def _send(self, what: str | bytes) -> None:
        try:
            await self._connection.send(what)
        except (OSError, WebSocketException) as problem:
            raise Away(type(problem).__name__) from None
