"""What a text typed into one search field may be: an address, a number of ours, a card, a phone, a name."""

import re
from dataclasses import dataclass
from enum import StrEnum

from fanal.norms import cards, digits, emails, scripts

LONGEST = 300


class Shape(StrEnum):
    EMAIL = "email"
    CASE = "case"
    ORDER = "order"
    CARD = "card"
    PHONE = "phone"
    NAME = "name"


_ORDER_WORDS = frozenset({
    "o", "or", "ord", "order", "so", "po", "bestellung", "auftrag", "commande", "cmd",
    "pedido", "zakaz", "zakaza", "tlb", "tlby", "ordernr", "orderno",
})  # fmt: skip
_CASE_WORDS = frozenset({
    "c", "cs", "case", "ticket", "fall", "dossier", "caso", "delo",
    "obrashchenie", "obrashcheniya", "halh", "hala", "qdya",
})  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Forms:
    """How an organisation writes its numbers: words or letters before the digits (folded), and how many digits."""

    order: frozenset[str] = _ORDER_WORDS
    case: frozenset[str] = _CASE_WORDS
    shortest: int = 3
    longest: int = 14


_NUMBERED = re.compile(r"([^\W\d_]*)\.?(?:\s+(?:no|nr|n|number|numero|num)\.?)?[\s\-_:#№°/]*(\d[\d\-/ ]*\d|\d)")
_MIXED = re.compile(r"(?=[^\d]*\d)(?=[^a-z]*[a-z])[a-z0-9]+(?:[-_/][a-z0-9]+)*")
_PHONE = re.compile(
    r"(?:tel|phone|mob|mobile|call)?[.:\s]*\+?[\d\s().\-/\\\u2010-\u2015]+(?:(?:x|ext|poste)[.:\s]*\d{1,6})?"
)
DEFAULT = Forms()


def looks_like(text: str, *, forms: Forms = DEFAULT) -> tuple[Shape, ...]:
    """All plausible shapes, the most specific first; empty for a text without letters or digits.

    `4111 1111 1111 1111` is a card and an order, `0612345678` an order, a case and a phone, `Case 123` only a case.
    """
    plain = " ".join(scripts.plain(digits.western(text[:LONGEST])).split())
    if "@" in plain and emails.normalise(text):
        return (Shape.EMAIL,)
    found = [*_numbered(plain, forms), *([Shape.CARD] if cards.is_card(plain) else [])]
    if _is_phone(plain):
        found.append(Shape.PHONE)
    if not found and _MIXED.fullmatch(plain) and len(plain) >= forms.shortest:
        found.append(Shape.ORDER)
    if re.search(r"[^\W\d_]{2}", plain) and (not found or (found == [Shape.ORDER] and not _mostly_digits(plain))):
        found.append(Shape.NAME)
    order = (Shape.CARD, Shape.PHONE, Shape.ORDER, Shape.CASE) if _more_phone(plain) or Shape.CARD in found else ()
    return tuple(sorted(dict.fromkeys(found), key=lambda shape: order.index(shape) if shape in order else 9))


def _numbered(plain: str, forms: Forms) -> list[Shape]:
    found = _NUMBERED.fullmatch(plain.lstrip("#№ "))
    if not found:
        return []
    prefix, count = found.group(1), len(digits.only(found.group(2)))
    if not forms.shortest <= count <= forms.longest + 2:
        return [shape for shape, words in ((Shape.CASE, forms.case), (Shape.ORDER, forms.order)) if prefix in words]
    if prefix in forms.case:
        return [Shape.CASE]
    if prefix in forms.order:
        return [Shape.ORDER]
    return [] if prefix else [Shape.ORDER, Shape.CASE]


def _is_phone(plain: str) -> bool:
    return 7 <= len(digits.only(plain)) <= 21 and _PHONE.fullmatch(plain) is not None and not plain.startswith("#")


def _more_phone(plain: str) -> bool:
    """A plus, brackets, a leading zero or several groups are how phones are written, not numbers of ours."""
    return _is_phone(plain) and bool(re.match(r"[+(0]|tel|phone|mob|call", plain) or re.search(r"\d[\s.()/]+\d", plain))


def _mostly_digits(plain: str) -> bool:
    return len(digits.only(plain)) > sum(char.isalpha() for char in plain)
