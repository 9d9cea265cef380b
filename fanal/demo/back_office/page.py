"""The page on which a person makes the back office slow, down or lossy, in the language of whoever reads it.

The back office is a program of its own without the rest of fanal: it reads the catalogues as they are.
"""

import gettext
import html
import re
from collections.abc import Iterator
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Any

from fanal.demo.back_office.store import SWITCHES, Store

LOCALE = Path(__file__).resolve().parents[2] / "locale"
LANGUAGES = ("en", "ar", "fr", "ru")
LONGEST_HEADER = 500
SHOWN = 20
STYLE = (
    ":root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }"
    " body { max-inline-size: 44rem; margin: 2rem auto; padding-inline: 1rem }"
    " form { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; justify-content: space-between;"
    " border-block-end: 1px solid #8886; padding-block: .75rem } form span { flex: 1 16rem }"
    " button { font: inherit; padding: .4rem .9rem; min-block-size: 2.5rem } li { margin-block: .25rem }"
)


def language_of(environ: dict[str, Any]) -> str:
    """The one that was chosen at the desk on this machine, else the first that the browser asks for and we have."""
    try:
        chosen = SimpleCookie(str(environ.get("HTTP_COOKIE", ""))[:4096]).get("language")
    except CookieError:
        chosen = None
    asked = re.findall(
        r"[a-z]{2,3}(?=[-;,\s]|$)", str(environ.get("HTTP_ACCEPT_LANGUAGE", "")).lower()[:LONGEST_HEADER]
    )
    return next((one for one in ([chosen.value] if chosen else []) + asked if one in LANGUAGES), "en")


def page(store: Store, *, language: str, slow: float) -> str:
    return "".join(_lines(store, language, slow))


def _lines(store: Store, language: str, slow: float) -> Iterator[str]:
    _ = gettext.translation("django", LOCALE, languages=[language], fallback=True).gettext
    means = {
        "slow": (_("Slow"), _("Every answer takes %(seconds)d seconds.") % {"seconds": slow}),
        "down": (_("Down"), _("Every connection is cut, and nothing is done.")),
        "lost": (_("Answers are lost"), _("It does what it is told; then the connection is cut before the answer.")),
    }
    did = {
        "cancellation": _("Order cancelled"),
        "address": _("Delivery address changed"),
        "quantity": _("Quantity changed"),
        "order": _("Order taken"),
        "block": _("Card blocked"),
        "unblock": _("Card unblocked"),
    }
    title, direction = html.escape(_("The demo's back office")), "rtl" if language == "ar" else "ltr"
    yield f'<!doctype html><html lang="{language}" dir="{direction}"><meta charset="utf-8">'
    yield f'<meta name="viewport" content="width=device-width"><title>{title}</title><style>{STYLE}</style>'
    yield f"<h1>{title}</h1><p>"
    yield html.escape(
        _("What the desk says of orders, accounts, cards and devices comes from here. Make it fail, and look.")
    )
    yield "</p>"
    for name in SWITCHES:
        on, (called, what) = name in store.switches, means[name]
        turn = _("Switch off") if on else _("Switch on")
        yield (
            f'<form method="post" action="/switches"><span><b>{html.escape(called)}</b><br>{html.escape(what)}</span>'
            f'<input type="hidden" name="name" value="{name}"><button name="on" value="{0 if on else 1}"'
            f' aria-pressed="{"true" if on else "false"}">{html.escape(turn)}</button></form>'
        )
    heading = html.escape(_("What it did"))
    yield f"<h2>{heading}</h2><ol>"
    for what, number in store.acts()[-SHOWN:]:
        yield f"<li>{html.escape(did.get(what, what))}: <bdi>{html.escape(number)}</bdi></li>"
    yield "</ol>"
