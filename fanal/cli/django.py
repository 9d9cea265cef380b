"""`fanal django …`: Django's management commands, with the embedded database started where it is needed."""

import os
import sys

from rich.console import Console

WITHOUT_DATABASE = {"", "help", "version", "makemessages", "compilemessages", "collectstatic", "findstatic"}


def run(arguments: list[str]) -> None:
    """Run one management command as manage.py would."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fanal.settings")
    if (arguments or [""])[0] not in WITHOUT_DATABASE:
        from fanal.environment import environment
        from fanal.running import postgres

        postgres.ensure_running(environment, progress=Console(stderr=True).print)
    from django.core.management import execute_from_command_line

    execute_from_command_line([f"{sys.argv[0]} django", *arguments])
