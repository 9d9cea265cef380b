"""Names of languages for people: in the reader's own language where we have it."""

from django.conf.locale import LANG_INFO
from django.utils.translation import gettext


def language_name(code: str) -> str:
    """«French» for fr; the code itself for one that nobody here knows."""
    known = LANG_INFO.get(code[:2].lower()) if code else None
    return gettext(known["name"]) if known and "name" in known else code
