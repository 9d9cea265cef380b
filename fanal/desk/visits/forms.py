"""Planning a visit, and saying what came of it."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from fanal.agents.models import Agent
from fanal.cases.models import Case, Visit, VisitOutcome
from fanal.cases.rules.visits import LONGEST_WORD, OUTCOMES, Slot
from fanal.desk.cases.forms import TYPED
from fanal.hours.models import Calendar
from fanal.kpis.periods import zone as company_zone

PART = re.compile(r"^\s*(?:(\d{1,3})\s*(?:x|×|\*)?\s+)?(.+?)\s*$")


class VisitForm(forms.Form):
    """Who goes where and when, in the time of that place, and what goes along."""

    technician = forms.ModelChoiceField(label=_("Technician"), queryset=Agent.objects.none(), empty_label=None)
    on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    begins = forms.TimeField(label=_("From"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    ends = forms.TimeField(label=_("Until"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    zone = forms.ChoiceField(label=_("Time zone"))
    address = forms.CharField(label=_("Address"), max_length=300, widget=forms.TextInput(attrs=TYPED))
    task = forms.CharField(
        label=_("What is to be done"),
        max_length=LONGEST_WORD,
        required=False,
        widget=forms.Textarea(attrs=TYPED | {"rows": 2}),
    )
    parts = forms.CharField(
        label=_("Parts"),
        max_length=4000,
        required=False,
        help_text=_("One on each line, the number first: 2 hoses."),
        widget=forms.Textarea(attrs=TYPED | {"rows": 3}),
    )

    def __init__(self, *args: Any, case: Case, visit: Visit | None = None, sees_address: bool, **kwargs: Any) -> None:
        kwargs.setdefault("initial", _as_planned(visit) if visit else _suggested(case, sees_address))
        super().__init__(*args, **kwargs)
        people = Agent.objects.filter(is_active=True, practising=case.practice, tier__visits=True)
        technician: Any = self.fields["technician"]
        technician.queryset = people.order_by("name")
        zones = {*Calendar.objects.values_list("zone", flat=True), str(company_zone()), "UTC"}
        zone: Any = self.fields["zone"]
        zone.choices = [(name, name) for name in sorted(zones | ({visit.zone} if visit else set()))]

    def planned(self) -> dict[str, Any]:
        """What cases.actions.plan_visit takes."""
        given = self.cleaned_data
        there = ZoneInfo(given["zone"])
        begins, ends = (datetime.combine(given["on"], given[name], there) for name in ("begins", "ends"))
        return {
            "technician": given["technician"],
            "slot": Slot(begins_at=begins, ends_at=ends),
            "zone": given["zone"],
            "address": given["address"],
            "task": given["task"],
            "parts": [_part(line) for line in given["parts"].splitlines() if line.strip()],
        }


class EndingForm(forms.Form):
    """Done or not done, the outcome, a word, and which parts were used."""

    outcome = forms.ChoiceField(label=_("What came of it"), widget=forms.RadioSelect)
    word = forms.CharField(
        label=_("What was done, or why not"),
        max_length=LONGEST_WORD,
        required=False,
        widget=forms.Textarea(attrs=TYPED | {"rows": 3}),
    )
    used = forms.MultipleChoiceField(label=_("Parts used"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, visit: Visit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        outcome: Any = self.fields["outcome"]
        outcome.choices = [(code, VisitOutcome(code).label) for codes in OUTCOMES.values() for code in codes]
        parts = [(str(part.pk), str(part)) for part in visit.parts.all()]
        if not parts:
            del self.fields["used"]
            return
        used: Any = self.fields["used"]
        used.choices = parts

    def ended(self) -> dict[str, Any]:
        """What cases.actions.end_visit takes: the outcome says whether it was done."""
        given = self.cleaned_data
        state = next(state for state, codes in OUTCOMES.items() if given["outcome"] in codes)
        used = [int(pk) for pk in given.get("used", [])]
        return {"state": state, "outcome": given["outcome"], "word": given["word"], "used": used}


class CancellationForm(forms.Form):
    why = forms.CharField(label=_("Why"), max_length=500, widget=forms.TextInput(attrs=TYPED | {"autofocus": True}))


def _part(line: str) -> tuple[int, str]:
    found = PART.match(line)
    return (int(found[1] or 1), found[2]) if found else (1, line.strip())


def _suggested(case: Case, sees_address: bool) -> dict[str, Any]:
    who = case.customer
    place = [who.address, f"{who.postcode} {who.city}".strip()] if who and sees_address else []
    return {"zone": str(company_zone()), "address": ", ".join(part for part in place if part)}


def _as_planned(visit: Visit) -> dict[str, Any]:
    there = ZoneInfo(visit.zone)
    begins, ends = visit.begins_at.astimezone(there), visit.ends_at.astimezone(there)
    return {
        "technician": visit.technician_id,
        "on": begins.date(),
        "begins": begins.time(),
        "ends": ends.time(),
        "zone": visit.zone,
        "address": visit.address,
        "task": visit.task,
        "parts": "\n".join(f"{part.quantity} {part.text}" for part in visit.parts.all()),
    }
