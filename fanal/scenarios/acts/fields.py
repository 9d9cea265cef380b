"""The inputs of an action, and the checks that are the same for all of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

from fanal.norms.texts import clean as clean_text
from fanal.scenarios.rules import Refused


@dataclass(frozen=True, kw_only=True)
class Field:
    """One input; `longest` in characters. What is `hidden` the page fills in, and the action checks."""

    code: str
    label: str | Promise
    longest: int
    required: bool = True
    multiline: bool = False
    hidden: bool = False


def clean(fields: Iterable[Field], given: Mapping[str, str]) -> dict[str, str]:
    """The inputs without stray space and control characters. Raises Refused with the first field that is wrong."""
    cleaned = {}
    for field in fields:
        value = clean_text(str(given.get(field.code, "")), keep_newlines=field.multiline).strip()
        if field.required and not value:
            raise Refused("field_missing", field=field.code)
        if len(value) > field.longest:
            raise Refused("field_too_long", field=field.code)
        cleaned[field.code] = value
    return cleaned
