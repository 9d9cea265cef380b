"""The fields of a case type on the desk: as a form, as people read them, and only for whom the role shows them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import formats
from django.utils.translation import gettext as _

from fanal.agents.models import Agent
from fanal.cases import history
from fanal.cases.asking import fields_of
from fanal.cases.models import Case, CaseField, FieldKind, Required

BEFORE = "value_"
MOST = 1000


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A field of the case: `hidden` from this role; `missing` where the case cannot be settled without it."""

    name: str
    text: str
    hidden: bool
    missing: bool


class ValuesForm(forms.Form):
    """A form field for each field of the type; what they take is decided by the rule, not here."""

    def __init__(self, *args: Any, asked: Sequence[CaseField], known: Mapping[str, Any] | None = None, **kw: Any):
        super().__init__(*args, **kw)
        self.asked = asked
        for field in asked:
            self.fields[BEFORE + field.code] = _form_field(field, (known or {}).get(field.code))

    def given(self) -> dict[str, str]:
        """What was entered, by the code of its field."""
        return {field.code: self.data.get(BEFORE + field.code, "")[: MOST * 2] for field in self.asked}


def lacking_fields(case: Case, agent: Agent) -> dict[CaseField, str]:
    """The fields without which the case cannot be settled, as far as this role sees them."""
    return {
        field: ""
        for field in fields_of(case.type_id)
        if field.required != Required.NEVER and field.code not in case.values and field.seen_by(agent)
    }


def missing_fields(asked: Mapping[CaseField, str]) -> dict[str, forms.Field]:
    """A form field for each field that is still missing, with what is said of it; what they take the rule decides."""
    made = {}
    for field, said in asked.items():
        made[BEFORE + field.code] = one = _form_field(field, None)
        one.required, one.help_text = False, said
    return made


def missing_given(data: Mapping[str, Any]) -> dict[str, str]:
    """Of what was entered, what was said of such fields, by the code."""
    return {name.removeprefix(BEFORE): str(said) for name, said in data.items() if name.startswith(BEFORE) and said}


def shown(case: Case, agent: Agent) -> list[Shown]:
    return [
        Shown(
            name=field.name,
            text=read_out(field, case.values.get(field.code)),
            hidden=not field.seen_by(agent),
            missing=field.required != Required.NEVER and field.code not in case.values,
        )
        for field in fields_of(case.type_id)
    ]


def read_out(field: CaseField, value: Any) -> str:
    """A value as the reader's language writes it."""
    match field.kind, value:
        case _kind, None:
            return ""
        case FieldKind.YES_NO, bool():
            return _("Yes") if value else _("No")
        case FieldKind.DATE, str():
            return formats.date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT")
        case FieldKind.NUMBER, str():
            return formats.number_format(Decimal(value))
        case _kind, _value:
            return str(value)


def fields_named(lines: Iterable[history.Line], agent: Agent) -> dict[tuple[str, Any], Any]:
    """The fields that changed in some lines of a history, by name; and those whose values this role may read."""
    codes = {change.field for line in lines for change in line.changes if change.field.startswith(history.VALUE)}
    if not codes:
        return {}
    named: dict[tuple[str, Any], Any] = {}
    for field in CaseField.objects.filter(code__in=[code.removeprefix(history.VALUE) for code in codes]):
        named["field", history.VALUE + field.code] = field.name
        if field.seen_by(agent):
            named["readable", history.VALUE + field.code] = field
    return named


def written(names: Mapping[tuple[str, Any], Any], field: str, value: Any) -> str:
    """A value in a line of the history."""
    readable = names.get(("readable", field))
    if value is None:
        return ""
    return read_out(readable, value) if readable else _("hidden for your role")


def _form_field(field: CaseField, value: Any) -> forms.Field:
    common: dict[str, Any] = {"label": field.name, "required": field.required == Required.TO_OPEN, "initial": value}
    match field.kind:
        case FieldKind.CHOICE:
            offered = [("", "–"), *((choice, choice) for choice in field.choices)]
            return forms.ChoiceField(**common, choices=offered)
        case FieldKind.YES_NO:
            yes_no = [("", "–"), ("yes", _("Yes")), ("no", _("No"))]
            return forms.ChoiceField(**common | {"initial": {True: "yes", False: "no"}.get(value, "")}, choices=yes_no)
        case FieldKind.DATE:
            return forms.CharField(**common, widget=forms.DateInput(attrs={"type": "date"}))
        case FieldKind.NUMBER:
            return forms.CharField(**common, widget=forms.NumberInput(attrs={"step": "any"}))
        case _kind:
            return forms.CharField(**common, max_length=MOST, widget=forms.TextInput(attrs={"dir": "auto"}))
