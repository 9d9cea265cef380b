"""Card numbers in what was said: written as digits or as words, in one piece or over several sentences (pure).

Whoever writes down what they hear makes mistakes, so no check digit is asked for: so many figures in a row are hidden
whatever they are. A telephone number within its country, an order or a date stay.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from fanal.norms import cards, digits

LONGEST = 2000
"""Characters of one sentence; a service that tells more is cut off."""
MOST = 12
"""So many figures in a row are hidden: the shortest card number."""
HIDDEN = "••••"
GONE = 7
"""As many a hidden row counts when figures go on after it: the last four may stay, and no more."""
_WORD = re.compile(rf"\w+|{HIDDEN}")
_VALUES = {
    1: """zero oh nought one two three four five six seven eight nine
        zéro un une deux trois quatre cinq sept huit neuf
        ноль нуль один одна два две три четыре пять шесть семь восемь девять
        صفر واحد اثنان اثنين ثلاثة ثلاث أربعة أربع خمسة خمس ستة ست سبعة سبع ثمانية ثماني تسعة تسع""",
    2: """ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
        twenty thirty forty fourty fifty sixty seventy eighty ninety double
        dix onze douze treize quatorze quinze seize vingt vingts trente quarante cinquante soixante septante huitante
        octante nonante
        десять одиннадцать двенадцать тринадцать четырнадцать пятнадцать шестнадцать семнадцать восемнадцать
        девятнадцать двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто
        عشرة عشر عشرون عشرين ثلاثون ثلاثين أربعون أربعين خمسون خمسين ستون ستين سبعون سبعين ثمانون ثمانين تسعون تسعين""",
    3: """hundred triple cent cents сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот
        مائة مئة مئتان مئتين""",
    4: """thousand mille тысяча тысячи тысяч ألف آلاف ألفان ألفين""",
}
_JOINS = frozenset(["and", "et", "и", "و", "plus", "then", "dann", "dash", "tiret"])
"""Said between figures in words without ending them."""


def _bare(word: str) -> str:
    """Without marks and in small letters, as whoever writes it down may or may not write them."""
    split = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in split if not unicodedata.combining(char))


_FIGURES = {_bare(word): count for count, words in _VALUES.items() for word in words.split()}


@dataclass(frozen=True, kw_only=True)
class Row:
    """Figures that were said in a row: `start` to `end` in the text, and how many there are at least."""

    start: int
    end: int
    figures: int


def hidden(text: str) -> str:
    """The text on one line, without card numbers and without any row of MOST figures."""
    return hidden_after([], text)[1]


def hidden_after(earlier: Sequence[str], text: str) -> tuple[list[str], str]:
    """What the same person said before, and now: figures that go on from one sentence to the next are one row."""
    whole = "\n".join([*earlier, cards.mask(" ".join(text.split())[:LONGEST])])
    for row in reversed(rows_in(whole)):
        if row.figures >= MOST:
            lines = whole[row.start : row.end].split("\n")
            gone = "\n".join(HIDDEN if line.strip() else line for line in lines)
            whole = whole[: row.start] + gone + whole[row.end :]
    *before, now = whole.split("\n")
    return before, now


def rows_in(text: str) -> list[Row]:
    """Each row of figures, in words or digits; any other word ends it."""
    found: list[Row] = []
    row: Row | None = None
    in_words = False
    for word in _WORD.finditer(digits.western(text)):
        said = _bare(word.group())
        if count := _figures_of(said):
            in_words = not any(char.isdigit() for char in said)
            row = Row(
                start=row.start if row else word.start(), end=word.end(), figures=count + (row.figures if row else 0)
            )
        elif row and not (in_words and said in _JOINS):
            found.append(row)
            row = None
    return [*found, row] if row else found


def _figures_of(said: str) -> int:
    if said == HIDDEN:
        return GONE
    written = sum(char.isdigit() for char in said)
    return written or _FIGURES.get(said, 0) or (_FIGURES.get(said[1:], 0) if said.startswith("و") else 0)
