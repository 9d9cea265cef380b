"""A mail of ours as HTML beside its text: paragraphs, links, quotations, the direction of the script; no more."""

import re
from html import escape
from itertools import groupby

LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]")
DEEPEST = 5
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")


def laid_out(text: str, *, language: str = "") -> str:
    """The same words. Everything that is markup in them is text."""
    paragraphs = _blocks(text.strip().replace("\r\n", "\n"))
    lang = f' lang="{escape(language, quote=True)}"' if re.fullmatch(r"[A-Za-z-]{2,10}", language) else ""
    return f'<!doctype html><html{lang}><head><meta charset="utf-8"></head><body>{paragraphs}</body></html>'


def _blocks(text: str, *, depth: int = 0) -> str:
    """Paragraphs, and what is marked as quoted within its own; deeper than that the marks stay as they are."""
    found = []
    for marked, lines in groupby(text.split("\n"), key=lambda line: depth < DEEPEST and line.startswith(">")):
        if marked:
            inside = "\n".join(line[1:].removeprefix(" ") for line in lines)
            found.append(f'<blockquote type="cite">{_blocks(inside, depth=depth + 1)}</blockquote>')
        elif said := "\n".join(lines).strip("\n"):
            found += [_paragraph(one) for one in re.split(r"\n{2,}", said)]
    return "".join(found)


def _paragraph(text: str) -> str:
    direction = "rtl" if RIGHT_TO_LEFT.search(text[:80]) else "ltr"
    return f'<p dir="{direction}">{_linked(text)}</p>'


def _linked(text: str) -> str:
    found, at = [], 0
    for link in LINK.finditer(text):
        address = escape(link[0], quote=True)
        found += [escape(text[at : link.start()]), f'<a href="{address}">{address}</a>']
        at = link.end()
    return "".join([*found, escape(text[at:])]).replace("\n", "<br>\n")
