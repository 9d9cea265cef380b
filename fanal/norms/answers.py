"""Whether an answer to a verification question is right: forgiving of how it is written, never of what it says."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from fanal.norms import addresses, dates, digits, emails


class Kind(StrEnum):
    DATE_OF_BIRTH = "date_of_birth"
    POSTCODE = "postcode"
    CARD_LAST_FOUR = "card_last_four"
    STREET = "street"
    EMAIL = "email"
    ORDER_AMOUNT = "order_amount"


_SPOKEN = (
    (r"\s+(?:at|arobase|sobaka|собака|ät|آت)\s+|\s*[\[(]at[\])]\s*", "@"),
    (r"\s+(?:dot|point|punkt|punto|точка|نقطة)\s+|\s*[\[(]dot[\])]\s*", "."),
)
_SHORTEST_STREET = 3


def matches(kind: Kind | str, stored: str, heard: str) -> bool:
    """Compare what is on file with what was said. Nothing stored or nothing heard never matches.

    Dates of birth are stored as YYYY-MM-DD and may be heard in any order that is possible, with two digits of the year;
    amounts are stored as a plain decimal. Raises ValueError for an unknown kind.
    """
    kind = Kind(kind)
    if not stored.strip() or not heard.strip() or len(heard) > 300:
        return False
    match kind:
        case Kind.DATE_OF_BIRTH:
            return _date_of_birth(stored, heard)
        case Kind.POSTCODE:
            return _equal(addresses.fold_postcode(stored), addresses.fold_postcode(heard))
        case Kind.CARD_LAST_FOUR:
            return _card_last_four(stored, heard)
        case Kind.STREET:
            return _street(stored, heard)
        case Kind.EMAIL:
            return _email(stored, heard)
        case Kind.ORDER_AMOUNT:
            return _amount(stored, heard)


def amounts(text: str) -> set[Decimal]:
    """Every amount a text can mean: 1.234 is a thousand and more in Berlin and a little over one in London."""
    plain = digits.western(text).replace("٫", ".").replace("٬", ",")
    plain = re.sub(r"(?<=\d)[\s'’\u00a0\u202f]+(?=\d{3}(?!\d))", "", plain)
    numbers = re.findall(r"\d+(?:[.,]\d+)*", plain)
    if len(numbers) != 1 or re.search(r"-\s*\d", plain):
        return set()
    return {value for form in _decimal_forms(numbers[0]) if (value := _decimal(form)) is not None}


def _equal(stored: str, heard: str) -> bool:
    return bool(stored) and stored == heard


def _date_of_birth(stored: str, heard: str) -> bool:
    try:
        known = date.fromisoformat(stored.strip())
    except ValueError:
        return False
    return any(reading.means(known) for reading in dates.readings(heard))


def _card_last_four(stored: str, heard: str) -> bool:
    """Exactly four digits: whoever reads out the whole number is not asked for a part of it."""
    said = digits.only(heard)
    letters = re.sub(r"[\W\d_]", "", heard)
    return len(said) == 4 and not letters and _equal(digits.only(stored)[-4:], said)


def _street(stored: str, heard: str) -> bool:
    """The house number does not matter, the kind of street only when it is said: Baker, Baker St, 12 Baker Street."""
    known, said = addresses.fold(stored).street, addresses.fold(heard).street
    name = addresses.street_without_kind(known)
    return _equal(known, said) or (len(said) >= _SHORTEST_STREET and _equal(name, said))


def _email(stored: str, heard: str) -> bool:
    """The same address whatever its capitals, also spelled out as `at` and `dot`."""
    for pattern, sign in _SPOKEN:
        heard = re.sub(pattern, sign, heard, flags=re.IGNORECASE)
    known, said = emails.normalise(stored), emails.normalise(heard)
    return known is not None and said is not None and known.address.casefold() == said.address.casefold()


def _amount(stored: str, heard: str) -> bool:
    known = _decimal(stored.strip())
    return known is not None and known in amounts(heard)


def _decimal_forms(number: str) -> list[str]:
    """The last separator may be decimal; every separator may group thousands if three digits follow each."""
    separators = re.findall(r"[.,]", number)
    if not separators:
        return [number]
    forms = []
    if re.fullmatch(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*", number):
        forms.append(re.sub(r"[.,]", "", number))
    head, tail = re.split(r"[.,](?=\d+$)", number)
    if separators[-1] not in separators[:-1] and len(set(separators[:-1])) <= 1:
        forms.append(re.sub(r"[.,]", "", head) + "." + tail)
    return forms


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(digits.western(text))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
