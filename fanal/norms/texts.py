"""Text from outside made safe to store, to cut and to use as a file name, without changing what it says."""

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import quote

# Embeddings, overrides and isolates can make "invoice\u202efdp.exe" read as "invoiceexe.pdf" (Unicode TR36, TR39);
# the plain marks U+200E, U+200F and U+061C only hint a direction, and joiners are part of spelling, so they stay.
_BIDI = "\u202a-\u202e\u2066-\u2069"
_CONTROLS = "\x00-\x08\x0b-\x1f\x7f-\x9f"
_NEVER = re.compile(f"[{_CONTROLS}{_BIDI}\ud800-\udfff\ufeff\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff]")
_TAGS = re.compile("(\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f)|[\U000e0000-\U000e007f]")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]"
)
_WINDOWS_NAMES = {"con", "prn", "aux", "nul", *(f"{port}{digit}" for port in ("com", "lpt") for digit in "123456789")}
_JOINER = "\u200d"


def clean(text: str, *, keep_newlines: bool = True) -> str:
    """Drop what no reader can see and a database or a terminal would choke on; line ends become \\n.

    Controls (NUL included), bidi embeddings, overrides and isolates, lone surrogates, non-characters, and hidden tag
    characters outside the flags of England, Scotland and the like.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _TAGS.sub(lambda found: found.group(1) or "", _NEVER.sub("", text))
    return text if keep_newlines else " ".join(text.split())


def graphemes(text: str) -> Iterator[str]:
    """What a reader calls characters: the common rules of Unicode UAX 29 (marks, emoji sequences, flags, Hangul)."""
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or _breaks(text, start, end):
            yield text[start:end]
            start = end


def safe_file_name(raw: str, *, default: str = "file", limit: int = 200) -> str:
    """A name any file system and mail program takes: no folders, no hidden characters, at most `limit` UTF-8 bytes.

    Follows RFC 6266 section 4.3 (only the last path segment counts) and the names Windows reserves.
    """
    name = re.split(r"[/\\\u2044\u2215\u29f8\uff0f\uff3c]", unicodedata.normalize("NFC", clean(raw)))[-1]
    name = " ".join(_INVISIBLE.sub("", name).split())
    name = re.sub(r'[<>:"|?*]', "_", name).lstrip(". ").rstrip(". ")
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix.encode()) > 16:
        stem, suffix = name, ""
    if stem.split(".")[0].strip().lower() in _WINDOWS_NAMES:
        stem = f"_{stem}"
    ending = f".{suffix}" if suffix else ""
    stem = _within_bytes(stem, limit - len(ending.encode())).rstrip(". ")
    return f"{stem}{ending}" if stem else default


def content_disposition(name: str, *, inline: bool = False) -> str:
    """The header value of RFC 6266: an ASCII name for old readers, and the true one as `filename*` (RFC 8187)."""
    safe = safe_file_name(name)
    plain = unicodedata.normalize("NFKD", safe).encode("ascii", "ignore").decode() or "file"
    plain = safe_file_name(re.sub(r"[^A-Za-z0-9 ._()-]", "_", plain))
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"


def _within_bytes(text: str, limit: int) -> str:
    kept, used = [], 0
    for piece in graphemes(text):
        used += len(piece.encode())
        if used > limit:
            break
        kept.append(piece)
    return "".join(kept)


def _breaks(text: str, start: int, at: int) -> bool:
    """Whether a character ends before position `at`, the current one having begun at `start`."""
    before, after = text[at - 1], text[at]
    if before == "\r" and after == "\n":
        return False
    if unicodedata.category(before) == "Cc" or unicodedata.category(after) == "Cc":
        return True
    if _extends(after) or (before == _JOINER and ord(after) > 0x2000):
        return False
    if _is_regional(before) and _is_regional(after):
        return (at - start) % 2 == 0
    return not _hangul_continues(before, after)


def _extends(char: str) -> bool:
    code = ord(char)
    return (
        unicodedata.category(char) in ("Mn", "Me", "Mc")
        or char in (_JOINER, "\u200c")
        or 0x1F3FB <= code <= 0x1F3FF
        or 0xE0020 <= code <= 0xE007F
    )


def _is_regional(char: str) -> bool:
    return 0x1F1E6 <= ord(char) <= 0x1F1FF


def _hangul_continues(before: str, after: str) -> bool:
    """Korean typed as single letters: leading + vowel, vowel + trailing, syllable + trailing."""
    first, second = _hangul(before), _hangul(after)
    if first == "L":
        return second in ("L", "V", "LV", "LVT")
    if first in ("LV", "V"):
        return second in ("V", "T")
    return first in ("LVT", "T") and second == "T"


def _hangul(char: str) -> str:
    code = ord(char)
    if 0x1100 <= code <= 0x115F:
        return "L"
    if 0x1160 <= code <= 0x11A7:
        return "V"
    if 0x11A8 <= code <= 0x11FF:
        return "T"
    if 0xAC00 <= code <= 0xD7A3:
        return "LV" if (code - 0xAC00) % 28 == 0 else "LVT"
    return ""
