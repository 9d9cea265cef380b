"""Bytes to text whatever they claim to be: the declared charset, what the bytes themselves say, never an error."""

import codecs
import re
from collections import Counter

# Names in the wild that Python does not know, or knows as something narrower than what senders mean.
ALIASES = {
    "ansi_x3.4-1968": "cp1252",
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
    "unicode-1-1-utf-7": "utf-7",
    "cp-850": "cp850",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic",
    "windows-874": "cp874",
    "utf8": "utf-8",
    "utf-8mb4": "utf-8",
    "koi8": "koi8-r",
}
UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]|[\ud800-\udfff]")
META = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
GUESSED_FROM = 20_000  # bytes
EIGHT_BIT = ("cp1252", "cp1251", "koi8-r", "cp1256", "cp1253", "cp1255", "iso-8859-2")  # the likelier first
ACCENTS_ONLY = re.compile(r"[À-ÿĀ-ſ]{3,}")  # no Latin word is written in accents alone
SHOUTED = re.compile(r"(?<=[^\W\d_])[А-ЯЁΑ-ΩÀ-Þ]")


def decode(content: bytes, declared: str = "", *, html: bool = False) -> str:
    """The text of these bytes; what fits no charset is marked with U+FFFD."""
    if html and not declared and (said := META.search(content[:2048])):
        declared = said.group(1).decode("ascii", "replace")
    for name in _candidates(content, declared):
        try:
            return content.decode(name)
        except (UnicodeError, LookupError):
            continue
    return content.decode(_known(declared) or "utf-8", "replace")


def clean(text: str) -> str:
    """Without NUL and other characters that no database and no screen wants; lines end in one way."""
    return UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _candidates(content: bytes, declared: str) -> list[str]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ["utf-16"]
    name = _known(declared)
    plain = name in ("", "cp1252")  # «us-ascii» and «iso-8859-1» are what programs say that do not know
    first = ["utf-8-sig"] if plain else [name]
    if plain and any(byte > 127 for byte in content[:GUESSED_FROM]) and not declared:
        first += [_guess(content)]
    return [*first, *([name] if name else []), "utf-8-sig", "cp1252"]


def _known(declared: str) -> str:
    """Python's name for it; empty for what is no charset, or one that cannot make do with broken bytes."""
    wanted = declared.strip().strip("\"'").lower()
    wanted = ALIASES.get(wanted, wanted)
    try:
        b"\xff".decode(wanted, "replace")
        return codecs.lookup(wanted).name
    except (LookupError, ValueError):
        return ""


def _guess(content: bytes) -> str:
    """By eye: of the 8-bit charsets, the one that gives the most letters of one script, not capitals inside words."""
    sample = content[:GUESSED_FROM]
    scores = {name: _likeness(sample.decode(name, "replace")) for name in EIGHT_BIT}
    name = max(EIGHT_BIT, key=lambda one: scores[one])
    if scores[name] > 0.6:
        return name
    from charset_normalizer import from_bytes  # a megabyte that is seldom needed

    best = from_bytes(sample, steps=5, chunk_size=512).best()
    return best.encoding if best else "cp1252"


def _likeness(text: str) -> float:
    """How much the letters beyond ASCII look like words of one script: 0 to 1."""
    odd = [one for one in text if ord(one) > 127]
    blocks = Counter(ord(one) >> 8 for one in odd if one.isalpha())
    of_one = blocks.most_common(1)[0][1] if blocks else 0
    shouted = len(SHOUTED.findall(text)) + sum(len(run) for run in ACCENTS_ONLY.findall(text))
    return (of_one - shouted) / len(odd) if odd else 0.0
