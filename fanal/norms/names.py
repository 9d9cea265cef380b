"""Names of people in Latin, Cyrillic and Arabic script as tokens that can be compared.

Nicknames (Bob, Саша) are left for later: this only sees through spelling, script, particles, patronymics and order.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from fanal.norms import scripts
from fanal.norms.texts import clean, graphemes

# Dropped before another name, never when they are the last or the only word. With a mark (Lê, Văn) they are names.
_PARTICLES = {
    "de", "del", "della", "di", "da", "dos", "das", "du", "la", "le", "van", "von", "vom", "der", "den", "het", "ter",
    "ten", "zu", "zum", "zur", "af", "av", "bin", "ibn", "bint", "bnt", "bn", "ould", "al", "el", "ul",
}  # fmt: skip
_ARABIC_PARTICLES = {"بن", "ابن", "بنت", "ولد", "ال", "آل"}
_ASSIMILATED = re.compile(r"\b[aeu]([szrtdnl]|sh|th|dh)['-](?=\1)")
# Words that are one with the next: O Brien, Mac Donald, Abd al-Rahman, Abu Bakr (which stays two).
_JOINED = {"o", "mc", "mac", "d", "l"}
_SERVANT = re.compile(r"abd(?:[aeou]u?[lrsnztd]|[ao]u|e)?")
_SERVANT_OF = re.compile(r"abd(?:[aeou]u?l(?=..)|[aeou]u?([rsnztd])(?=\1))(.{2,})|abd(?=rhmn|lh|rhym|mlk|azyz)(.+)")
# Nur ad-Din, Nour El Din, Noureddine, Nureddin, نور الدين: one word.
_OF_FAITH = re.compile(r"(.{2,}?)[aeiu][ld]d(?:i|ee|ie)ne?")
_FAITH = re.compile(r"(?<=\w)[\s-]+[aeu][ld][\s-]?d(?:i|ee|ie)ne?\b")
_KEEPS_ARTICLE = {"الياس", "إلياس", "الين", "الاء", "آلاء", "الهام", "إلهام", "الفت", "الكسندر"}
_PATRONYMIC = re.compile(r"(?:ovich|evich|ovych|evych|iyovych|ovna|evna|ivna|ichna|inichna|ich)$")
_QUOTES = str.maketrans(dict.fromkeys("'’‘`´ʼʹʻ′\u02bb\u02bf\u02be\"“”«»", ""))


@dataclass(frozen=True, kw_only=True)
class Folded:
    """`tokens` in written order, the patronymic included; `core` without it and sorted, so that order is no matter."""

    tokens: tuple[str, ...]
    core: tuple[str, ...]
    patronymic: str = ""


def tokens(name: str) -> tuple[str, ...]:
    """The comparison tokens of a name in written order: `Müller` gives muller, `محمد` mhmd, `van der Berg` berg."""
    return fold(name).tokens


@lru_cache(maxsize=20_000)
def fold(name: str) -> Folded:
    """Case, marks, script, particles and the Arabic article taken away; see the module for what stays."""
    words = _words(clean(name, keep_newlines=False))
    parts = _joined(_without_particles(words))
    patronymic = _patronymic(parts)
    core = [part for part in parts if part != patronymic]
    return Folded(tokens=tuple(parts), core=tuple(sorted(core)), patronymic=patronymic)


def initials(name: str) -> str:
    """One or two letters for an avatar, in the name's own script; joined scripts get a mark that keeps them apart."""
    words = [word for word in re.split(r"[\s\-]+", display(name)) if any(char.isalpha() for char in word)]
    named = [word for word in words if word.casefold() not in _PARTICLES | _ARABIC_PARTICLES] or words
    chosen = [_first_letter(word) for word in (named[:1] + named[1:][-1:])]
    if chosen and unicodedata.name(chosen[0][0], "").startswith(("CJK", "HANGUL", "HIRAGANA", "KATAKANA")):
        return chosen[0]
    return ("\u200c" if scripts.is_arabic(name) else "").join(chosen).upper()


def display(name: str) -> str:
    """The name as given, on one line, without controls, direction overrides or invisible characters."""
    shown = re.sub("[\u00ad\u200b\u200e\u200f\u061c\u2060-\u2064]", "", clean(name, keep_newlines=False))
    return " ".join(unicodedata.normalize("NFC", shown).split())


def _words(name: str) -> list[tuple[str, str]]:
    """Pairs of the written word in lower case and its folded form."""
    text = unicodedata.normalize("NFKC", name).casefold().translate(_QUOTES)
    text = _ASSIMILATED.sub("", _FAITH.sub("uddin", text))
    text = re.sub(r"(?<=\w)\s+الدين\b", "الدين", text)
    found = re.findall(r"[^\W_]+(?:[\u0300-\u036f\u064b-\u065f\u0670\u200c\u200d]+[^\W_]*)*", text)
    pairs = ((word, _folded_word(word)) for word in found)
    return [(word, folded) for word, folded in pairs if folded]


def _folded_word(word: str) -> str:
    if scripts.is_arabic(word):
        word = re.sub("[\u0640\u064b-\u065f\u0670]", "", word)
        if word in ("الله", "اللّه"):
            return "allah"
        if word.startswith("عبدال") and len(word) > 6:
            return "abdul" + _of_god(scripts.plain(word.removeprefix("عبدال")))
        if word.endswith("الدين") and len(word) > 6:
            return scripts.plain(word.removesuffix("الدين")) + "uddin"
        if word.startswith("ال") and len(word) >= 5 and word not in _KEEPS_ARTICLE:
            word = word.removeprefix("ال")
    folded = _servant_of(scripts.plain(word))
    faith = _OF_FAITH.fullmatch(folded)
    return faith.group(1) + "uddin" if faith else folded


def _servant_of(token: str) -> str:
    """Abdullah, Abdallah; Abdulrahman, Abdurrahman, Abderrahmane, Abdelrahman: one spelling of the article."""
    found = _SERVANT_OF.fullmatch(token)
    if not found or len(token) < 7:
        return token
    return "abdul" + _of_god(found.group(2) or found.group(3))


def _of_god(rest: str) -> str:
    return "lah" if rest in ("lh", "la", "lah", "llah", "allah", "alah", "lla") else rest


def _without_particles(words: list[tuple[str, str]]) -> list[str]:
    kept = []
    for index, (word, folded) in enumerate(words):
        particle = word in _PARTICLES or word in _ARABIC_PARTICLES
        if not particle or index == len(words) - 1:
            kept.append(folded)
    return kept


def _joined(parts: list[str]) -> list[str]:
    joined: list[str] = []
    for part in parts:
        before = joined[-1] if joined else ""
        if _SERVANT.fullmatch(before) and len(part) > 1:
            joined[-1] = "abdul" + _of_god(part)
        elif before in _JOINED and len(part) > 2:
            joined[-1] = before + part
        else:
            joined.append(part)
    return joined


def _patronymic(parts: list[str]) -> str:
    """Only beside a given name and a family name, and not where the family name stands alone at an end with -ich."""
    if len(parts) != 3:
        return ""
    middle, last = parts[1], parts[2]
    if _PATRONYMIC.search(middle):
        return middle
    return last if _PATRONYMIC.search(last) else ""


def _first_letter(word: str) -> str:
    bare = word.removeprefix("ال") if scripts.is_arabic(word) and len(word) > 4 else word
    letters = [piece for piece in graphemes(bare) if piece[0].isalpha()]
    return letters[0][0] if letters else ""
