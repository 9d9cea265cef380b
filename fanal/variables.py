"""Settings from environment variables: a dataclass says their names, kinds and defaults.

Read by hand, because every process reads them and a library for it would take 10 MB in each.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import Field, fields
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
TRUTHS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


class NotUnderstood(ValueError):
    """A variable holds what its setting cannot be; says which, and what is expected."""


def variable(setting: Field[Any]) -> str:
    """The variable that a setting is read from: FANAL_ and its name, unless it says another."""
    return str(setting.metadata.get("variable") or f"FANAL_{setting.name.upper()}")


def read(kind: type[T], given: Mapping[str, str]) -> T:
    """The settings as these variables give them; what is not given keeps its default."""
    settings: Any = kind
    found = {}
    for setting in fields(settings):
        if (name := variable(setting)) in given:
            understand, expected = KINDS[setting.type]
            try:
                found[setting.name] = understand(given[name])
            except (ValueError, KeyError):
                raise NotUnderstood(f"{name}={given[name]} is not understood: {expected} is expected.") from None
    return kind(**found)


def _truth(text: str) -> bool:
    return TRUTHS[text.strip().lower()]


def _texts(text: str) -> list[str]:
    return [_a(str, one) for one in _a(list, json.loads(text))]


def _table(text: str) -> dict[str, str]:
    return {name: _a(str, one) for name, one in _a(dict, json.loads(text)).items()}


def _pair(text: str) -> tuple[int, int]:
    first, last = _a(list, json.loads(text))
    return _a(int, first), _a(int, last)


def _a(kind: type[T], value: Any) -> T:
    if type(value) is not kind:
        raise ValueError(value)
    return value


# How each kind of setting is read, and what is expected of it in words.
KINDS: Mapping[Any, tuple[Callable[[str], Any], str]] = {
    str: (str, "a text"),
    Path: (Path, "a path"),
    bool: (_truth, "true or false"),
    int: (int, "a whole number"),
    list[str]: (_texts, 'a JSON list such as ["one", "two"]'),
    dict[str, str]: (_table, 'a JSON table of texts such as {"name": "value"}'),
    tuple[int, int]: (_pair, "a JSON list of two whole numbers such as [1, 2]"),
}
