"""What may stand in the fields of a case: each value as its kind is kept, and what is missing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from fanal.cases.rules.states import NotPossible

LONGEST_TEXT = 1000
LONGEST_NUMBER = 30


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of a case type, as the rules need it; `required`: never, to_settle, to_open."""

    code: str
    name: str
    kind: str = "text"
    choices: tuple[str, ...] = ()
    required: str = "never"


def checked(fields: Iterable[Field], given: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they will be kept: what was known, with what is given read by its kind; an empty one goes.

    Raises NotPossible that names the field: nothing is cut, nothing is guessed, and a field of another type is none.
    """
    by_code = {field.code: field for field in fields}
    kept = dict(known)
    for code, said in given.items():
        field = by_code.get(code)
        if field is None:
            raise NotPossible("value_unknown", names=(code,))
        value = read(field, said)
        if value is None:
            kept.pop(code, None)
        else:
            kept[code] = value
    return kept


def read(field: Field, said: Any) -> Any:
    """One value by the field's kind; None for an empty one. Raises NotPossible."""
    if isinstance(said, bool):
        if field.kind != "yes_no":
            raise NotPossible("value_wrong", names=(field.name,))
        return said
    text = str(said).replace("\x00", "").strip() if said is not None else ""
    if not text:
        return None
    match field.kind:
        case "number":
            return _number(field, text)
        case "date":
            return _date(field, text)
        case "choice" if text not in field.choices:
            raise NotPossible("value_not_offered", names=(field.name,))
        case "yes_no":
            return _yes_no(field, text)
    if len(text) > LONGEST_TEXT:
        raise NotPossible("value_too_long", names=(field.name,))
    return text


def missing(fields: Iterable[Field], values: Mapping[str, Any], *, to: str) -> list[str]:
    """The names of the fields without which a case cannot be opened (`to_open`) or settled (`to_settle`)."""
    needed = ("to_open",) if to == "to_open" else ("to_open", "to_settle")
    return [field.name for field in fields if field.required in needed and field.code not in values]


def _number(field: Field, text: str) -> str:
    """Kept as it is counted, not as it was typed. A comma is refused: in 1,000 nobody knows what it means."""
    try:
        number = Decimal(text.replace("\u066b", "."))
    except InvalidOperation:
        raise NotPossible("value_no_number", names=(field.name,)) from None
    if not number.is_finite() or len(text) > LONGEST_NUMBER:
        raise NotPossible("value_no_number", names=(field.name,))
    return f"{number:f}"


def _date(field: Field, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise NotPossible("value_no_date", names=(field.name,)) from None


def _yes_no(field: Field, text: str) -> bool:
    match text.casefold():
        case "yes" | "true" | "1" | "on":
            return True
        case "no" | "false" | "0":
            return False
    raise NotPossible("value_wrong", names=(field.name,))
