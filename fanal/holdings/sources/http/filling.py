"""Put a thing's numbers into the patterns of addresses and bodies, so that they stay what they are (pure)."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

PLACE = re.compile(r"\{(\w+)\}")


class NotFilled(ValueError):
    """The pattern asks for what is not there, or what is there does not fit; says the name."""


def names_in(pattern: Any) -> set[str]:
    """The names that a pattern asks for."""
    match pattern:
        case str():
            return set(PLACE.findall(pattern))
        case dict():
            return {name for part in pattern.values() for name in names_in(part)}
        case list():
            return {name for part in pattern for name in names_in(part)}
    return set()


def fixed_host(pattern: str) -> bool:
    """Whether scheme, host and port are written out: nobody's number chooses where we go."""
    try:
        parts = urlsplit(pattern)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not PLACE.search(parts.netloc)


def place_of(address: str) -> str:
    """Scheme, host and port: to whom a credential belongs."""
    try:
        parts = urlsplit(address)
        return f"{parts.scheme}://{parts.netloc}".lower()
    except ValueError:
        return ""


def address(pattern: str, values: Mapping[str, str]) -> str:
    """Each value is one piece of the path or of the query, whatever is in it. Raises NotFilled."""
    if not fixed_host(pattern):
        raise NotFilled("host")

    def piece(found: re.Match[str]) -> str:
        text = _value(found[1], values)
        if text in (".", ".."):
            raise NotFilled(found[1])
        return quote(text, safe="")

    return PLACE.sub(piece, pattern)


def body(pattern: Any, values: Mapping[str, str]) -> Any:
    """The same shape with its names filled in; a text that is nothing but one name may stay out: then it is null."""
    match pattern:
        case str():
            whole = PLACE.fullmatch(pattern)
            if whole:
                return values.get(whole[1]) or None
            return PLACE.sub(lambda found: _value(found[1], values), pattern)
        case dict():
            return {name: body(part, values) for name, part in pattern.items()}
        case list():
            return [body(part, values) for part in pattern]
    return pattern


def _value(name: str, values: Mapping[str, str]) -> str:
    text = values.get(name, "")
    if not text:
        raise NotFilled(name)
    return text
