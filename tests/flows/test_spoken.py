"""Values are read as a person says them, in the four languages."""

import pytest

from fanal.language.spoken import Sort, spoken


@pytest.mark.parametrize(
    ("sort", "value", "said"),
    [
        (Sort.DIGITS, "7", ("7", "7", "7", "7")),
        (Sort.DIGITS, "0412", ("0 4, 1 2",) * 4),
        (Sort.DIGITS, "70011", ("7 0 0, 1 1",) * 4),
        (Sort.DIGITS, "7001101", ("7 0 0, 1 1, 0 1",) * 4),
        (Sort.DIGITS, "A-1001", ("A, 1 0, 0 1",) * 4),
        (Sort.NUMBER, "0012", ("12",) * 4),
        (Sort.DATE, "2026-11-24", ("November 24th", "24 novembre", "24 نوفمبر", "двадцать четвёртое ноября")),
        (Sort.DATE, "2026-03-01", ("March 1st", "1er mars", "1 مارس", "первое марта")),
        (Sort.TIME, "09:00", ("9 a.m.", "9 heures", "9 صباحًا", "9 часов")),
        (Sort.TIME, "13:30", ("1 30 p.m.", "13 heures 30", "1 و 30 دقيقة مساءً", "13 часов 30 минут")),
        (Sort.MONEY, "12.50 EUR", ("12 euros 50", "12 euros 50", "12 يورو 50", "12 евро 50")),
        (Sort.MONEY, "-1.00 EUR", ("minus 1 euro", "moins 1 euro", "ناقص 1 يورو", "минус 1 евро")),
        (Sort.TEXT, "On its way", ("On its way",) * 4),
        (Sort.DATE, "soon", ("soon",) * 4),
        (Sort.NUMBER, "", ("",) * 4),
    ],
)
def test_a_value_is_said(sort, value, said):
    assert tuple(spoken(value, sort, language) for language in ("en", "fr", "ar", "ru")) == said
