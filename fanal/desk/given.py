"""Reading what a form or an address gives: an id that is none is 0, which no row has."""

LONGEST = 18


def number(text: str) -> int:
    """The whole number in plain digits, of a size that an id can have; 0 for anything else."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST else 0
