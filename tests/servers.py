"""Where the real processes of a test find the tests' database and their ports."""

import contextlib
import http.client
import socket
import time
from collections.abc import Callable, Iterator
from urllib.parse import quote

from django.conf import settings
from django.db import connection


def address_of(database: str = "") -> str:
    """A database of the tests' server; the one that this test works on when none is named."""
    of = settings.DATABASES["default"]
    place = f"host={quote(of['HOST'])}" + (f"&port={of['PORT']}" if of["PORT"] else "")
    name = database or connection.settings_dict["NAME"]
    return f"postgresql://{quote(of['USER'])}:{quote(of['PASSWORD'])}@/{name}?{place}"


@contextlib.contextmanager
def rows_of(**place: str) -> Iterator[None]:
    """Work with the rows of another database through the models, inside this block: its NAME, and what else differs."""
    before = {key: connection.settings_dict[key] for key in place}
    connection.close()
    connection.settings_dict.update(place)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


def free_ports(number: int) -> list[int]:
    """Ports that nobody listens on, all different."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(number)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def wait_for(port: int, *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            asked.request("GET", "/healthz")
            if asked.getresponse().status == 200:
                return
        except (OSError, http.client.HTTPException):
            time.sleep(0.05)
        finally:
            asked.close()
    raise TimeoutError(f"nothing answers on port {port}")


def until(what: Callable[[], object], *, seconds: float = 20) -> None:
    """Wait until it holds. Raises AssertionError."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def alone() -> bool:
    """Whether nobody but this test is at its database any more."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return bool(cursor.fetchone()[0] == 1)
