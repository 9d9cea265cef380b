"""What the writer wrote now: the text without earlier messages, mail programs' lines and the signature.

Nothing here knows one program: a quotation is known by the line above it (a verb of writing, a time, an address), by
a block of header labels, by a separator or by its marks; answers written between quoted lines are kept.
"""

import re

from fanal.channels.email.parsing import phrases

QUOTED = re.compile(r"^\s{0,3}[>|]")
SEPARATOR = re.compile(r"^\s*[-_=*—–]{2,}\s*(?P<words>[^-_=*—–].{2,60}?)\s*[-_=*—–]{2,}\s*$")
LINE = re.compile(r"^\s*[_=-]{20,}\s*$")
LABEL = re.compile(r"^[\s>*_]*(?P<label>[^\s:：*][^:：*]{0,25}?)\s*(?:\*{1,2}\s*)?[:：]\*{0,2}\s*(?P<value>.*)$")
ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w.-]+\.\w+")
CLOCK = re.compile(
    r"\b\d{1,2}[:.hH]\s?\d{2}\b|[٠-٩]{1,2}:[٠-٩]{2}|\b(?:19|20)\d\d\b|[٠-٩]{4}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}"
)
ENDS = re.compile(r"[:：]\s*[\"»*_]*\s*$")
SIGNED = re.compile(r"^(?:--|—|__) ?$")
WROTE = re.compile("|".join(re.escape(verb) for verb in sorted(phrases.WROTE, key=len, reverse=True)), re.IGNORECASE)
INTRODUCES = re.compile(r"^(?:on|le|am|el|il|em|op|den|dne|w dniu|в|la|στις|ב|في|بتاريخ|在|于)\b", re.IGNORECASE)
ABOVE_THIS = re.compile(r"^\W*(?:please )?(?:reply|type your reply|write) above this line\W*$", re.IGNORECASE)
SENDER = {one.casefold() for one in phrases.FROM}
WHEN = {one.casefold() for one in phrases.SENT}
KNOWN = SENDER | WHEN | {one.casefold() for one in phrases.OTHERS}
FAREWELLS = {one.casefold() for one in phrases.FAREWELLS}
SENT_FROM = tuple(one.casefold() for one in phrases.SENT_FROM)
LONGEST_SIGNATURE, LONGEST_LINE = 12, 80  # lines, characters
LONGEST_INTRODUCTION = 4  # lines
READ = 4000  # lines; nobody's answer is longer


def reply_in(text: str) -> str:
    """The newest words in a message. Where nothing would be left, the whole text: too much is better than nothing."""
    lines = text.split("\n", READ)[:READ]
    kept: list[str] = []
    at = 0
    while at < len(lines):
        if _is_end(lines, at):
            break
        if introduces := _introduction(lines, at):
            at += introduces
            rest = [line for line in lines[at:] if line.strip()]
            if not rest or not QUOTED.match(rest[0]):
                break
            continue
        if not QUOTED.match(lines[at]):
            kept.append(lines[at].rstrip())
        elif kept and kept[-1]:
            kept.append("")
        at += 1
    answer = _tidy(_unsigned(kept))
    return answer or _tidy(_unsigned([line.rstrip() for line in lines])) or text.strip()


def marks_something(text: str) -> bool:
    """Whether anything in the text looks quoted."""
    lines = text.split("\n", READ)[:READ]
    return any(QUOTED.match(line) or _is_end(lines, at) or _introduction(lines, at) for at, line in enumerate(lines))


def _is_end(lines: list[str], at: int) -> bool:
    """From here on, everything is an earlier message."""
    line = lines[at]
    if ABOVE_THIS.match(line):
        return True
    if found := SEPARATOR.match(line):
        return found["words"].strip(" *:").casefold() in phrases.ORIGINAL
    if LINE.match(line):
        return _is_header_block(lines, at + 1)
    return _is_header_block(lines, at) if LABEL.match(line) else False


def _is_header_block(lines: list[str], at: int) -> bool:
    """Some of From, Sent, To, Subject in a row, in one of many languages, one of them the sender or the date."""
    labels: list[str] = []
    values: list[str] = []
    for line in lines[at : at + 12]:
        found = LABEL.match(line)
        if found and (label := found["label"].strip(" *_").casefold()) in KNOWN:
            labels.append(label)
            values.append(found["value"])
        elif line.strip() and labels and not line.startswith((" ", "\t")) and len(labels) < 2:
            return False
        elif line.strip() and labels and len(labels) >= 2:
            break
    first, several = set(labels[:2]), len(set(labels))
    told = any(ADDRESS.search(value) or CLOCK.search(value) for value in values)
    if several < 3:
        return several == 2 and told and bool(first & SENDER) and bool(first & WHEN)
    return told and bool(first & (SENDER | WHEN))


def _introduction(lines: list[str], at: int) -> int:
    """How many lines from here introduce a quotation («On …, … wrote:»); none if they do not."""
    if not lines[at].strip() or QUOTED.match(lines[at]):
        return 0
    joined = ""
    for size in range(1, LONGEST_INTRODUCTION + 1):
        if at + size > len(lines) or not lines[at + size - 1].strip():
            return 0
        joined = f"{joined} {lines[at + size - 1].strip()}".strip()
        if len(joined) > 400:
            return 0
        if not ENDS.search(joined):
            continue
        dated, addressed, verb = CLOCK.search(joined), ADDRESS.search(joined), WROTE.search(joined)
        if verb and (dated or addressed) and (size == 1 or INTRODUCES.match(joined) or dated):
            return size
        if (dated or addressed or verb) and _quoted_next(lines, at + size) and size <= 2:
            return size
        return 0
    return 0


def _quoted_next(lines: list[str], at: int) -> bool:
    following = next((line for line in lines[at : at + 3] if line.strip()), "")
    return bool(QUOTED.match(following))


def _unsigned(lines: list[str]) -> list[str]:
    """Without the signature: after «-- », after a farewell near the end, and what a telephone adds."""
    for at, line in enumerate(lines):
        if SIGNED.match(line.strip("\u00a0")) and any(one.strip() for one in lines[:at]):
            lines = lines[:at]
            break
    lines = _without_telephone(lines)
    for at, line in enumerate(lines):
        words = line.strip(" ,.!،。\t\u00a0").casefold()
        if words in FAREWELLS and any(one.strip() for one in lines[:at]) and _looks_signed(lines[at + 1 :]):
            return lines[:at]
    return lines


def _without_telephone(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and (not lines[end - 1].strip() or _is_telephone(lines[end - 1])):
        end -= 1
    return lines[:end] if any(one.strip() for one in lines[:end]) else lines


def _is_telephone(line: str) -> bool:
    words = line.strip(" *_<>[]()-–—").casefold()
    return (len(words) <= LONGEST_LINE * 2 and words.startswith(SENT_FROM)) or words.endswith(phrases.SENT_FROM_ENDS)


def _looks_signed(after: list[str]) -> bool:
    written = [line for line in after if line.strip()]
    return len(written) <= LONGEST_SIGNATURE and all(
        len(line) <= LONGEST_LINE or ADDRESS.search(line) for line in written
    )


def _tidy(lines: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
