"""The words by which two short texts are about the same thing, in any script, as keys that can be compared.

A word is folded to our letters (роутер and router meet), loses a plural s and an Arabic article, and is cut to its
first six letters: crude, but for subjects of cases it does what stemming does, in languages that have no stemmer too.
Scripts without spaces between words give pairs of letters.
"""

import re

from fanal.norms import scripts
from fanal.norms.texts import clean

STEM = 6
MOST = 12
# Han, kana, Thai, Lao, Khmer and Burmese are written without spaces.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f\u064b-\u065f\u0670\u200c\u200d'’]+[^\W_]*)*")
# Error 404 says what it is about; the seven figures of an order number only say whose it is.
_LONGEST_NUMBER = 3


def stems(text: str, *, most: int = MOST) -> tuple[str, ...]:
    """The keys of the text's words, each once, in the order in which they stand; at most `most`."""
    found: dict[str, None] = {}
    for word in _WORD.findall(clean(text, keep_newlines=False)):
        for key in _keys(word):
            if len(found) == most:
                return tuple(found)
            found[key] = None
    return tuple(found)


def _keys(word: str) -> list[str]:
    if unspaced := _UNSPACED.fullmatch(word):
        run = unspaced.group()
        return [run[place : place + 2] for place in range(len(run) - 1)]
    if any(char.isdigit() for char in word) and sum(char.isdigit() for char in word) > _LONGEST_NUMBER:
        return []
    if scripts.is_arabic(word) and word.startswith("ال") and len(word) > 4:
        word = word.removeprefix("ال")
    folded = re.sub(r"\W", "", scripts.plain(word))
    if len(folded) > 3 and folded.endswith("s") and not folded.endswith("ss"):
        folded = folded[:-1]
    return [folded[:STEM]] if len(folded) > 1 else []
