"""Values as a person says them, for a voice to read: digits one by one, days by name, money in its units (pure)."""

import re
from collections.abc import Callable, Mapping
from datetime import date, time
from enum import StrEnum

from babel.dates import format_date
from babel.numbers import get_currency_name


class Sort(StrEnum):
    """What kind of thing a value is, which is how it is said."""

    TEXT = "text"
    DIGITS = "digits"
    NUMBER = "number"
    DATE = "date"  # 2026-11-24
    TIME = "time"  # 09:30
    MONEY = "money"  # 12.50 EUR


GROUP = 3
"""So many digits in one breath."""
RUSSIAN_DAYS = (
    *("первое", "второе", "третье", "четвёртое", "пятое", "шестое", "седьмое", "восьмое", "девятое", "десятое"),
    *("одиннадцатое", "двенадцатое", "тринадцатое", "четырнадцатое", "пятнадцатое", "шестнадцатое", "семнадцатое"),
    *("восемнадцатое", "девятнадцатое", "двадцатое", "двадцать первое", "двадцать второе", "двадцать третье"),
    *("двадцать четвёртое", "двадцать пятое", "двадцать шестое", "двадцать седьмое", "двадцать восьмое"),
    *("двадцать девятое", "тридцатое", "тридцать первое"),
)
HUNDREDTHS = {"JPY": 0, "KRW": 0, "CLP": 0, "VND": 0}


def spoken(value: str, sort: Sort, language: str) -> str:
    """What is read aloud; a value that is not of its sort is read as it is."""
    try:
        return SAYS[sort](value, language)
    except (ValueError, ArithmeticError):
        return value


def _text(value: str, language: str) -> str:
    return value


def _digits(value: str, language: str) -> str:
    """Character by character, in groups with a breath between them: A-1001 is «A, 1 0 0, 1»."""
    groups = []
    for run in re.findall(r"\d+|[^\W\d_]+", value):
        size = GROUP if run.isdigit() else len(run)
        groups += [" ".join(run[at : at + size]) for at in range(0, len(run), size)]
    return _joined_last(groups)


def _joined_last(groups: list[str]) -> str:
    """Nobody says a single digit for itself at the end: 1 0 0, 1 is 1 0, 0 1."""
    if len(groups) > 1 and groups[-1].isdigit() and len(groups[-2]) > 3 and groups[-2][-1].isdigit():
        last = groups.pop()
        groups[-1], moved = groups[-1][:-2], groups[-1][-1]
        groups.append(f"{moved} {last}")
    return ", ".join(groups)


def _number(value: str, language: str) -> str:
    return str(int(value))


def _date(value: str, language: str) -> str:
    day = date.fromisoformat(value)
    match language:
        case "en":
            return f"{format_date(day, 'MMMM', locale='en')} {day.day}{_english(day.day)}"
        case "fr":
            return f"{'1er' if day.day == 1 else day.day} {format_date(day, 'MMMM', locale='fr')}"
        case "ru":
            return f"{RUSSIAN_DAYS[day.day - 1]} {format_date(day, 'd MMMM', locale='ru').split(' ', 1)[1]}"
        case _:
            return format_date(day, "d MMMM", locale=language).translate(WESTERN)


WESTERN = {ord("٠") + value: str(value) for value in range(10)}


def _english(day: int) -> str:
    return "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _time(value: str, language: str) -> str:
    at = time.fromisoformat(value)
    hour, minute = at.hour, at.minute
    match language:
        case "en":
            half = "a.m." if hour < 12 else "p.m."
            return f"{hour % 12 or 12}{f' {minute:02}' if minute else ''} {half}"
        case "fr":
            return f"{hour} heure{'s' if hour > 1 else ''}{f' {minute}' if minute else ''}"
        case "ru":
            minutes = f" {minute} {_russian(minute, 'минута', 'минуты', 'минут')}" if minute else ""
            return f"{hour} {_russian(hour, 'час', 'часа', 'часов')}{minutes}"
        case "ar":
            half = "صباحًا" if hour < 12 else "مساءً"
            return f"{hour % 12 or 12}{f' و {minute} دقيقة' if minute else ''} {half}"
        case _:
            return value


def _russian(count: int, one: str, few: str, many: str) -> str:
    if count % 10 == 1 and count % 100 != 11:
        return one
    return few if count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14) else many


def _money(value: str, language: str) -> str:
    """12.50 EUR is «12 euros 50»; what is owed has its minus said."""
    amount, _, currency = value.partition(" ")
    units, _, rest = amount.removeprefix("-").partition(".")
    name = get_currency_name(currency, int(units), locale=language)
    small = int((rest + "00")[:2]) if HUNDREDTHS.get(currency, 2) else 0
    said = f"{int(units)} {name}{f' {small:02}' if small else ''}"
    return f"{MINUS.get(language, '-')} {said}" if amount.startswith("-") else said


MINUS = {"en": "minus", "fr": "moins", "ru": "минус", "ar": "ناقص"}
SAYS: Mapping[Sort, Callable[[str, str], str]] = {
    Sort.TEXT: _text,
    Sort.DIGITS: _digits,
    Sort.NUMBER: _number,
    Sort.DATE: _date,
    Sort.TIME: _time,
    Sort.MONEY: _money,
}
