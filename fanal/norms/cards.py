"""Payment card numbers: recognised, compared by keyed hash, and masked to their last four digits."""

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from fanal.norms import digits

# The issuer ranges the schemes publish: (first prefix, last prefix, lengths). ISO/IEC 7812-1 gives the structure.
_SCHEMES: tuple[tuple[str, int, int, tuple[int, ...]], ...] = (
    ("visa", 4, 4, (13, 16, 19)),
    ("mastercard", 51, 55, (16,)),
    ("mastercard", 2221, 2720, (16,)),
    ("amex", 34, 34, (15,)),
    ("amex", 37, 37, (15,)),
    ("mir", 2200, 2204, (16, 17, 18, 19)),
    ("diners", 300, 305, (14, 16)),
    ("diners", 36, 36, (14, 16, 19)),
    ("diners", 38, 39, (14, 16)),
    ("discover", 6011, 6011, (16, 19)),
    ("discover", 644, 649, (16, 19)),
    ("discover", 65, 65, (16, 19)),
    ("jcb", 3528, 3589, (16, 19)),
    ("unionpay", 62, 62, (16, 17, 18, 19)),
    ("rupay", 60, 60, (16,)),
    ("rupay", 81, 82, (16,)),
    ("troy", 9792, 9792, (16,)),
    *(("maestro", p, p, tuple(range(12, 20))) for p in (5018, 5020, 5038, 5893, 6304, 6759, 6761, 6762, 6763)),
)
_SHORTEST, _LONGEST, _PREFIX = 12, 19, 4
_DOUBLED = str.maketrans("0123456789", "0246813579")
_GAP = "[\\s\\-._/·\u2010-\u2015\u200b-\u200f\u2060\ufeff\u00ad]{1,3}"
_RUN = re.compile(rf"(?<![\d+])\d+(?:{_GAP}\d+)*")
# ISO 13616: printed in fours, or in one piece. Each text is read in one way only, however long it is made.
_IBAN = re.compile(
    r"\b[A-Z]{2}\d{2}(?P<gap>[ \-]?)[A-Z0-9]{4}(?:(?P=gap)[A-Z0-9]{4}){1,6}(?:(?P=gap)[A-Z0-9]{1,3})?\b", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True)
class Found:
    """A card number in a text: `start` to `end` in code points; the number itself is not kept."""

    start: int
    end: int
    scheme: str
    last_four: str


def luhn(number: str) -> bool:
    """The check of ISO/IEC 7812-1 annex B: from the right every second digit doubled, the sum of digits modulo 10."""
    figures = digits.only(number)
    return bool(figures) and _checks(figures)


def scheme(number: str) -> str:
    """Who issues numbers of this prefix and length; empty when nobody does."""
    return _issuer(number[:_PREFIX], len(number))


def is_card(text: str) -> bool:
    """Whether the whole text is one card number, in groups or not."""
    number = digits.only(text)
    return bool(re.fullmatch(r"[\d\s\-.]+", digits.western(text.strip()))) and bool(scheme(number)) and luhn(number)


def last_four(number: str) -> str:
    return digits.only(number)[-4:]


def keyed_hash(number: str, *, key: bytes) -> str:
    """HMAC-SHA-256 of the digits in hex: finds a card again without storing it. The key must have 16 bytes or more."""
    if len(key) < 16:
        raise ValueError("A key for card hashes needs at least 16 bytes.")
    return hmac.new(key, digits.only(number).encode(), hashlib.sha256).hexdigest()


def find(text: str) -> list[Found]:
    """Every card number in a text: whole groups of digits, an issuer's prefix and length, a right check digit."""
    if len(text) < _SHORTEST:
        return []
    plain = digits.western(text)
    ibans = [(found.start(), found.end()) for found in _IBAN.finditer(plain) if _is_iban(found.group())]
    runs = (run for run in _RUN.finditer(plain) if not any(a <= run.start() < b for a, b in ibans))
    return [found for run in runs for found in _in_run(plain, run.start(), run.end())]


def mask(text: str, *, filler: str = "•••• ") -> str:
    """The text with each card number replaced by its last four digits; nothing else changes."""
    pieces, done = [], 0
    for found in find(text):
        pieces += [text[done : found.start], filler, found.last_four]
        done = found.end
    return "".join([*pieces, text[done:]])


def _in_run(plain: str, start: int, end: int) -> Iterator[Found]:
    """Cards inside groups of digits that stand together, the longest first, never beginning inside a group."""
    groups = [(group.start() + start, group.end() + start) for group in re.finditer(r"\d+", plain[start:end])]
    first = 0
    while first < len(groups):
        found = _from_group(plain, groups, first)
        if found:
            yield found[0]
        first = found[1] if found else first + 1


def _from_group(plain: str, groups: list[tuple[int, int]], first: int) -> tuple[Found, int] | None:
    """All that may belong to the card is hidden, but a security code behind it is not taken for its last digits."""
    best: tuple[Found, int] | None = None
    number, shown = "", ""
    for last in range(first, len(groups)):
        number += plain[groups[last][0] : groups[last][1]]
        if len(number) > _LONGEST:
            break
        if len(number) >= _SHORTEST and (name := scheme(number)) and _checks(number):
            shown = number[-4:] if len(number) <= 16 or not shown else shown
            best = Found(start=groups[first][0], end=groups[last][1], scheme=name, last_four=shown), last + 1
    return best


def _is_iban(text: str) -> bool:
    """ISO 13616: the first four characters moved to the end, letters as 10 to 35, leave 1 modulo 97."""
    bare = re.sub(r"[ \-]", "", text).upper()
    return len(bare) >= 15 and int("".join(str(int(char, 36)) for char in bare[4:] + bare[:4])) % 97 == 1


def _checks(figures: str) -> bool:
    return (sum(map(int, figures[-1::-2])) + sum(map(int, figures[-2::-2].translate(_DOUBLED)))) % 10 == 0


@lru_cache(maxsize=4096)
def _issuer(start: str, length: int) -> str:
    """By the first digits: asked for each length at each group of digits of a text."""
    for name, first, last, lengths in _SCHEMES:
        prefix = start[: len(str(first))]
        if length in lengths and prefix.isdigit() and first <= int(prefix) <= last:
            return name
    return ""
