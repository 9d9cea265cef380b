"""The exact lanes: e-mail, phone in any format, order, case, account and tracking numbers, cards by keyed hash."""

from typing import Any

from fanal.environment import environment
from fanal.holdings.keys import card_key
from fanal.identity.find.results import Hit, Kind
from fanal.identity.gathering import email_forms
from fanal.norms import cards, digits, phones
from fanal.norms.shapes import Shape
from fanal.running.connections import prepared_cursor

MOST = 20
FEWEST_DIGITS = 4
PHONE_TAIL, ORDER_TAIL = 7, 5
LARGEST_NUMBER = 2**63 - 1

_EMAIL = f"""
SELECT 'customer', customer_id, 'email', state FROM customers_contactpoint
WHERE kind = 'email' AND value IN (%(key)s, %(address)s) AND ended_at IS NULL LIMIT {MOST}
"""
# Every branch is an indexed look-up with a limit: together they cost what they find, and need no limit of time. What
# is the same each time is written out, so that one plan, kept for all of them, is as good as one for each.
_PHONE = f"""
(SELECT 'customer', customer_id, 'phone', state FROM customers_contactpoint
    WHERE kind = 'phone' AND right(value, {PHONE_TAIL}) = ANY(%(tails)s::text[]) AND ended_at IS NULL
    AND EXISTS (SELECT FROM unnest(%(long_tails)s::text[]) typed WHERE right(value, length(typed)) = typed)
    LIMIT {MOST})
"""
_ORDER_TAIL = f"""
(SELECT 'order', id, 'order_tail', '' FROM holdings_order
    WHERE right(number, {ORDER_TAIL}) = %(order_tail)s AND right(number, %(digits_length)s::int) = %(digits)s
    LIMIT {MOST})
"""
_CARD = f"""
(SELECT 'holding', id, 'card_number', '' FROM holdings_holding
    WHERE number_hash = %(card)s AND number_hash <> '' LIMIT {MOST})
"""
_CASE = f"""
(SELECT 'case', id, 'case_number', '' FROM cases_case WHERE number = %(case)s LIMIT {MOST})
"""
_FORMS = f"""
(SELECT 'order', id, 'order_number', '' FROM holdings_order WHERE number = ANY(%(forms)s::text[]) LIMIT {MOST})
UNION ALL
(SELECT 'order', id, 'tracking_number', '' FROM holdings_order
    WHERE tracking_number = ANY(%(forms)s::text[]) AND tracking_number <> '' LIMIT {MOST})
UNION ALL
(SELECT 'holding', id, 'holding_number', '' FROM holdings_holding
    WHERE number = ANY(%(forms)s::text[]) AND kind <> 'card' LIMIT {MOST})
UNION ALL
(SELECT 'customer', id, 'external_id', '' FROM customers_customer
    WHERE external_id = ANY(%(forms)s::text[]) AND external_id <> '' LIMIT {MOST})
"""


def exact(text: str, shapes: tuple[Shape, ...]) -> list[Hit]:
    """Everything that bears exactly this address or number, in one query."""
    if Shape.EMAIL in shapes:
        key, *others = email_forms(text)
        return _hits(_EMAIL, {"key": key, "address": others[0] if others else key}, shapes)
    values = _number_values(text, shapes)
    lanes = {"tails": _PHONE, "forms": _FORMS, "order_tail": _ORDER_TAIL, "card": _CARD, "case": _CASE}
    asked = [sql for needed, sql in lanes.items() if values[needed]]
    return _hits("UNION ALL".join(asked), values, shapes) if asked else []


def may_be_exact(text: str, shapes: tuple[Shape, ...]) -> bool:
    """Whether it is worth asking the exact lanes: an address, a number, or some digits among letters."""
    numbers = {Shape.EMAIL, Shape.PHONE, Shape.ORDER, Shape.CASE, Shape.CARD}
    return not numbers.isdisjoint(shapes) or len(digits.only(text)) >= FEWEST_DIGITS


def _number_values(text: str, shapes: tuple[Shape, ...]) -> dict[str, Any]:
    plain = digits.western(text).strip().removeprefix("#").strip().upper()
    number = digits.only(text)
    typed = _phone_tails(text, number) if Shape.PHONE in shapes else []
    forms = [plain, "".join(plain.split()), "".join(char for char in plain if char.isalnum())]
    if Shape.ORDER in shapes or Shape.CASE in shapes:
        forms.append(number)
    return {
        "tails": [tail[-PHONE_TAIL:] for tail in typed],
        "long_tails": typed,
        "forms": [form for form in dict.fromkeys(forms) if form],
        "order_tail": number[-ORDER_TAIL:] if len(number) >= ORDER_TAIL and Shape.ORDER in shapes else None,
        "digits": number,
        "digits_length": max(len(number), 1),
        "card": cards.keyed_hash(number, key=card_key()) if Shape.CARD in shapes else None,
        "case": int(number) if Shape.CASE in shapes and number and int(number) <= LARGEST_NUMBER else None,
    }


def _phone_tails(text: str, number: str) -> list[str]:
    """The last digits to compare: of the normal form if the number has one, and as typed without the trunk zero."""
    phone = phones.e164(text, environment.country or None)
    readings = [phone.lstrip("+")] if phone else []
    if not text.lstrip().startswith("+"):
        readings.append(number.lstrip("0"))
    return list(dict.fromkeys(reading[-9:] for reading in readings if len(reading) >= PHONE_TAIL))


def _hits(sql: str, values: dict[str, Any], shapes: tuple[Shape, ...]) -> list[Hit]:
    with prepared_cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    scores = {"order_tail": 0.9, "phone": 0.95}
    if shapes[:1] == (Shape.PHONE,):
        scores = {"order_tail": 0.8, "case_number": 0.85, "phone": 1.0}
    return [
        Hit(kind=Kind(kind), id=id_, score=scores.get(code, 1.0), code=code, values={"state": state} if state else {})
        for kind, id_, code, state in rows
    ]
