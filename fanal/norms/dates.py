"""Dates of birth as people write or say them, in every order of day, month and year they may mean."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from fanal.norms import digits, scripts

# English, French, German, Spanish, Russian (both cases), Arabic (Egypt and the Gulf, the Levant, the Maghreb).
_NAMES: tuple[str, ...] = (
    "january jan janvier janv januar jaenner enero ene январь января янв يناير جانفي",
    "february feb fevrier fevr fev februar febrero февраль февраля фев فبراير شباط فيفري",
    "march mar mars marz maerz marzo март марта мар مارس آذار اذار",
    "april apr avril avr abril abr апрель апреля апр أبريل ابريل إبريل نيسان أفريل",
    "may mai mayo май мая مايو أيار ايار ماي",
    "june jun juin juni junio июнь июня июн يونيو يونيه حزيران جوان",
    "july jul juillet juil juli julio июль июля июл يوليو يوليه تموز جويلية",
    "august aug aout agosto ago август августа авг أغسطس اغسطس آب اب أوت اوت",
    "september sep sept septembre septiembre setiembre сентябрь сентября сен сент سبتمبر أيلول ايلول",
    "october oct octobre oktober okt octubre октябрь октября окт أكتوبر اكتوبر",
    "november nov novembre noviembre ноябрь ноября ноя نوفمبر",
    "december dec decembre dezember dez diciembre dic декабрь декабря дек ديسمبر",
)
_MONTHS = {scripts.plain(name): month for month, names in enumerate(_NAMES, 1) for name in names.split()}
# Levantine months of two words: Kanun and Tishrin, the first and the second.
_TWO_WORDS = {
    ("كانون", "الثاني"): 1, ("كانون", "الثانى"): 1, ("تشرين", "الأول"): 10, ("تشرين", "الاول"): 10,
    ("تشرين", "الثاني"): 11, ("تشرين", "الثانى"): 11, ("كانون", "الأول"): 12, ("كانون", "الاول"): 12,
}  # fmt: skip
_FOLDED_TWO_WORDS = {(scripts.plain(a), scripts.plain(b)): month for (a, b), month in _TWO_WORDS.items()}


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One way to understand a text; a `year` below 100 was given with two digits."""

    year: int
    month: int
    day: int

    def means(self, known: date) -> bool:
        years = (known.year, known.year % 100) if self.year < 100 else (known.year,)
        return self.year in years and (self.month, self.day) == (known.month, known.day)


def readings(text: str) -> list[Reading]:
    """Every order of day, month and year that a text allows, without a judgement about centuries."""
    words = re.findall(r"\d+|[^\W\d_]+", scripts.plain(digits.western(text[:100])))
    named = _month(words)
    numbers = [word for word in words if word.isdigit()]
    if named:
        orders = _with_name(numbers, named)
    elif len(numbers) == 3:
        orders = _three(*numbers)
    elif len(numbers) == 1 and len(numbers[0]) in (6, 8):
        orders = _compact(numbers[0])
    else:
        orders = iter(())
    return list(
        dict.fromkeys(reading for reading in orders if _date(_any_year(reading.year), reading.month, reading.day))
    )


def _month(words: list[str]) -> int:
    """The month a text names; 0 when it names none or two."""
    letters = [word for word in words if not word.isdigit()]
    found = {_MONTHS[word] for word in letters if word in _MONTHS}
    found |= {_FOLDED_TWO_WORDS[pair] for pair in pairwise(letters) if pair in _FOLDED_TWO_WORDS}
    return found.pop() if len(found) == 1 else 0


def _with_name(numbers: list[str], month: int) -> Iterator[Reading]:
    if len(numbers) != 2:
        return
    first, second = numbers
    if _is_year(second):
        yield Reading(year=int(second), month=month, day=int(first))
    if _is_year(first) and len(first) == 4:
        yield Reading(year=int(first), month=month, day=int(second))


def _three(first: str, second: str, third: str) -> Iterator[Reading]:
    if len(first) == 4:
        yield Reading(year=int(first), month=int(second), day=int(third))
        return
    if _is_year(third):
        yield Reading(year=int(third), month=int(second), day=int(first))
        yield Reading(year=int(third), month=int(first), day=int(second))
    if len(first) == len(third) == 2:
        yield Reading(year=int(first), month=int(second), day=int(third))


def _compact(number: str) -> Iterator[Reading]:
    if len(number) == 8:
        yield from _three(number[:2], number[2:4], number[4:])
        yield from _three(number[:4], number[4:6], number[6:])
    else:
        yield from _three(number[:2], number[2:4], number[4:])


def _is_year(number: str) -> bool:
    return len(number) in (2, 4)


def _any_year(year: int) -> int:
    """A two-digit year may be a leap year in one century only: 2000 was, 1900 was not, the rest agree."""
    return year + 2000 if year < 100 else year


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
