"""What a back office's answer says in our words, and what it says of something that was to be done (pure)."""

import json
import math
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from fanal.holdings.port import Acted, Answer, Done, Down, NotKnown, Read, Refused, Slow, Unknown
from fanal.holdings.sources.http.paths import NOTHING, find
from fanal.holdings.sources.http.setup import ActionSetup, Setup

HOLDING_STATES = ("active", "blocked", "expired", "closed")
ORDER_STATES = ("placed", "paid", "packed", "shipped", "delivered", "cancelled", "returned")
LONGEST_SAID = 300
MOST_PARTS = 200


class NotUnderstood(ValueError):
    """Something is there, and it is not what it should be."""


def text(value: Any, *, longest: int = 300) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise NotUnderstood
    found = "".join(letter for letter in str(value) if letter.isprintable()).strip()
    if len(found) > longest:
        raise NotUnderstood
    return found


def amount(value: Any) -> Decimal:
    """Two places; a sum beyond what a column holds is no sum."""
    try:
        if isinstance(value, bool) or (isinstance(value, float) and not math.isfinite(value)):
            raise NotUnderstood
        found = Decimal(str(value))
    except InvalidOperation:
        raise NotUnderstood from None
    if not found.is_finite() or abs(found) >= 10**10:
        raise NotUnderstood
    return found.quantize(Decimal("0.01"))


def day(value: Any) -> date:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise NotUnderstood from None


def moment(value: Any) -> datetime:
    """With its zone, or in UTC; also the seconds since 1970 that some count."""
    try:
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            return datetime.fromtimestamp(float(value), UTC)
        found = datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, OSError):
        raise NotUnderstood from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def currency(value: Any) -> str:
    found = text(value, longest=3).upper()
    if len(found) != 3 or not found.isascii() or not found.isalpha():
        raise NotUnderstood
    return found


def one_of(*states: str) -> Callable[[Any], str]:
    def state(value: Any) -> str:
        if str(value) not in states:
            raise NotUnderstood
        return str(value)

    return state


Reader = Callable[[Any], Any]
FIELDS: Mapping[str, Mapping[str, Reader]] = {
    "holding": {
        "state": one_of(*HOLDING_STATES),
        "balance": amount,
        "currency": currency,
        "begins_on": day,
        "ends_on": day,
        "as_of": moment,
    },
    "order": {
        "state": one_of(*ORDER_STATES),
        "promised_on": day,
        "delivered_at": moment,
        "total": amount,
        "currency": currency,
        "carrier": lambda value: text(value, longest=60),
        "tracking_number": lambda value: text(value, longest=60),
        "deliver_to": text,
        "as_of": moment,
    },
}
"""What each of our fields takes; a path may lead to any of them."""
PARTS: Mapping[str, Mapping[str, Reader]] = {
    "faults": {
        "code": lambda value: text(value, longest=30),
        "description": lambda value: text(value, longest=200),
        "reported_at": moment,
        "settled_at": moment,
        "remedy": lambda value: text(value, longest=200),
    },
    "steps": {
        "state": one_of(*ORDER_STATES),
        "at": moment,
        "place": lambda value: text(value, longest=120),
        "note": lambda value: text(value, longest=200),
    },
}
"""Lists: `faults` leads to the list, `faults.code` from each of its rows on."""
NEEDED = {"faults": ("code", "reported_at"), "steps": ("state", "at")}


def class_of(kind: str) -> str:
    return "order" if kind == "order" else "holding"


def known_fields(kind: str) -> set[str]:
    """Every field that a path may be given for."""
    parts = {"order": ("steps",), "device": ("faults",)}.get(kind, ())
    return {*FIELDS[class_of(kind)], *parts, *(f"{part}.{name}" for part in parts for name in PARTS[part])}


def decoded(body: bytes) -> Any:
    """Raises NotUnderstood for what is no JSON, or nests without end."""
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError, InvalidOperation):
        raise NotUnderstood from None


def _no_number(name: str) -> Any:
    raise NotUnderstood


def read(status: int, body: bytes, setup: Setup, *, kind: str) -> Read:
    """What was said of a thing."""
    match status:
        case 404 | 410:
            return NotKnown()
        case 200:
            pass
        case 408 | 504:
            return Slow()
        case 401 | 403:
            return Down(code="credential")
        case _ if 300 <= status < 400:
            return Down(code="redirect")
        case _:
            return Down(code=f"status_{status}")
    try:
        return _answer(decoded(body), setup, kind=kind)
    except NotUnderstood:
        return Down(code="not_json")


def _answer(said: Any, setup: Setup, *, kind: str) -> Answer:
    found: dict[str, Any] = {}
    odd: list[str] = []
    for name, reader in FIELDS[class_of(kind)].items():
        if name in setup.paths:
            _take(found, odd, name, find(said, setup.paths[name]), reader, setup.words)
    for name in PARTS:
        if name in setup.paths and name in known_fields(kind):
            _take_parts(found, odd, name, find(said, setup.paths[name]), setup)
    return Answer(fields=found, as_of=found.pop("as_of", None), not_understood=tuple(odd))


def _take(
    found: dict[str, Any], odd: list[str], name: str, value: Any, reader: Reader, words: Mapping[str, str]
) -> None:
    """What is not there, or null, says nothing; what is there and makes no sense is named."""
    if value is NOTHING or value is None or value == "":
        return
    word = words.get(str(value), value) if name.endswith("state") else value
    try:
        found[name] = reader(word)
    except NotUnderstood:
        odd.append(name)


def _take_parts(found: dict[str, Any], odd: list[str], name: str, rows: Any, setup: Setup) -> None:
    if rows is NOTHING or rows is None:
        return
    if not isinstance(rows, list) or len(rows) > MOST_PARTS:
        odd.append(name)
        return
    parts = []
    for row in rows:
        part: dict[str, Any] = {}
        for inner, reader in PARTS[name].items():
            path = setup.paths.get(f"{name}.{inner}", inner)
            _take(part, odd, inner, find(row, path), reader, setup.words)
        if all(part.get(needed) for needed in NEEDED[name]):
            parts.append(part)
        else:
            odd.append(name)
    found[name] = parts
    odd[:] = list(dict.fromkeys(odd))


def acted(status: int, body: bytes, action: ActionSetup) -> Acted:
    """What came of it. Nothing but a clear word counts as done or as refused."""
    if status >= 500 or status == 408:
        return Unknown(code=f"status_{status}")
    if 300 <= status < 400 or status in (401, 403):
        return Refused(code="redirect" if status < 400 else "credential")
    try:
        said = decoded(body) if body.strip() else {}
    except NotUnderstood:
        said = NOTHING
    if status >= 400:
        return Refused(code="busy" if status == 429 else "refused", said=_said(said, action.refusal))
    if said is NOTHING:
        return Unknown(code="not_json")
    if action.done and _said(said, action.done) != action.done_is:
        reason = _said(said, action.refusal)
        return Refused(code="refused", said=reason) if reason else Unknown(code="not_said")
    number = _said(said, action.number)[:30]
    return Done(said={"number": number} if number else {})


def _said(answer: Any, path: str) -> str:
    found = find(answer, path) if path else NOTHING
    if isinstance(found, bool):
        return "true" if found else "false"
    if not isinstance(found, str | int):
        return ""
    return "".join(letter for letter in str(found) if letter.isprintable())[:LONGEST_SAID]
