"""The configuration file as text: YAML that a person can read, compare and keep under version control."""

from typing import Any

import yaml

HEADING = "# The configuration of fanal. Apply it with: fanal config apply FILE\n"


class Unreadable(Exception):
    """The text is no YAML; says in which line."""


class _Plain(yaml.SafeDumper):
    """Writes what occurs twice twice, so that the file reads without looking back."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


class _Careful(yaml.SafeLoader):
    """Takes no references: a few lines of them can mean a file of any size."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError(f"References (*) are not taken: {self.peek_event().start_mark}")  # type: ignore[no-untyped-call]
        return super().compose_node(parent, index)


def write(data: dict[str, Any]) -> str:
    return HEADING + plain(data)


def plain(data: dict[str, Any]) -> str:
    """A part of it alone, as it would stand in the file."""
    return str(yaml.dump(data, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=110))


def read(text: str) -> Any:
    """Plain data only: no tags, no code, no references."""
    try:
        return yaml.load(text, Loader=_Careful)  # noqa: S506  a SafeLoader, made narrower
    except (yaml.YAMLError, RecursionError, ValueError) as problem:
        raise Unreadable(str(problem)) from problem
