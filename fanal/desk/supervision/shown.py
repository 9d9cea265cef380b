"""Figures ready to be shown, and as cells: hundreds of agents make thousands, too many for a template."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

from fanal.kpis.actions.figures import Figure
from fanal.kpis.words import Words, words

CELL = '<td class="number"{name}><a href="{url}" title="{note}"><bdi class="num">{text}</bdi></a></td>'


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A figure ready to be shown: its words, its definition, and where its rows are."""

    id: str
    name: str | Promise
    text: str
    note: str
    definition: str | Promise
    url: str


def show(
    figure: Figure, *, period: str, filters: dict[str, Any] | None = None, url: str = "", said: Words | None = None
) -> Shown:
    """`url`: where the rows behind it are, `said`: the reader's words, if the caller knows."""
    kpi, said = figure.kpi, said or words()
    return Shown(
        id=kpi.id,
        name=kpi.name,
        text=said.shown(figure.value, kpi.unit),
        note=said.parts(figure.numerator, figure.denominator, kpi.summed),
        definition=kpi.formula,
        url=url or f"{rows_page()}?{urlencode({'figure': kpi.id, 'period': period, **(filters or {})}, doseq=True)}",
    )


@cache
def rows_page() -> str:
    """Where the rows behind a figure are."""
    return reverse("report_rows")


def row_of(figures: Iterable[Figure], tail: str, said: Words) -> tuple[Shown, ...]:
    """The figures of one line: the addresses of their rows differ in the figure alone, and end alike."""
    page = rows_page()
    return tuple(show(one, period="", url=f"{page}?figure={one.kpi.id}&{tail}", said=said) for one in figures)


def drawn(figures: Iterable[Shown], *, named: bool = False) -> SafeString:
    """One line's cells, each leading to the rows behind its figure; `named` for tables that fold on narrow screens."""
    return mark_safe(
        "".join(
            CELL.format(
                name=f' data-name="{escape(str(one.name))}"' if named else "",
                url=escape(one.url),
                note=escape(one.note),
                text=escape(one.text),
            )
            for one in figures
        )
    )
