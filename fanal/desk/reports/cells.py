"""The cells of a report's lines as markup: with two hundred agents there are thousands, too many for a template."""

from collections.abc import Iterable

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from fanal.desk.supervision.pages import Shown

CELL = '<td class="number"><a href="{url}" title="{note}"><bdi class="num">{text}</bdi></a></td>'


def drawn(figures: Iterable[Shown]) -> SafeString:
    """One line's cells, each leading to the rows behind its figure."""
    return mark_safe(
        "".join(CELL.format(url=escape(one.url), note=escape(one.note), text=escape(one.text)) for one in figures)
    )
