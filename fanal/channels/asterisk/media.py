"""Sound of one line on its way out of Asterisk (`chan_websocket`): we come and fetch it, as 16 bit samples."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from fanal.channels.asterisk.ari import CONNECTS_WITHIN, Address, Cut, Orders, path_of

CONNECTION = "MEDIA_WEBSOCKET_CONNECTION_ID"


def connection_of(orders: Orders, way: str) -> str:
    """By which name the sound of this line is fetched; nobody can guess it. Raises Cut and Declined."""
    return str(orders.ask("GET", path_of("channels", way, "variable"), {"variable": CONNECTION})["value"])


@asynccontextmanager
async def sound_of(address: Address, connection: str) -> AsyncIterator[AsyncIterator[bytes]]:
    """Each piece as it is heard, until the line is gone; nobody else can fetch it then. Raises Cut."""
    try:
        line = await connect(
            f"{address.url}/{path_of('media', connection)}",
            subprotocols=["media"],  # type: ignore[list-item]
            open_timeout=CONNECTS_WITHIN,
            close_timeout=1,
            compression=None,
            proxy=None,
        )
    except (OSError, ValueError, TimeoutError, WebSocketException) as problem:
        raise Cut(type(problem).__name__) from None
    try:
        yield _pieces(line)
    finally:
        await line.close()


async def _pieces(line: ClientConnection) -> AsyncIterator[bytes]:
    try:
        async for piece in line:
            if isinstance(piece, bytes):  # what is text is about the line, and not of it
                yield piece
    except (OSError, WebSocketException):
        return
