"""Where work waits and how it is named: queues, case types, categories, outcomes, automatic cases, ready answers."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from fanal.agents.models import Agent
from fanal.cases.models import CaseType, Category, Priority
from fanal.desk.administration.forms.base import ConfigForm, SkillLevels
from fanal.interactions.models import CannedReply, Disposition
from fanal.routing.actions.presence import UNREACHABLE_AFTER
from fanal.routing.models import AtClosing, Queue
from fanal.scenarios.catalogue import BY_CODE
from fanal.scenarios.models import CaseRule

VARIABLES = ("name", "agent", "order", "case")
LONGEST_TEXT = 4000
LONGEST_COMFORT = 400
LEAST_BETWEEN = 15
SECONDS = _("Seconds.")


class QueueForm(SkillLevels, ConfigForm):
    priority = forms.TypedChoiceField(label=_("Priority"), choices=Priority.choices, coerce=int)

    class Meta:
        model = Queue
        fields = (
            *("name", "calendar", "tier", "priority", "answer_within_seconds", "ring_seconds", "wrap_up_seconds"),
            *("ageing_seconds", "longest_wait_seconds", "widen_after_seconds", "overflow_to"),
            *(
                "overflow_after_seconds",
                "at_closing",
                "return_after_seconds",
                "calls_back_cut",
                "managers",
                "practice",
                "active",
            ),
            *(
                "announce_after_seconds",
                "announce_every_seconds",
                "call_waits_at_most_seconds",
                "callback_key",
                "recording",
                "transcribed",
            ),
        )
        labels = {
            "name": _("Name"),
            "calendar": _("Hours"),
            "tier": _("Tier"),
            "answer_within_seconds": _("Answer within"),
            "ring_seconds": _("Ring for"),
            "wrap_up_seconds": _("Wrap-up"),
            "ageing_seconds": _("One priority more after"),
            "longest_wait_seconds": _("Goes first after"),
            "widen_after_seconds": _("Widen after"),
            "overflow_to": _("Overflows to"),
            "overflow_after_seconds": _("Overflows after"),
            "at_closing": _("When it closes"),
            "return_after_seconds": _("Back to the queue after"),
            "calls_back_cut": _("Call back whose call was cut"),
            "announce_after_seconds": _("Tell the place after"),
            "announce_every_seconds": _("And again every"),
            "call_waits_at_most_seconds": _("A call waits at most"),
            "callback_key": _("Key for a callback"),
            "recording": _("Talks are recorded"),
            "transcribed": _("Talks are written down"),
            "managers": _("Queue managers"),
            "practice": _("For practice"),
            "active": _("In use"),
        }
        help_texts = {
            "calendar": _("Without hours the queue is always open."),
            "answer_within_seconds": _("Seconds. The service level counts contacts answered within this time."),
            "ring_seconds": _("Seconds. Then the offer goes back to the front, and the agent is set to not answering."),
            "wrap_up_seconds": _("Seconds after the talk for the outcome and a note; then it ends by itself."),
            "ageing_seconds": _("Seconds of waiting that count as one priority more; 0 for never."),
            "longest_wait_seconds": _("Seconds. From then on nothing overtakes it, whatever its priority."),
            "widen_after_seconds": _("Seconds. Each such wait asks for one skill level less; 0 for never."),
            "overflow_after_seconds": _("Seconds; 0 for never."),
            "at_closing": _("What becomes of those who still wait, also when the queue is switched off."),
            "return_after_seconds": _(
                "Seconds without a sign of the agent's browser; then their talks go back to the front. At least 45, "
                "or 0 for never."
            ),
            "calls_back_cut": _("Where the exchange itself went, and the calls with it."),
            "announce_after_seconds": _(
                "Seconds. Callers hear their place, and the wait where it is known; 0 for never."
            ),
            "announce_every_seconds": _("Seconds; 0 for once. A better place is told sooner, a worse one never."),
            "call_waits_at_most_seconds": _("Seconds. Then callers hear what is possible, and the call ends; 0 never."),
            "callback_key": _("One of 0 to 9. Whoever presses it is called back. Empty: this is not offered."),
            "recording": _("Empty: as the number that was called says."),
            "transcribed": _("By a speech service, where they are recorded. Empty: as the number says."),
            "managers": _("See this queue and its agents live, and may hand work on."),
            "practice": _("Takes simulated contacts only, outside all figures."),
            "active": _("A queue that is not in use takes no new work; what happened in it stays."),
        }
        widgets = {"managers": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        held = dict(self.instance.skills.values_list("skill_id", "level")) if self.instance.pk else {}
        self.add_skills(held, none=str(_("not needed")))
        managers: Any = self.fields["managers"]
        managers.queryset = Agent.objects.filter(
            is_active=True, role__permissions__contains=["supervise_own_queues"]
        ).order_by("name")
        for code, name in settings.LANGUAGES:
            self.fields[f"comfort_{code}"] = forms.CharField(
                label=name,
                required=False,
                max_length=LONGEST_COMFORT,
                initial=self.instance.comfort.get(code, ""),
                widget=forms.Textarea(attrs={"rows": 2, "dir": "auto", "lang": code}),
            )
        other: Any = self.fields["overflow_to"]
        other.queryset = Queue.objects.exclude(pk=self.instance.pk).order_by("name")

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        after = self.cleaned_data.get("overflow_after_seconds")
        if after and not self.cleaned_data.get("overflow_to"):
            self.add_error("overflow_to", _("Choose the queue it overflows to, or set the time to 0."))
        if self.cleaned_data.get("at_closing") == AtClosing.HAND_ON and not self.cleaned_data.get("overflow_to"):
            self.add_error("overflow_to", _("Choose the queue that takes over when this one closes."))
        if 0 < (self.cleaned_data.get("return_after_seconds") or 0) < UNREACHABLE_AFTER.total_seconds():
            self.add_error("return_after_seconds", _("At least 45 seconds, or 0 for never."))
        every = self.cleaned_data.get("announce_every_seconds") or 0
        if 0 < every < LEAST_BETWEEN:
            self.add_error("announce_every_seconds", _("At least 15 seconds, or 0 for once."))
        key = self.cleaned_data.get("callback_key") or ""
        if key and key not in "0123456789":
            self.add_error("callback_key", _("One of 0 to 9, or empty."))
        texts = {code: self.cleaned_data.get(f"comfort_{code}", "").strip() for code, _name in settings.LANGUAGES}
        self.instance.comfort = {code: text for code, text in texts.items() if text}
        return cleaned

    def children(self) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        return {"skills": self.skill_rows()}

    def many(self) -> Mapping[str, Iterable[Model]]:
        return {"managers": self.cleaned_data["managers"]}

    @property
    def groups(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        return [
            (str(_("Skills")), str(_("The least level that its work needs.")),
             [self[name] for name in self.fields if name.startswith("skill_")]),
            (str(_("Said while callers wait")), str(_("A sentence of yours after the place and the wait.")),
             [self[name] for name in self.fields if name.startswith("comfort_")]),
        ]  # fmt: skip


class CaseTypeForm(ConfigForm):
    default_priority = forms.TypedChoiceField(label=_("Priority"), choices=Priority.choices, coerce=int)

    class Meta:
        model = CaseType
        fields = ("name", "default_priority", "tier", "burst_number", "burst_minutes", "active")
        labels = {
            "name": _("Name"),
            "tier": _("Tier"),
            "burst_number": _("Similar cases at once"),
            "burst_minutes": _("Within minutes"),
            "active": _("In use"),
        }
        help_texts = {
            "tier": _("The line that starts on it."),
            "burst_number": _("So many that are alike are told to supervision. 0: never."),
        }


class CategoryForm(ConfigForm):
    class Meta:
        model = Category
        fields = ("name", "parent", "active")
        labels = {"name": _("Name"), "parent": _("Part of"), "active": _("In use")}

    def clean_parent(self) -> Category | None:
        parent: Category | None = self.cleaned_data["parent"]
        above = parent
        while above is not None:
            if above.pk == self.instance.pk:
                raise forms.ValidationError(_("A category cannot be part of itself."))
            above = above.parent
        return parent


class DispositionForm(ConfigForm):
    class Meta:
        model = Disposition
        fields = ("name", "settles", "genuine", "active")
        labels = {
            "name": _("Name"),
            "settles": _("The matter is done"),
            "genuine": _("A genuine contact"),
            "active": _("In use"),
        }
        help_texts = {"genuine": _("Not for pranks, wrong numbers and silence.")}


class CannedReplyForm(ConfigForm):
    names_itself = "title"

    class Meta:
        model = CannedReply
        fields = ("title", "category", "active")
        labels = {"title": _("Title"), "category": _("Category"), "active": _("In use")}

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for code, name in settings.LANGUAGES:
            self.fields[f"text_{code}"] = forms.CharField(
                label=name,
                required=False,
                max_length=LONGEST_TEXT,
                initial=self.instance.texts.get(code, ""),
                widget=forms.Textarea(attrs={"rows": 4, "dir": "auto", "lang": code}),
            )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        texts = {code: self.cleaned_data.get(f"text_{code}", "").strip() for code, _name in settings.LANGUAGES}
        self.instance.texts = {code: text for code, text in texts.items() if text}
        if not self.instance.texts:
            self.add_error(None, _("Write the answer in at least one language."))
        for code, text in texts.items():
            unknown = set(re.findall(r"\{\{\s*(.*?)\s*\}\}", text)) - set(VARIABLES)
            if unknown:
                self.add_error(
                    f"text_{code}",
                    forms.ValidationError(
                        _("%(unknown)s is not known here. There are: %(known)s."),
                        params={"unknown": ", ".join(sorted(unknown)), "known": ", ".join(VARIABLES)},
                    ),
                )
        return cleaned

    @property
    def preview(self) -> list[tuple[str, str]]:
        """As it would read for a customer, with made-up values."""
        values = {"name": "Ines", "agent": "Robin", "order": "88102", "case": "20431"}
        return [
            (code, re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda found: values.get(found[1], found[0]), text))
            for code, text in self.instance.texts.items()
        ]


class CaseRuleForm(ConfigForm):
    names_itself = "action"
    action = forms.ChoiceField(label=_("When an agent does"))

    class Meta:
        model = CaseRule
        fields = ("action", "scenario", "case_type", "category", "subject", "settles", "disposition", "active")
        labels = {
            "scenario": _("In the scenario"),
            "case_type": _("Makes a case of the type"),
            "category": _("Category"),
            "subject": _("Subject"),
            "settles": _("The case is settled at once"),
            "disposition": _("Outcome"),
            "active": _("In use"),
        }
        help_texts = {
            "scenario": _("Without one: in every scenario that has no rule of its own."),
            "subject": _("{object} stands for what it was done to, such as the order's number."),
        }

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        field: Any = self.fields["action"]
        field.choices = [(code, str(action.name)) for code, action in BY_CODE.items()]
