"""A small application behind the same door as the pages, in a process of its own: `python -m tests.running.echoing`."""

import hashlib
import json
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import Server

from fanal.running import answering, bodies
from fanal.running.answering import Pages

LINES = 5000
PATIENCE = 2.0
SILENCE = 1.0
MUCH = 16 * 1024 * 1024


class Thrown(BaseException):
    """What libraries of another language throw where they should not have come to."""


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Says what it was asked, or does what the path names."""
    match environ["PATH_INFO"]:
        case "/file":
            start_response("200 OK", [("Content-Type", "text/plain")])
            return environ["wsgi.file_wrapper"](Path(__file__).open("rb"))  # type: ignore[no-any-return]
        case "/lines":
            start_response("200 OK", [("Content-Type", "text/plain")])
            return _lines()
        case "/error":
            raise LookupError("this application is broken")
        case "/breaks":
            start_response("200 OK", [("Content-Type", "text/plain")])
            return _lines(broken=True)
        case "/thrown":
            raise Thrown
        case "/much":
            start_response("200 OK", [("Content-Length", str(MUCH))])
            return [bytes(MUCH)]
        case "/sleep":
            time.sleep(1)
    body = environ["wsgi.input"].read()
    said = {key: value for key, value in environ.items() if isinstance(value, str)}
    content = json.dumps(said | {"size": len(body), "hash": hashlib.sha256(body).hexdigest()}).encode()
    start_response("200 OK", [("Content-Length", str(len(content)))])
    return [content]


def _lines(*, broken: bool = False) -> Iterator[bytes]:
    for number in range(LINES):
        yield f"line {number}\n".encode()
    if broken:
        raise LookupError("this application is broken")


def pages(_target: str) -> Pages:
    bodies.PATIENCE, bodies.SLOWEST, answering.SILENCE = PATIENCE, 64 * 1024, SILENCE
    return Pages(application, threads=2)


if __name__ == "__main__":
    Server(
        "-",
        port=int(sys.argv[1]),
        interface=Interfaces.RSGI,
        workers=1,
        http=HTTPModes.http1,
        log_level=LogLevels.error,
        websockets=False,
    ).serve(target_loader=pages)
