"""What stands below an answer: the mail that it answers, marked as mail programs mark it, and never without end."""

import re

MOST_LINES = 400
MOST_CHARACTERS = 20_000
DEEPEST = 5
CUT = "[…]"
MARKS = re.compile(r"^(?:>\s?)+")


def quotation(text: str) -> str:
    """Each line marked once more. What is quoted too deep is left out, what is too long is cut, and says so."""
    lines: list[str] = []
    room = MOST_CHARACTERS
    for line in text.strip().splitlines():
        marks = MARKS.match(line)
        deep = marks[0].count(">") if marks else 0
        if deep >= DEEPEST:
            continue
        room -= len(line) + 2
        if len(lines) == MOST_LINES or room < 0:
            return "\n".join([*lines, f"> {CUT}"])
        lines.append(f"{'>' * (deep + 1)} {line[marks.end() if marks else 0 :]}".rstrip())
    return "\n".join(lines)
