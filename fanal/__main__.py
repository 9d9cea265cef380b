"""`python -m fanal`: the command line; for developers it is also Django's manage.py."""

import os
import sys

# Django's commands that developers type all day work without the word `django` before them.
DJANGO_COMMANDS = {"makemigrations", "migrate", "shell", "makemessages", "compilemessages"}


def main() -> None:
    """Hand over to the command line."""
    if len(sys.argv) > 1 and sys.argv[1] in DJANGO_COMMANDS:
        sys.argv.insert(1, "django")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fanal.settings")
    from fanal import cli

    cli.main()


if __name__ == "__main__":
    main()
