"""Phone numbers as people type them and as networks send them, in one normal form (libphonenumber's rules)."""

import re
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType, shortnumberinfo, timezone

from fanal.norms import digits

LONGEST = 250
ALWAYS_SHORT, LONGEST_SHORT = 4, 6
"""Digits: nothing so short is anybody's number; nothing longer is a short number."""


class Kind(StrEnum):
    MOBILE = "mobile"
    FIXED = "fixed"
    FIXED_OR_MOBILE = "fixed_or_mobile"
    TOLL_FREE = "toll_free"
    PREMIUM = "premium"
    SHARED_COST = "shared_cost"
    INTERNET = "internet"
    PERSONAL = "personal"
    COMPANY = "company"
    OTHER = "other"


_KINDS = {
    PhoneNumberType.MOBILE: Kind.MOBILE,
    PhoneNumberType.FIXED_LINE: Kind.FIXED,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: Kind.FIXED_OR_MOBILE,
    PhoneNumberType.TOLL_FREE: Kind.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE: Kind.PREMIUM,
    PhoneNumberType.SHARED_COST: Kind.SHARED_COST,
    PhoneNumberType.VOIP: Kind.INTERNET,
    PhoneNumberType.PERSONAL_NUMBER: Kind.PERSONAL,
    PhoneNumberType.UAN: Kind.COMPANY,
}

# RFC 3323 section 4.1 ("anonymous") and what switches put where a number should be.
_WITHHELD = {
    "anonymous", "anon", "withheld", "private", "restricted", "unavailable", "unknown", "blocked", "hidden", "nonumber",
    "privatenumber", "unknownnumber", "unknowncaller", "callerwithheld", "none", "null", "na", "asserted", "invalid",
    "masque", "inconnu", "numeromasque", "unbekannt", "unterdruckt",
}  # fmt: skip
_SIP_USER = re.compile(r"(?:sips?|tel):\s*([^@;>?]*)", re.IGNORECASE)
_EXTENSION = re.compile(
    r"\b(?:poste|durchwahl|nebenstelle|anexo|interno|доб\.?|внутр\.?|تحويلة)\s*[:.]?\s*(?=\d)", re.I
)


@dataclass(frozen=True, kw_only=True)
class Phone:
    """`valid`: the number lies in a range its country hands out; otherwise only its length is possible."""

    e164: str
    region: str
    kind: Kind
    valid: bool
    zones: tuple[str, ...]
    shown: str
    extension: str = ""


def normalise(raw: str, region: str | None) -> Phone | None:
    """The number in `raw`, read as someone in `region` (ISO 3166 code) would dial it; None when there is none.

    Takes 00 and + forms, national forms, brackets, slashes, digits of other scripts, words around the number,
    extensions, SIP and tel addresses. Withheld, anonymous and malformed caller ids give None.
    """
    number = _read(raw, region)
    return _phone(number) if number else None


def e164(raw: str, region: str | None) -> str:
    """Only the normal form of what `normalise` reads, a third of its work; empty if there is none."""
    number = _read(raw, region)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if number else ""


def withheld(raw: str) -> bool:
    """Whether a caller id says that the caller does not want to be known, or says nothing."""
    bare = _prepared(raw).partition("@")[0]
    letters = "".join(char for char in bare.lower() if char.isalnum())
    return letters in _WITHHELD or not letters or (letters.isdigit() and not letters.strip("0"))


def emergency(raw: str, region: str | None) -> bool:
    """Whether this leads to an emergency service, in `region` or, where none is known, anywhere."""
    plain, regions = _short_forms(raw, region)
    return any(shortnumberinfo.is_emergency_number(plain, one) for one in regions)


def short(raw: str, region: str | None) -> bool:
    """Whether it is a short number, which has a meaning of its own in each country: a service, a directory, a price."""
    plain, regions = _short_forms(raw, region)
    if not plain or len(plain) > LONGEST_SHORT:
        return False
    if len(plain) <= ALWAYS_SHORT:
        return True
    numbers = ((PhoneNumber(national_number=int(plain)), one) for one in regions)
    return any(shortnumberinfo.is_possible_short_number_for_region(_as_of(one, number), one) for number, one in numbers)


def _short_forms(raw: str, region: str | None) -> tuple[str, list[str]]:
    """What is left to dial within a country, and in which countries: +47112 is 112 in Norway."""
    text = _prepared(raw)
    plain = digits.only(text)
    if text.startswith(("+", "00")):
        plain = plain.removeprefix("00") if text.startswith("00") else plain
        for length in (1, 2, 3):
            if regions := phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(plain[:length] or 0)):
                return plain[length:], list(regions)
        return plain, []
    return plain, [region] if region else sorted(phonenumbers.SUPPORTED_SHORT_REGIONS)


def _as_of(region: str, number: PhoneNumber) -> PhoneNumber:
    number.country_code = phonenumbers.country_code_for_region(region)
    return number


def countries() -> frozenset[str]:
    """The codes of all countries that have numbers (ISO 3166)."""
    return frozenset(phonenumbers.SUPPORTED_REGIONS)


def tail(e164: str, length: int = 7) -> str:
    """The last digits, by which a number is found whatever stands before them."""
    return digits.only(e164)[-length:]


def _prepared(raw: str) -> str:
    text = digits.western(raw[:LONGEST]).replace("\u00a0", " ")
    text = re.sub("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x1f]", "", text).strip()
    if user := _SIP_USER.search(text):
        return user.group(1).strip()
    return _EXTENSION.sub("ext. ", text)


def _read(raw: str, region: str | None) -> PhoneNumber | None:
    """The first reading that a country really hands out, else the first that is possible."""
    text = _prepared(raw)
    if not text or withheld(text):
        return None
    first = None
    for form, where in _forms(text, region):
        number = _parsed(form, where)
        if number and phonenumbers.is_valid_number(number):
            return number
        first = first or number
    return first


def _forms(text: str, region: str | None) -> list[tuple[str, str | None]]:
    """As written first; then as the international number a network or a traveller writes without its plus."""
    plain = digits.only(text.split("ext")[0])
    forms: list[tuple[str, str | None]] = [(text, region)]
    if plain.startswith("00"):
        forms.append(("+" + plain[2:], None))
    elif len(plain) >= 10:
        forms.append(("+" + plain, None))
    return forms


def _parsed(text: str, region: str | None) -> PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, region)
        if phonenumbers.is_possible_number(number):
            return number
    except phonenumbers.NumberParseException:
        pass
    found = phonenumbers.PhoneNumberMatcher(text, region)
    return found.next().number if found.has_next() else None


def _phone(number: PhoneNumber) -> Phone:
    known = phonenumbers.number_type(number)
    return Phone(
        e164=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        region=phonenumbers.region_code_for_number(number) or "",
        kind=_KINDS.get(known, Kind.OTHER),
        valid=phonenumbers.is_valid_number(number),
        zones=tuple(zone for zone in timezone.time_zones_for_number(number) if zone != "Etc/Unknown"),
        shown=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL),
        extension=number.extension or "",
    )
