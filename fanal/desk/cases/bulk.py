"""Changing many cases from the list: which are meant, and what would become of each."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from fanal.agents.models import Agent, Tier
from fanal.cases import wording
from fanal.cases.asking import for_rules
from fanal.cases.models import BulkKind, Case, CaseField, CaseState, CaseType, Category, Priority, Required
from fanal.cases.rules import NotPossible
from fanal.cases.rules.bulk import MOST
from fanal.cases.rules.values import read
from fanal.desk.cases import listing
from fanal.desk.cases.values import BEFORE, missing_fields, missing_given
from fanal.desk.given import number
from fanal.routing.bulk import refusals, wanted_of
from fanal.routing.models import Queue

NAMED = 5


class BulkForm(forms.Form):
    """What to change, and to what: only the field of the chosen kind is there."""

    kind = forms.ChoiceField(label=gettext_lazy("What to do"), choices=BulkKind.choices)

    def __init__(self, *args: Any, agent: Agent, keys: Sequence[int] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = self.data.get("kind", "")
        self.does = BulkKind(asked) if asked in BulkKind.values else BulkKind.OWNER
        lacking = lacking_among(keys, agent) if self.does is BulkKind.SETTLE else {}
        self.lacks = {field.code: field for field in lacking}
        self.fields |= missing_fields(lacking) | _fields(self.does, agent)

    @property
    def to(self) -> int | None:
        """The id or number that the change sets."""
        found = self.cleaned_data.get("to")
        return found.pk if isinstance(found, Case | Agent | Tier | Queue | Category | CaseType) else found

    def said(self) -> str:
        """What would be done, in words."""
        found = self.cleaned_data.get("to")
        nothing = _("Nobody") if self.does is BulkKind.OWNER else _("None")
        to = Priority(found or Priority.NORMAL).label if self.does is BulkKind.PRIORITY else found or nothing
        return str(self.does.label) if self.does is BulkKind.SETTLE else f"{self.does.label}: {to}"

    @property
    def note(self) -> str:
        return str(self.cleaned_data.get("note", ""))

    def values(self) -> dict[str, str]:
        """What is filled in where a case lacks it, by the code of the field."""
        return missing_given(self.cleaned_data)

    def filled(self) -> list[str]:
        """The same in words: the name of each field and what it is given."""
        return [f"{self.lacks[code].name}: {self.cleaned_data[BEFORE + code]}" for code in self.values()]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        for code, said in self.values().items():
            try:
                read(for_rules([self.lacks[code]])[0], said)
            except NotPossible as problem:
                self.add_error(BEFORE + code, wording.sentence(problem))
        if self.does is BulkKind.PROBLEM and self.cleaned_data.get("to"):
            found = self.fields["to"].problems.filter(number=self.cleaned_data["to"]).first()  # type: ignore[attr-defined]
            self.cleaned_data["to"] = found
            if found is None:
                self.add_error("to", wording.sentence(NotPossible("problem_unknown")))
        return cleaned


@dataclass(frozen=True, kw_only=True)
class Refused:
    """Cases with which it cannot be done, and the first of them."""

    why: str
    count: int
    numbers: Sequence[int]


@dataclass(frozen=True, kw_only=True)
class Preview:
    will: int
    refused: Sequence[Refused]


def chosen(given: QueryDict, agent: Agent) -> list[int]:
    """The cases that are meant: those that were ticked, or all that the list was asked for; only visible ones."""
    rows = Case.objects.visible_to(agent)
    if given.get("all"):
        asked = listing.asked(QueryDict(given.get("query", "")[:2000]).dict())
        return list(
            listing.matching(agent=agent, asked=asked, now=timezone.now()).values_list("pk", flat=True)[: MOST + 1]
        )
    keys = [key for key in map(number, given.getlist("case")[: MOST + 1]) if key]
    return list(rows.filter(pk__in=keys).order_by("pk").values_list("pk", flat=True))


def preview(keys: Sequence[int], *, kind: str, to: int | None, agent: Agent, given: Collection[str] = ()) -> Preview:
    """How many will be changed, which cannot be, and why; nothing is written."""
    cases = list(Case.objects.visible_to(agent).filter(pk__in=keys).order_by("number"))
    against = refusals(cases, wanted_of(kind, to), given=given)
    why = {case.pk: _why(*against[case.pk]) for case in cases if against[case.pk][0]}
    counted = Counter(why.values())
    return Preview(
        will=len(cases) - len(why),
        refused=[
            Refused(why=said, count=count, numbers=[case.number for case in cases if why.get(case.pk) == said][:NAMED])
            for said, count in counted.most_common(20)
        ],
    )


def lacking_among(keys: Sequence[int], agent: Agent) -> dict[CaseField, str]:
    """The fields without which some of these cannot be settled, and how many lack each."""
    rows = Case.objects.visible_to(agent).filter(pk__in=keys).exclude(state=CaseState.SETTLED)
    kinds = set(rows.order_by().values_list("type", flat=True).distinct())
    fields = CaseField.objects.filter(case_type__in=kinds, active=True).exclude(required=Required.NEVER)
    found = {}
    for field in fields.select_related("case_type").order_by("case_type__name", "position", "pk"):
        count = rows.filter(type=field.case_type).exclude(values__has_key=field.code).count()
        if count and field.seen_by(agent):
            said = ngettext(
                "%(type)s: %(count)s case has nothing there yet.",
                "%(type)s: %(count)s cases have nothing there yet.",
                count,
            )
            found[field] = said % {"type": field.case_type, "count": count}
    return found


def _why(code: str, names: Sequence[str]) -> str:
    return wording.sentence(NotPossible(code, names=names))


def _fields(kind: str, agent: Agent) -> dict[str, forms.Field]:
    """The field for what the change sets."""
    match kind:
        case BulkKind.OWNER:
            people = Agent.objects.filter(is_active=True, practising=agent.practising).order_by("name")
            return {"to": _row(_("Owner"), people, empty=_("Nobody"))}
        case BulkKind.TIER:
            return {"to": _row(_("Line"), Tier.objects.all(), empty=_("None"))}
        case BulkKind.QUEUE:
            queues = Queue.objects.filter(active=True, practice=agent.practising).order_by("name")
            return {"to": _row(_("Queue"), queues), "note": _note(_("Note for colleagues"))}
        case BulkKind.PRIORITY:
            return {"to": forms.TypedChoiceField(label=_("Priority"), coerce=int, choices=Priority.choices)}
        case BulkKind.CATEGORY:
            categories = Category.objects.filter(active=True).order_by("name")
            return {"to": _row(_("Category"), categories, empty=_("None"))}
        case BulkKind.TYPE:
            return {"to": _row(_("Type"), CaseType.objects.filter(active=True).order_by("name"))}
        case BulkKind.PROBLEM:
            field = forms.IntegerField(label=_("Number of the problem"), min_value=1, max_value=2**62)
            field.problems = Case.objects.visible_to(agent)  # type: ignore[attr-defined]
            return {"to": field}
        case _:
            return {"note": _note(_("Last note"))}


def _row(label: str, rows: Any, *, empty: str | None = None) -> forms.Field:
    return forms.ModelChoiceField(label=label, queryset=rows, required=empty is None, empty_label=empty)


def _note(label: str) -> forms.Field:
    widget = forms.Textarea(attrs={"rows": 3, "dir": "auto"})
    return forms.CharField(label=label, max_length=20_000, required=False, widget=widget)
