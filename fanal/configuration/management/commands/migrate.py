"""Django's `migrate`, which finds the tables of this version made where the database was empty."""

from typing import Any

from django.core.management.commands.migrate import Command as Migrate
from django.db import connections

from fanal.running import schema

ONLY_A_PART = ("app_label", "plan", "check_unapplied", "fake", "fake_initial", "prune")


class Command(Migrate):
    def handle(self, *args: Any, **options: Any) -> None:
        if not any(options.get(name) for name in ONLY_A_PART):
            connection = connections[options["database"]]
            connection.ensure_connection()
            schema.lay_down(connection.connection)
        super().handle(*args, **options)
