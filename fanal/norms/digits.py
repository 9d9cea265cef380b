"""Digits of every script as 0 to 9: Arabic-Indic, Persian, full-width and the rest."""

import unicodedata


def western(text: str) -> str:
    """The text with each decimal digit of any script written 0 to 9; everything else stays."""
    if text.isascii():
        return text
    return "".join(char if char.isascii() else _western(char) for char in text)


def only(text: str) -> str:
    """The digits alone, written 0 to 9."""
    return "".join(char for char in western(text) if "0" <= char <= "9")


def _western(char: str) -> str:
    value = unicodedata.decimal(char, None)
    return char if value is None else str(value)
