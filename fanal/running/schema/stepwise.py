"""A database whose tables were made by every migration in turn: what the file of this version is written from."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.core.management.commands.migrate import Command as Migrate
from django.db import connections

from fanal.running.backup.places import scratch

NAME = "fanal_step_by_step"


@contextmanager
def made_step_by_step(server: str) -> Iterator[str]:
    """Its address, beside the database at `server`; it is thrown away afterwards."""
    default = connections["default"]
    before = default.settings_dict["NAME"]
    with scratch(server, NAME) as address:
        default.close()
        default.settings_dict["NAME"] = NAME
        try:
            call_command(Migrate(), verbosity=0)
            yield address
        finally:
            default.close()
            default.settings_dict["NAME"] = before
