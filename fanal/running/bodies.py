"""A request's body is read before anybody's time is spent on it: all of it, in time, and no more than is taken."""

import asyncio
import io
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import IO, Protocol

PATIENCE = 10.0
SLOWEST = 8 * 1024
IN_MEMORY = 64 * 1024
ON_DISK_TOGETHER = 1024**3


class Coming(Protocol):
    """A body as Granian gives it: whole, or piece by piece."""

    async def __call__(self) -> bytes: ...

    def __aiter__(self) -> AsyncIterator[bytes]: ...


class NotTaken(Exception):
    """A body that is not waited for any more, and the status that says so."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


class Bodies:
    """What one process reads: small bodies in memory, larger ones in files that have no name."""

    def __init__(self) -> None:
        self._on_disk = 0

    @asynccontextmanager
    async def whole(self, coming: Coming, size: int) -> AsyncIterator[IO[bytes]]:
        """The whole body of this declared size, which the server holds to it; kept until it is answered.

        There are ten seconds to begin with, and as many more as what has come would take at 64 kbit/s.
        """
        if size > IN_MEMORY:
            with tempfile.TemporaryFile() as file:
                try:
                    await self._read(coming, size, file)
                    yield file
                finally:
                    self._on_disk -= file.seek(0, io.SEEK_END)
        else:
            yield io.BytesIO(await _at_once(coming) if size else b"")

    async def _read(self, coming: Coming, size: int, file: IO[bytes]) -> None:
        came, began, pieces = 0, asyncio.get_running_loop().time(), aiter(coming)
        while came < size:
            try:
                async with asyncio.timeout_at(began + PATIENCE + came / SLOWEST):
                    piece = await anext(pieces)
            except TimeoutError:
                raise _too_slow() from None
            except (StopAsyncIteration, RuntimeError):
                piece = b""
            if not piece:
                raise _broken()
            if self._on_disk + len(piece) > ON_DISK_TOGETHER:
                raise NotTaken(503, "Too much is sent at once. Try again in a minute.")
            came += file.write(piece)
            self._on_disk += len(piece)
        file.seek(0)


async def _at_once(coming: Coming) -> bytes:
    try:
        async with asyncio.timeout(PATIENCE):
            return await coming()
    except TimeoutError:
        raise _too_slow() from None
    except RuntimeError:
        raise _broken() from None


def _too_slow() -> NotTaken:
    return NotTaken(408, "The body of this request came too slowly.")


def _broken() -> NotTaken:
    return NotTaken(400, "The body of this request did not come whole.")
