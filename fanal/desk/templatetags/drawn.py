"""What pages draw dozens of times, drawn once: icons, addresses, and parts that are the same for everybody.

`{% icon "send" small turns %}` · `{% address "case" case.pk %}` · `{% same_for_everybody %}…{% end_same %}`
"""

from functools import cache
from typing import Any

from django import template
from django.conf import settings
from django.template.base import FilterExpression, Node, NodeList, Parser, TextNode, Token
from django.templatetags.static import static
from django.urls import get_urlconf, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()
LOOKS = ("small", "large", "turns")
NUMBER = 7_000_000_000


@register.tag
def icon(parser: Parser, token: Token) -> Node:
    """A picture from the sheet; `turns` mirrors it where people read from the right."""
    name, *looks = token.split_contents()[1:]
    if set(looks) - set(LOOKS):
        raise template.TemplateSyntaxError(f"an icon may be {', '.join(LOOKS)}")
    chosen, classes = parser.compile_filter(name), " ".join(["icon", *looks])
    if chosen.is_var or settings.DEBUG:
        return IconNode(chosen, classes)
    return TextNode(_icon(str(chosen.var), classes))


class IconNode(Node):
    def __init__(self, name: FilterExpression, classes: str) -> None:
        self.name, self.classes = name, classes

    def render(self, context: template.Context) -> SafeString:
        name = str(self.name.resolve(context))
        return _icon.__wrapped__(name, self.classes) if settings.DEBUG else _icon(name, self.classes)


@cache
def _icon(name: str, classes: str) -> SafeString:
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', classes, static("fanal/icons.svg"), name
    )


@register.simple_tag
def address(name: str, *numbers: int) -> str:
    """What `url` says for a page whose address has numbers only, of which it remembers the rest."""
    return _address(get_urlconf(), name, len(numbers)) % tuple(map(int, numbers))


@cache
def _address(_urls: str | None, name: str, numbers: int) -> str:
    stand_ins = [NUMBER + place for place in range(numbers)]
    found = reverse(name, args=stand_ins).replace("%", "%%")
    for stand_in in stand_ins:
        found = found.replace(str(stand_in), "%d")
    return found


@register.tag
def same_for_everybody(parser: Parser, _token: Token) -> Node:
    """Drawn once for each language: it may ask the context for nothing."""
    inside = parser.parse(("end_same",))
    parser.delete_first_token()
    return SameNode(inside)


class SameNode(Node):
    def __init__(self, inside: NodeList) -> None:
        self.nodelist = inside
        self._drawn: dict[Any, SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        language = get_language()
        if language not in self._drawn or settings.DEBUG:
            nothing = template.Context({})
            with nothing.bind_template(context.template):  # type: ignore[arg-type]
                self._drawn[language] = self.nodelist.render(nothing)
        return self._drawn[language]
