"""A rule of advice: when it holds, what it advises, and the sentence that says why."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from fanal.deciding import wording
from fanal.deciding.models import AdviceRule, What
from fanal.deciding.rules import COMPARISONS, WHAT, check_conditions, parsed
from fanal.desk.administration.forms.base import ConfigForm
from fanal.holdings.models import HoldingKind

LINES = 5
PARTS = ("what", "is", "value", "within", "field")


class AdviceRuleForm(ConfigForm):
    class Meta:
        model = AdviceRule
        fields = ("name", "position", "what", "priority", "queue", "limit", "currency", "active")
        labels = {
            "name": _("Name"),
            "position": _("Place in the list"),
            "what": _("Advises"),
            "priority": _("Priority"),
            "queue": _("Queue"),
            "limit": _("Goodwill up to"),
            "currency": _("Currency"),
            "active": _("In use"),
        }
        help_texts = {
            "position": _("Smaller is asked first; of each kind of advice the first rule that holds counts."),
            "priority": _("For an advice of priority."),
            "queue": _("For an advice to hand over."),
            "limit": _("For goodwill: no agent may grant more; a supervisor may."),
            "currency": _("Three letters, such as EUR."),
        }

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        priority: Any = self.fields["priority"]
        priority.empty_value = None
        given = [*self.instance.conditions, *({} for _ in range(LINES))]
        for place in range(max(LINES, len(self.instance.conditions))):
            self._add_line(place, given[place])
        for code, language in settings.LANGUAGES:
            self._add_text(f"offer_{code}", language, code, self.instance.offer, longest=200)
            self._add_text(f"sentence_{code}", language, code, self.instance.sentences, longest=300)

    def _add_line(self, place: int, row: dict[str, Any]) -> None:
        def choices(words: dict[str, Any], codes: Any, nothing: str) -> list[tuple[str, Any]]:
            return [("", nothing), *((code, words[code]) for code in codes)]

        name = f"line{place}"
        self.fields[f"{name}_what"] = forms.ChoiceField(
            label=_("Asks about"), required=False, initial=row.get("what", ""),
            choices=choices(wording.WHAT, WHAT, "–"),
        )  # fmt: skip
        self.fields[f"{name}_is"] = forms.ChoiceField(
            label=_("Comparison"), required=False, initial=row.get("is", "at_least"),
            choices=[(code, wording.COMPARISONS[code]) for code in COMPARISONS],
        )  # fmt: skip
        self.fields[f"{name}_value"] = forms.CharField(
            label=_("Value"), required=False, max_length=200, initial=row.get("value", "")
        )
        self.fields[f"{name}_within"] = forms.IntegerField(
            label=_("In how many days"), required=False, min_value=1, initial=row.get("within") or None
        )
        self.fields[f"{name}_field"] = forms.ChoiceField(
            label=_("Kind of holding"), required=False, initial=row.get("field", ""),
            choices=[("", _("any")), *HoldingKind.choices],
        )  # fmt: skip

    def _add_text(self, name: str, label: str, code: str, texts: dict[str, str], *, longest: int) -> None:
        self.fields[name] = forms.CharField(
            label=label, required=False, max_length=longest, initial=texts.get(code, ""),
            widget=forms.Textarea(attrs={"rows": 2, "dir": "auto", "lang": code}),
        )  # fmt: skip

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        rule, given = self.instance, self.cleaned_data
        lines = dict(self._lines())
        rule.conditions = list(lines.values())
        for problem in check_conditions(rule.conditions):
            self.add_error(f"line{list(lines)[problem.position]}_value", wording.problem(problem.code))
        for texts, prefix in (("offer", "offer_"), ("sentences", "sentence_")):
            found = {code: given.get(f"{prefix}{code}", "").strip() for code, _l in settings.LANGUAGES}
            setattr(rule, texts, {code: text for code, text in found.items() if text})
        rule.currency = given["currency"] = (given.get("currency") or "").upper()
        self._fits(given)
        return cleaned

    def _fits(self, given: dict[str, Any]) -> None:
        missing = {
            What.GOODWILL: ("limit", "limit_missing", given.get("limit") and len(given["currency"]) == 3),
            What.PRIORITY: ("priority", "priority_missing", given.get("priority")),
            What.HAND_OVER: ("queue", "queue_missing", given.get("queue")),
            What.OFFER: ("offer_en", "offer_missing", self.instance.offer),
        }
        field, code, there = missing.get(given.get("what", ""), ("", "", True))
        if not there:
            self.add_error(field, wording.problem(code))
        if self.errors:
            return
        may_name = wording.names_for(parsed(self.instance.conditions))
        for language, text in self.instance.sentences.items():
            for name in sorted(wording.names_in(text) - may_name):
                self.add_error(f"sentence_{language}", wording.problem("name_unknown", name=name))

    def _lines(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Those that ask about something, by their place in the form."""
        for place in range(sum(1 for name in self.fields if name.endswith("_what") and name.startswith("line"))):
            parts = {part: self.cleaned_data.get(f"line{place}_{part}") for part in PARTS}
            if parts["what"]:
                yield place, {part: value for part, value in parts.items() if value not in (None, "")}

    @property
    def groups(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        def those(prefix: str) -> list[forms.BoundField]:
            return [self[name] for name in self.fields if name.startswith(prefix)]

        names = [
            name.removesuffix("_what") for name in self.fields if name.startswith("line") and name.endswith("_what")
        ]
        lines = [
            (str(_("When, %(number)s")) % {"number": number}, "", those(f"{name}_"))
            for number, name in enumerate(names, 1)
        ]
        return [
            *lines,
            (str(_("What to offer")), str(_("For an advice to offer something.")), those("offer_")),
            (str(_("Why, in one sentence")),
             str(_("It may name what was asked about, such as {faults}, {device}, {late_days}, {customer}, {limit}.")),
             those("sentence_")),
        ]  # fmt: skip
