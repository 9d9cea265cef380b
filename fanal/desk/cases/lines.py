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
RISKING = '<span class="tag lamp">{}</span>'
PRESSING = '<span class="tag stop">{}</span>'


class Found(NamedTuple):
    """What the list shows of a case, in the order in which it is read."""

    pk: int
    number: int
    subject: str
    state: str
    priority: int
    updated_at: datetime
    due_at: datetime | None
    at_risk_at: datetime | None
    withdrawn_at: datetime | None
    type_id: int
    category_id: int | None
    customer_id: int | None
    owner_id: int | None


def drawn(cases: Iterable[Found], *, names: Names, now: datetime, choosing: bool = False) -> SafeString:
    """The table's rows in words of the reader's language; whatever people wrote is escaped.

    `choosing`: each begins with a box to tick for the form `bulk`.
    """
    line = _line(choosing)
    states = {str(state): escape(state.label) for state in CaseState}
    priorities = {int(priority): escape(priority.label) for priority in Priority}
    unknown, nobody = SOFT.format(escape(_("not known"))), SOFT.format(escape(_("nobody")))
    late, at_risk = PRESSING.format(escape(_("missed"))), RISKING.format(escape(_("at risk")))
    withdrawn, form, language = escape(_("taken back")), _form(), translation.get_language() or ""
    place = reverse("case", args=[0])
    drawn = [
        line.format(
            pk=case.pk,
            number=case.number,
            url=place.replace("/0/", f"/{case.pk}/"),
            subject=escape(case.subject),
            matter=escape(" · ".join(_matter(case, names))),
            customer=f"<bdi>{escape(names.customers[case.customer_id])}</bdi>" if case.customer_id else unknown,
            colour="" if case.withdrawn_at else COLOURS.get(case.state, ""),
            clock=late if _past(case.due_at, now) else at_risk if _past(case.at_risk_at, now) else "",
            due=_due(case.due_at, form, language),
            state=withdrawn if case.withdrawn_at else states[case.state],
            priority=(PRESSING if case.priority >= Priority.HIGH else SOFT).format(priorities[case.priority]),
            owner=f"<bdi>{escape(names.owners[case.owner_id])}</bdi>" if case.owner_id else nobody,
            at=case.updated_at.isoformat(),
            shown=_moment(timezone.localtime(case.updated_at).replace(second=0, microsecond=0), form, language),
        )
        for case in cases
    ]
    return mark_safe("\n".join(drawn))


def _past(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now


def _due(at: datetime | None, form: str, language: str) -> str:
    if at is None:
        return ""
    shown = _moment(timezone.localtime(at).replace(second=0, microsecond=0), form, language)
    return f'<span class="below note soft"><time datetime="{at.isoformat()}">{escape(_("due"))} {shown}</time></span>'


def _matter(case: Found, names: Names) -> Iterator[str]:
    yield names.types[case.type_id]
    if case.category_id:
        yield names.categories[case.category_id]


def _line(choosing: bool) -> str:
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
            ("choose", _("Choose case")),
        )
    }
    box = (
        f'<td class="tick"><input type="checkbox" name="case" value="{{pk}}" form="bulk" autocomplete="off" '
        f'aria-label="{words["choose"]} {{number}}"></td>'
    )
    return (
        f'<tr>{box if choosing else ""}<td data-name="{words["case"]}"><bdi class="num">{{number}}</bdi></td>'
        '<td class="main-cell"><a href="{url}" dir="auto">{subject}</a>'
        '<span class="below note soft">{matter}</span></td>'
        f'<td data-name="{words["customer"]}">{{customer}}</td>'
        f'<td data-name="{words["state"]}"><span class="tag {{colour}}">{{state}}</span> {{clock}}{{due}}</td>'
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
