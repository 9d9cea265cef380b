"""Pictures of a mail that stand elsewhere: fetched by us, known by their own bytes, and laid into the page itself."""

import base64
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urljoin

from fanal.outside import Asked, NoAnswer, NotAllowed, NotReached, Reply, ask

MOST, AT_ONCE = 20, 5
LARGEST, TOGETHER = 2 * 2**20, 8 * 2**20  # bytes of one, and of all of a mail
WITHIN = 8.0  # seconds for all of them
MOST_REDIRECTS = 3
OPENINGS: tuple[str, ...] = ()
"""Nothing within our own network: what is allowed for back offices is allowed for no stranger's mail."""

BEGINNINGS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg", b"GIF87a": "gif", b"GIF89a": "gif"}


def gathered(addresses: Sequence[str]) -> Mapping[str, str]:
    """What could be fetched of them: the address to the picture itself, as a `data:` address. Nothing of it is kept.

    Whoever is asked sees a program of ours, no browser, no cookie, no page that it came from, and no time but now.
    """
    until = time.monotonic() + WITHIN
    wanted = addresses[:MOST]
    with ThreadPoolExecutor(AT_ONCE, "pictures") as threads:
        fetched = threads.map(lambda address: _fetched(address, until=until), wanted)
        found: dict[str, str] = {}
        left = TOGETHER
        for address, content in zip(wanted, fetched, strict=True):
            if (kind := _kind(content)) and len(content) <= left:
                left -= len(content)
                found[address] = f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
    return found


def _fetched(address: str, *, until: float) -> bytes:
    """The bytes that an address leads to, by a few redirects at most; none where there are none."""
    for _step in range(MOST_REDIRECTS + 1):
        if (left := until - time.monotonic()) <= 0:
            return b""
        try:
            reply = ask(Asked(address=address, accepts="image/*"), within=left, largest=LARGEST, allowed=OPENINGS)
        except (NotAllowed, NotReached, NoAnswer, ValueError):
            return b""
        if reply.status == 200:
            return reply.body
        if not (address := _next(address, reply)):
            return b""
    return b""


def _next(address: str, reply: Reply) -> str:
    """Where a redirect leads, which is looked at like any address; empty where it is none."""
    where = reply.headers.get("location", "")
    return urljoin(address, where) if where and reply.status in (301, 302, 303, 307, 308) else ""


def _kind(content: bytes) -> str:
    """What kind of picture it is, whatever anybody calls it: drawings that hold programs (SVG) are none."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    return next((kind for beginning, kind in BEGINNINGS.items() if content.startswith(beginning)), "")
