"""A real stream process on rows that are really committed; models are imported only when a test runs."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from tests.servers import address_of, free_ports, wait_for


@pytest.fixture(scope="module")
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """What these tests write is really committed, and emptied once at the end."""
    name = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        ours = not name.startswith("test_")  # no other test of this run asked for a database
        if ours:
            connection.creation.create_test_db(verbosity=0, autoclobber=True)
        yield
        if ours:
            connection.creation.destroy_test_db(name, verbosity=0)
        else:
            call_command("flush", interactive=False, verbosity=0)
            connection.close()


@pytest.fixture
def closed() -> Iterator[None]:
    """Every stream that a test opened is closed after it."""
    from tests.journeys.streams import Stream

    yield
    while Stream.opened:
        Stream.opened.pop().close()


@pytest.fixture(scope="module")
def port(committed: None) -> Iterator[int]:
    """A real stream process on a free port, ended by its id."""
    (number,) = free_ports(1)
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "fanal.asgi:application", "--port", str(number), "--lifespan", "off",
         "--log-level", "warning", "--timeout-graceful-shutdown", "1"],
        env={**os.environ, "DATABASE_URL": address_of()},
    )  # fmt: skip
    try:
        wait_for(number)
        yield number
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)
