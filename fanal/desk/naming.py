"""Languages and countries by name, in the reader's own language."""

import unicodedata
from functools import cache

from babel import Locale
from django.conf.locale import LANG_INFO
from django.utils.translation import get_language, gettext


def language_name(code: str) -> str:
    """«French» for fr and fr-CA; the code itself for one that nobody here knows."""
    known = LANG_INFO.get(code.replace("_", "-").partition("-")[0].lower())
    return gettext(known["name"]) if known and "name" in known else code


def country_name(code: str) -> str:
    """«Italy» for IT; the code itself for one that nobody here knows."""
    return _countries(get_language() or "en").get(code.upper(), code)


def country_choices() -> list[tuple[str, str]]:
    """Every country as code and name, in the order of the alphabet, in which accents do not count."""
    return sorted(_countries(get_language() or "en").items(), key=lambda pair: _without_accents(pair[1]))


def _without_accents(name: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))


# What CLDR names beside countries: unions, the rest of an ocean, test regions, the unknown.
_NO_COUNTRIES = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}


@cache
def _countries(language: str) -> dict[str, str]:
    named = Locale.parse(language, sep="-").territories
    return {code: name for code, name in named.items() if len(code) == 2 and code not in _NO_COUNTRIES}
