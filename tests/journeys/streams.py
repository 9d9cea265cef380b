"""A browser's end of the event stream, and what is told to it."""

import http.client
import json
import time
from datetime import UTC, datetime
from typing import ClassVar

from django.conf import settings
from django.test import Client

from fanal.environment import environment
from fanal.events.actions import publish

ORIGIN = environment.origin


class Stream:
    """A browser's end of the stream, reading event by event."""

    opened: ClassVar[list["Stream"]] = []

    def __init__(self, port: int, *, after: str = "", headers: dict[str, str] | None = None) -> None:
        self.opened.append(self)
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        self.connection.request("GET", f"/live?after={after}", headers=headers or {})
        self.response = self.connection.getresponse()
        self.status = self.response.status
        self.cursor = after

    def next(self) -> tuple[str, dict[str, object]] | None:
        """The next event, None at the end of the stream."""
        kind, data, place = "", "", ""
        while line := self.response.readline().decode():
            name, _, value = line.rstrip("\n").partition(": ")
            match name:
                case "event":
                    kind = value
                case "data":
                    data = value
                case "id":
                    place = value
            if line == "\n" and kind:
                self.cursor = place or self.cursor
                return kind, json.loads(data)
        return None

    def until(self, kind: str, *, within: float = 5) -> list[tuple[str, dict[str, object]]]:
        """Every event up to and including the first of this kind."""
        deadline, got = time.monotonic() + within, []
        while time.monotonic() < deadline and (came := self.next()):
            got.append(came)
            if came[0] == kind:
                return got
        raise AssertionError(f"no {kind} within {within} s, only {got}")

    def error(self) -> dict[str, str]:
        return json.loads(self.response.read())

    def close(self) -> None:
        self.response.close()
        self.connection.close()


def say(number: int, audience: str, kind: str = "message.added") -> None:
    publish(kind=kind, data={"interaction": number}, audience=[audience], now=datetime.now(UTC))


def by_cookie(client: Client) -> dict[str, str]:
    """What the browser that signed in here sends along."""
    return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={client.session.session_key}", "Origin": ORIGIN}
