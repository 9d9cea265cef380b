"""The cells of a report's lines as markup: with two hundred agents there are thousands, too many for a template."""

from collections.abc import Iterable

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from fanal.desk.supervision.pages import Shown

LINKED = '<td class="number"><a href="{url}" title="{note}"><bdi class="num">{text}</bdi></a></td>'
PLAIN = '<td class="number"><bdi class="num" title="{note}">{text}</bdi></td>'


def drawn(figures: Iterable[Shown], *, linked: bool) -> SafeString:
    """One line's cells; `linked` to the rows behind each figure."""
    cell = LINKED if linked else PLAIN
    return mark_safe(
        "".join(cell.format(url=escape(one.url), note=escape(one.note), text=escape(one.text)) for one in figures)
    )
