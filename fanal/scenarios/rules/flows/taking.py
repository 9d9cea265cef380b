"""What a caller keyed in is one of the things that were asked for, or it is not."""

from datetime import date

from fanal.norms import cards, digits
from fanal.scenarios.rules.flows.steps import Ask, Check, What


def number_in(step: Ask, keys: str) -> str:
    """The number alone: after the last star, without the key that ends it."""
    number = keys.rpartition("*")[2] if step.ends_with != "*" else keys
    return digits.western(number.removesuffix(step.ends_with) if step.ends_with else number)


def taken(step: Ask, keys: str) -> str | None:
    """What is meant by the keys, as it is kept; None when it is not what was asked for.

    A payment card where none is asked for is not taken either: it would be kept as it is.
    """
    number = number_in(step, keys)
    if not (number.isascii() and number.isdigit() and step.shortest <= len(number) <= step.longest):
        return None
    if not step.secret and cards.is_card(number):
        return None
    if not _checks(step.check, number):
        return None
    match step.what:
        case What.CARD:
            return number if cards.is_card(number) else None
        case What.DATE:
            return _day(number)
        case What.NUMBER:
            value = int(number)
            fits = (step.at_least is None or value >= step.at_least) and (step.at_most is None or value <= step.at_most)
            return str(value) if fits else None
        case _:
            return step.before + number


def _checks(check: Check, number: str) -> bool:
    match check:
        case Check.LUHN:
            return cards.luhn(number)
        case Check.MOD97:
            return int(number) % 97 == 1
        case _:
            return True


def _day(number: str) -> str | None:
    """Day, month and year in four figures, as they are said."""
    if len(number) != 8:
        return None
    try:
        return date(int(number[4:]), int(number[2:4]), int(number[:2])).isoformat()
    except ValueError:
        return None
