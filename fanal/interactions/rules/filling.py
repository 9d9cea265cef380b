"""Ready words filled in: {{ name }}, {{ case }} and nothing cleverer."""

import re
from collections.abc import Mapping

VARIABLE = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")


def filled(text: str, values: Mapping[str, str]) -> str:
    """A variable without a value disappears with the space before it; an unknown one stays, so that it is seen."""

    def value(found: re.Match[str]) -> str:
        return values.get(found.group(1), found.group(0))

    return re.sub(r" +([,.!?])", r"\1", VARIABLE.sub(value, text))


def missing(text: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """The variables for which there is no value, or which nobody knows."""
    return tuple(dict.fromkeys(name for name in VARIABLE.findall(text) if not values.get(name)))
