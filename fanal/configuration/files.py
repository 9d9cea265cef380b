"""The configuration file as text: YAML that a person can read, compare and keep under version control."""

from typing import Any

import yaml

HEADING = "# The configuration of fanal. Apply it with: fanal config apply FILE\n"


class Unreadable(Exception):
    """The text is no YAML; says in which line."""


def write(data: dict[str, Any]) -> str:
    return HEADING + yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=110)


def read(text: str) -> Any:
    """Plain data only: no tags, no code."""
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as problem:
        raise Unreadable(str(problem)) from problem
