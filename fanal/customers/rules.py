"""What a customer's details must look like: every value through its normal form, what is wrong kept and said."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from fanal.norms import emails, phones
from fanal.norms.texts import clean

LONGEST: Mapping[str, int] = MappingProxyType(
    {
        "name": 200,
        "given_name": 100,
        "family_name": 100,
        "language": 10,
        "address": 300,
        "postcode": 20,
        "city": 100,
        "country": 2,
        "external_id": 100,
    }
)
CORRECTABLE = frozenset({*LONGEST, "kind", "born_on", "value_band"})
OLDEST_YEARS = 125


@dataclass(frozen=True, kw_only=True)
class Address:
    """An address to reach somebody at: `value` to find by, `given` to show; state invalid keeps what was given."""

    kind: str
    value: str
    given: str
    state: str
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """Values ready to store, and a problem code for each field that cannot be."""

    values: Mapping[str, object] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)


def normal_address(kind: str, given: str, *, region: str = "") -> Address:
    """The normal form of a phone number (E.164), an e-mail address (its matching key) or a messenger handle."""
    shown = clean(given, keep_newlines=False)[:200]
    match kind:
        case "phone":
            phone = phones.normalise(shown, region or None)
            if phone is None:
                return _invalid(kind, shown, "not_a_number")
            problem = "" if phone.valid else "no_such_range"
            return Address(
                kind=kind, value=phone.e164, given=shown, state="valid" if phone.valid else "invalid", problem=problem
            )
        case "email":
            email = emails.normalise(shown)
            if email is None:
                return _invalid(kind, shown, "not_an_address")
            return Address(kind=kind, value=email.key[:200], given=email.address, state="valid")
        case "handle":
            return (
                Address(kind=kind, value=shown, given=shown, state="valid") if shown else _invalid(kind, shown, "empty")
            )
        case _:
            return _invalid(kind, shown, "unknown_kind")


def check(fields: Mapping[str, object], *, today: date) -> Checked:
    """Clean each field; too long, unknown or impossible values are problems and are not in `values`."""
    values: dict[str, object] = {}
    problems: dict[str, str] = {}
    for name, value in fields.items():
        problem, cleaned = _check_one(name, value, today)
        if problem:
            problems[name] = problem
        else:
            values[name] = cleaned
    return Checked(values=values, problems=problems)


def _check_one(name: str, value: object, today: date) -> tuple[str, object]:
    if name not in CORRECTABLE:
        return "unknown_field", None
    if name == "born_on":
        return _birth_date_problem(value, today), value
    if name == "value_band":
        return ("" if value in (0, 1, 2, 3) else "out_of_range"), value
    text = clean(str(value or ""), keep_newlines=False)
    if name == "name" and not text:
        return "required", None
    if name == "kind":
        return ("" if text in ("person", "organisation") else "out_of_range"), text
    if name == "country":
        text = text.upper()
        return ("" if not text or (len(text) == 2 and text.isalpha() and text.isascii()) else "not_a_country"), text
    return ("too_long" if len(text) > LONGEST[name] else ""), text


def _birth_date_problem(value: object, today: date) -> str:
    if value is None:
        return ""
    if not isinstance(value, date):
        return "not_a_date"
    if value > today:
        return "in_the_future"
    return "too_long_ago" if today.year - value.year > OLDEST_YEARS else ""


def _invalid(kind: str, shown: str, problem: str) -> Address:
    return Address(kind=kind, value=shown, given=shown, state="invalid", problem=problem)
