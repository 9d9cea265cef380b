"""Service targets: for which cases, by when we answer and settle them, and how they read in the list."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from fanal.clocks.models import ClockKind, Target
from fanal.desk.administration.forms.base import ConfigForm
from fanal.kpis.words import duration

EVERY = _("every")


class TargetForm(ConfigForm):
    class Meta:
        model = Target
        fields = (
            *("name", "case_type", "priority", "value_band", "first_response_minutes", "next_response_minutes"),
            *("resolution_minutes", "calendar", "at_risk_percent", "active"),
        )
        labels = {
            "name": _("Name"),
            "case_type": _("Case type"),
            "priority": _("Priority"),
            "value_band": _("Value of the customer"),
            "first_response_minutes": _("First response within"),
            "next_response_minutes": _("Next response within"),
            "resolution_minutes": _("Settled within"),
            "calendar": _("Hours"),
            "at_risk_percent": _("At risk from"),
            "active": _("In use"),
        }
        help_texts = {
            "case_type": _("Empty for all types."),
            "priority": _("Empty for all priorities."),
            "value_band": _("Empty for all customers, also unknown ones."),
            "first_response_minutes": _("Minutes until a person writes to the customer. Empty: not promised."),
            "next_response_minutes": _("Minutes until a person answers what the customer wrote later."),
            "resolution_minutes": _("Minutes until the case is settled, without the time we wait for the customer."),
            "calendar": _("The minutes count in these hours; without hours around the clock."),
            "at_risk_percent": _("Percent of the time; then whoever it concerns is told."),
            "active": _("A target that is not in use starts no new clocks; those that run go on."),
        }

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if not any(self.cleaned_data.get(f"{kind}_minutes") for kind in ClockKind.values):
            self.add_error(None, _("Promise at least one: a first response, a next response, or a settlement."))
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()
        for name in ("priority", "value_band"):
            field: Any = self.fields[name]
            field.empty_value = None


def whom(row: Target) -> str:
    """What of a case the target names."""
    named = [
        str(row.case_type or ""),
        str(row.get_priority_display() or "") if row.priority is not None else "",
        str(row.get_value_band_display() or "") if row.value_band is not None else "",
    ]
    return " · ".join(name for name in named if name) or str(_("all cases"))


def what(row: Target) -> str:
    return ", ".join(_promised(row))


def _promised(row: Target) -> Iterator[str]:
    for kind in ClockKind:
        if minutes := getattr(row, f"{kind}_minutes"):
            yield f"{kind.label} {duration(minutes * 60)}"
