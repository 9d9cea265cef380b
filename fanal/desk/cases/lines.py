"""The lines of the case list as markup: written here, because fifty of them in a template cost ten times as much."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from django.urls import reverse
from django.utils import dateformat, formats, timezone, translation
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from fanal.cases.models import CaseState, Priority
from fanal.cases.naming import Names

COLOURS = {"settled": "go", "pending": "sea"}
SOFT = '<span class="soft">{}</span>'
PRESSING = '<span class="tag stop">{}</span>'


class Found(NamedTuple):
    """What the list shows of a case, in the order in which it is read."""

    pk: int
    number: int
    subject: str
    state: str
    priority: int
    updated_at: datetime
    withdrawn_at: datetime | None
    type_id: int
    category_id: int | None
    customer_id: int | None
    owner_id: int | None


def drawn(cases: Iterable[Found], *, names: Names) -> SafeString:
    """The table's rows in words of the reader's language; whatever people wrote is escaped."""
    line = _line()
    states = {str(state): escape(state.label) for state in CaseState}
    priorities = {int(priority): escape(priority.label) for priority in Priority}
    unknown, nobody = SOFT.format(escape(_("not known"))), SOFT.format(escape(_("nobody")))
    withdrawn, form, language = escape(_("taken back")), _form(), translation.get_language() or ""
    place = reverse("case", args=[0])
    drawn = [
        line.format(
            number=case.number,
            url=place.replace("/0/", f"/{case.pk}/"),
            subject=escape(case.subject),
            matter=escape(" · ".join(_matter(case, names))),
            customer=f"<bdi>{escape(names.customers[case.customer_id])}</bdi>" if case.customer_id else unknown,
            colour="" if case.withdrawn_at else COLOURS.get(case.state, ""),
            state=withdrawn if case.withdrawn_at else states[case.state],
            priority=(PRESSING if case.priority >= Priority.HIGH else SOFT).format(priorities[case.priority]),
            owner=f"<bdi>{escape(names.owners[case.owner_id])}</bdi>" if case.owner_id else nobody,
            at=case.updated_at.isoformat(),
            shown=_moment(timezone.localtime(case.updated_at).replace(second=0, microsecond=0), form, language),
        )
        for case in cases
    ]
    return mark_safe("\n".join(drawn))


def _matter(case: Found, names: Names) -> Iterator[str]:
    yield names.types[case.type_id]
    if case.category_id:
        yield names.categories[case.category_id]


def _line() -> str:
    """A row with its words in place; braces in a translation stay what they are."""
    words = {
        name: escape(word).replace("{", "{{").replace("}", "}}")
        for name, word in (
            ("case", _("Case")),
            ("customer", _("Customer")),
            ("state", _("State")),
            ("priority", _("Priority")),
            ("owner", _("Owner")),
            ("change", _("Last change")),
        )
    }
    return (
        f'<tr><td data-name="{words["case"]}"><bdi class="num">{{number}}</bdi></td>'
        '<td class="main-cell"><a href="{url}" dir="auto">{subject}</a>'
        '<span class="below note soft">{matter}</span></td>'
        f'<td data-name="{words["customer"]}">{{customer}}</td>'
        f'<td data-name="{words["state"]}"><span class="tag {{colour}}">{{state}}</span></td>'
        f'<td data-name="{words["priority"]}">{{priority}}</td>'
        f'<td data-name="{words["owner"]}">{{owner}}</td>'
        f'<td data-name="{words["change"]}" class="number">'
        '<time datetime="{at}" data-ago="{at}">{shown}</time></td></tr>'
    )


def _form() -> str:
    return str(formats.get_format("SHORT_DATETIME_FORMAT"))


@lru_cache(maxsize=4096)
def _moment(minute: datetime, form: str, language: str) -> str:
    """A time to the minute; the same cases are listed again and again."""
    return escape(dateformat.format(minute, form))
