"""What customers and agents say in the demo, by matter and language: lines of the customer begin with >."""

from dataclasses import dataclass

from fanal.demo.dialogues import ar, en, fr, ru

BOOKS = {"en": en.LINES, "fr": fr.LINES, "ru": ru.LINES, "ar": ar.LINES}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing said, with {name}, {agent}, {thing}, {when} and {code} to be filled in."""

    by_customer: bool
    text: str


def dialogue(matter: str, language: str) -> tuple[Line, ...]:
    """The whole conversation about a matter; in English where the language has none."""
    book = BOOKS.get(language, en.LINES)
    text = book.get(matter) or en.LINES[matter]
    return tuple(
        Line(by_customer=line.startswith(">"), text=line.removeprefix(">").strip())
        for line in (part.strip() for part in text.strip().splitlines())
    )
