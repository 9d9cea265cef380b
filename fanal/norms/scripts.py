"""One fixed transliteration of Latin, Cyrillic and Arabic letters to a to z, for comparing and never for showing.

It is our own table, chosen so that the spellings people really use fall together; it is close to, but not the same as,
ISO 9 and the Library of Congress tables, because those need marks that nobody types.
"""

import re
import unicodedata

_LATIN = {
    "ß": "ss", "ẞ": "ss", "ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i", "ŋ": "ng",
    "ħ": "h", "ŧ": "t", "ĸ": "k", "ə": "a", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y",
}  # fmt: skip
_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "y", "к": "k",
    "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh",
    "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
    "і": "i", "є": "ye", "ґ": "g", "ј": "y", "љ": "l", "њ": "n", "ћ": "ch", "ђ": "dj", "џ": "dj", "ѕ": "dz",
    "ә": "a", "ғ": "g", "қ": "k", "ң": "n", "ө": "o", "ұ": "u", "ү": "u", "һ": "h", "ҳ": "h", "ҷ": "j", "ӣ": "i",
}  # fmt: skip
_ARABIC = {
    "ا": "a", "ب": "b", "ت": "t", "ث": "th", "ج": "j", "ح": "h", "خ": "kh", "د": "d", "ذ": "dh", "ر": "r", "ز": "z",
    "س": "s", "ش": "sh", "ص": "s", "ض": "d", "ط": "t", "ظ": "z", "ع": "a", "غ": "gh", "ف": "f", "ق": "q", "ك": "k",
    "ل": "l", "م": "m", "ن": "n", "ه": "h", "و": "w", "ي": "y", "ى": "a", "ة": "a", "ء": "", "ٱ": "a",
    "پ": "p", "چ": "ch", "ژ": "zh", "گ": "g", "ڤ": "v", "ک": "k", "ی": "y", "ے": "y", "ٹ": "t", "ڈ": "d", "ڑ": "r",
    "ں": "n", "ھ": "h", "ہ": "h", "ۀ": "h", "ۃ": "a", "ـ": "",
}  # fmt: skip
_LETTERS = {**_LATIN, **_CYRILLIC, **_ARABIC}
# Composed letters whose mark is not decoration: without this, й and и, ї and і, ئ and ي would be one letter.
_WHOLE = {"й": "y", "ї": "yi", "ў": "u", "ё": "e", "ئ": "y", "ؤ": "w", "أ": "a", "إ": "i", "آ": "a"}

# Two Arabic letters that would read as one in Latin (z and h as zh) always have an unwritten vowel between them.
_SPLIT = re.compile("([زستدكغ])([هھہ])")


def plain(text: str) -> str:
    """Lower case, without marks, in the letters a to z as far as the tables reach; other scripts stay themselves."""
    text = _SPLIT.sub("\\1ا\\2", unicodedata.normalize("NFKC", text).casefold())
    if text.isascii():
        return text
    pieces = []
    for char in unicodedata.normalize("NFC", text):
        if char in _WHOLE:
            pieces.append(_WHOLE[char])
        else:
            pieces += [_LETTERS.get(base, base) for base in unicodedata.normalize("NFD", char) if not _is_mark(base)]
    return "".join(pieces)


def is_arabic(text: str) -> bool:
    return re.search("[\u0620-\u064a\u066e-\u06d3]", text) is not None


def _is_mark(char: str) -> bool:
    return unicodedata.category(char) in ("Mn", "Me", "Cf")
