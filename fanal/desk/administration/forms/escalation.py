"""Rules of escalation: when they act, on which cases, what they do, and how they read in the list."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from fanal.clocks.models import ClockKind
from fanal.desk.administration.forms.base import ConfigForm
from fanal.escalation import wording
from fanal.escalation.models import EscalationRule, When
from fanal.escalation.rules import OF_CLOCKS
from fanal.routing.models import Queue

EMPTY_IS_NONE = ("priority_at_least", "value_at_least", "raise_to")


class EscalationRuleForm(ConfigForm):
    class Meta:
        model = EscalationRule
        fields = (
            *("name", "position", "when", "clock", "percent", "age_minutes"),
            *("priority_at_least", "value_at_least", "case_type", "tier"),
            *("raise_to", "hand_over_to", "tell_supervision", "active"),
        )
        labels = {
            "name": _("Name"),
            "position": _("Order"),
            "when": _("When"),
            "clock": _("Clock"),
            "percent": _("Percent of its time"),
            "age_minutes": _("Minutes since it was opened"),
            "priority_at_least": _("Priority at least"),
            "value_at_least": _("Value of the customer at least"),
            "case_type": _("Case type"),
            "tier": _("Line that has it"),
            "raise_to": _("Raise the priority to"),
            "hand_over_to": _("Hand over to the queue"),
            "tell_supervision": _("Tell supervision"),
            "active": _("In use"),
        }
        help_texts = {
            "position": _("The least first; each rule sees what those before it did."),
            "clock": _("Empty for any of them."),
            "percent": _("Only for a share of a clock's time."),
            "age_minutes": _("Only for a time after it was opened."),
            "priority_at_least": _("Empty for all priorities."),
            "value_at_least": _("Empty for all customers, also unknown ones."),
            "case_type": _("Empty for all types."),
            "tier": _("Empty for all lines."),
            "raise_to": _("It is never lowered."),
            "hand_over_to": _("A queue of a higher line. What that line has already stays where it is."),
            "active": _(
                "A rule acts once on a case for each run of its clock, and never on one that waits for the customer."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        queue: Any = self.fields["hand_over_to"]
        rows = Queue.objects.filter(tier__isnull=False, practice=False)
        rows |= Queue.objects.filter(pk=self.instance.hand_over_to_id)
        queue.queryset = rows.order_by("tier__rank", "name")

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        given = self.cleaned_data
        if given.get("when") == When.SHARE and not given.get("percent"):
            self.add_error("percent", _("Say at which share of its time."))
        if given.get("when") == When.AGE and not given.get("age_minutes"):
            self.add_error("age_minutes", _("Say how long after it was opened."))
        if not (given.get("raise_to") or given.get("hand_over_to") or given.get("tell_supervision")):
            self.add_error(None, _("Say what it does: raise the priority, hand over, or tell supervision."))
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()
        for name in EMPTY_IS_NONE:
            field: Any = self.fields[name]
            field.empty_value = None


def when(row: EscalationRule) -> str:
    if row.when in OF_CLOCKS:
        clock = ClockKind(row.clock).label if row.clock else _("any clock")
        share = f" · {row.percent} %" if row.when == When.SHARE else ""
        return f"{row.get_when_display()} · {clock}{share}"
    age = f" · {wording.minutes(row.age_minutes or 0)}" if row.when == When.AGE else ""
    return f"{row.get_when_display()}{age}"


def whom(row: EscalationRule) -> str:
    """What of a case the rule names."""
    named = [
        str(row.case_type or ""),
        str(row.tier or ""),
        f"≥ {row.get_priority_at_least_display()}" if row.priority_at_least is not None else "",
        f"≥ {row.get_value_at_least_display()}" if row.value_at_least is not None else "",
    ]
    return " · ".join(name for name in named if name) or str(_("all cases"))


def what(row: EscalationRule) -> str:
    return wording.would(raised_to=row.raise_to, queue=row.hand_over_to, tells=row.tell_supervision)
