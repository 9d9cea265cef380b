"""HTML parts: made safe to show, turned into text, and freed of what was quoted or signed by mail programs."""

import re
from collections.abc import Mapping

import nh3
from inscriptis import get_text
from lxml import etree, html

from fanal.channels.email.parsing.charsets import clean
from fanal.channels.email.parsing.letter import Unparsable

DEEPEST = 250  # elements within elements
READ = 150_000  # characters turned into text; people stop long before
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})(?=[\s/>])")
DECLARATION = re.compile(r"<\?xml[^>]{0,200}>")  # the text is decoded already, and lxml refuses another encoding
# Tags that are often left open, or never closed.
VOID = {
    "br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "source", "track", "wbr",
    "p", "li", "td", "th", "tr", "dt", "dd", "option",
}  # fmt: skip


def _classed(name: str) -> str:
    return f".//*[contains(concat(' ', normalize-space(@class), ' '), ' {name} ')]"


def _identified(*names: str) -> str:
    wanted = " or ".join(f"@id='{name}'" for name in names)
    return f".//*[{wanted}]"


QUOTES = (
    ".//blockquote[@type='cite']",
    _classed("gmail_quote"),
    _classed("gmail_quote_container"),
    _classed("yahoo_quoted"),
    _classed("protonmail_quote"),
    _classed("moz-cite-prefix"),
    _classed("tutanota_quote"),
    _classed("zmail_extra"),
    _classed("ms-outlook-mobile-reference-message"),
    _identified("OLK_SRC_BODY_SECTION"),
    ".//*[@name='quote' or @data-marker='__QUOTED_TEXT__']",
)
# From these on, everything is the earlier message.
CUTS = (
    _identified("divRplyFwdMsg", "x_divRplyFwdMsg", "appendonsend", "mail-editor-reference-message-container"),
    _identified("stopSpelling", "zwchr"),
    ".//div[contains(translate(@style, ' ', ''), 'border-top:solid#E1E1E1')]",
    ".//div[contains(translate(@style, ' ', ''), 'border-top:solid#B5C4DF')]",
)
SIGNATURES = (
    _classed("gmail_signature"),
    _classed("moz-signature"),
    _classed("protonmail_signature_block"),
    _identified("Signature", "x_Signature", "ms-outlook-mobile-signature", "AppleMailSignature"),
)


def safe(source: str, *, pictures: bool = True, instead: Mapping[str, str] | None = None) -> str:
    """What may be shown, inside a sandbox: no scripts, no styles, no forms; pictures keep their address for later.

    `instead`: what stands in the place of each picture's address; a picture that is not among them has none.
    """
    guard(source)

    def kept(tag: str, name: str, value: str) -> str | None:
        return value if (tag, name) != ("img", "src") else (instead or {}).get(value)

    return nh3.clean(
        source,
        tags=nh3.ALLOWED_TAGS - {"map", "area"} - (set() if pictures else {"img"}) | {"font", "u", "big"},
        attributes={**nh3.ALLOWED_ATTRIBUTES, "*": {"dir", "lang", "align", "title"}, "font": {"color", "size"}},
        attribute_filter=None if instead is None else kept,
        url_schemes={"http", "https", "mailto", "tel", "cid"},
        url_relative="deny",  # a mail stands nowhere: what has no host would lead to pages of ours
        link_rel="noopener noreferrer nofollow",
        clean_content_tags={"script", "style", "title", "noscript", "template", "iframe", "object", "svg", "math"},
    ).strip()


def pictures_in(source: str) -> tuple[str, ...]:
    """The addresses of its pictures that stand elsewhere, each once, in their order."""
    guard(source)
    found: dict[str, None] = {}

    def noted(tag: str, name: str, value: str) -> str:
        if (tag, name) == ("img", "src") and value.lower().startswith(("http://", "https://")):
            found[value] = None
        return value

    nh3.clean(source, tags={"img"}, attributes={"img": {"src"}}, attribute_filter=noted, link_rel=None)
    return tuple(found)


def text_of(source: str) -> str:
    """The words in their layout."""
    tree = _tree(source)
    return "" if tree is None else _words(tree)


def answer_of(source: str) -> str | None:
    """The words without what the mail program marked as quoted or signed; None where nothing is marked."""
    tree = _tree(source)
    if tree is None:
        return None
    marked = [element for path in QUOTES for element in tree.xpath(path)]
    cuts = [element for path in CUTS for element in tree.xpath(path)]
    if not marked and not cuts:
        return None
    for element in [*marked, *(signed for path in SIGNATURES for signed in tree.xpath(path))]:
        _drop(element)
    for element in cuts:
        _drop_from(element)
    return _words(tree)


def guard(source: str) -> None:
    """Raises Unparsable for elements nested deeper than any person's mail."""
    depth = 0
    for closing, name in TAG.findall(source):
        if name.lower() in VOID:
            continue
        depth = max(0, depth - 1) if closing else depth + 1
        if depth > DEEPEST:
            raise Unparsable("html_too_deep")


def _tree(source: str) -> html.HtmlElement | None:
    guard(source)
    read = DECLARATION.sub("", source[:READ])
    try:
        return html.document_fromstring(read, parser=html.HTMLParser(huge_tree=False))
    except (etree.LxmlError, ValueError, AssertionError):
        return None


def _words(tree: html.HtmlElement) -> str:
    for unread in tree.xpath("//script | //style | //title | //noscript | //template | //head"):
        _drop(unread)
    shown = get_text(etree.tostring(tree, encoding="unicode", method="html"))
    lines = [line.rstrip().removeprefix("\ufeff") for line in clean(shown).replace("\u200b", "").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _drop(element: html.HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _drop_from(element: html.HtmlElement) -> None:
    """This element and everything that comes after it in the document."""
    step = element
    while (parent := step.getparent()) is not None:
        for later in list(step.itersiblings()):
            parent.remove(later)
        step.tail = None
        step = parent
    _drop(element)
