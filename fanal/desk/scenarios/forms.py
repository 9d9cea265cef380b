"""The forms of the scenario pages: a scenario, its conditions, and an imagined contact."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fanal.cases.models import Category, Priority
from fanal.channels.models import ChannelAccount
from fanal.desk.administration.forms.base import NOTHING, draw_nothing
from fanal.identity.models import Assurance, Recognition
from fanal.routing.models import Queue
from fanal.scenarios import wording
from fanal.scenarios.models import Scenario

MOST_CONDITIONS = 20


class ScenarioForm(forms.ModelForm):  # type: ignore[type-arg]
    """What happens when all conditions hold."""

    skills = forms.CharField(
        label=_("Skills needed"),
        required=False,
        help_text=_("One on each line: the code of the skill, then its least level, such as arabic 3."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    opens = forms.ChoiceField(label=_("What opens"), choices=list(wording.OPENS.items()))
    priority = forms.TypedChoiceField(
        label=_("Priority"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("That of the queue")), *Priority.choices],
    )

    class Meta:
        model = Scenario
        fields = (
            "name",
            "code",
            "queue",
            "priority",
            "skills",
            "opens",
            "form",
            "category",
            "prefer_last_agent",
            "active",
        )
        labels = {
            "name": _("Name"),
            "code": _("Code"),
            "queue": _("Queue"),
            "form": _("Form that opens"),
            "category": _("Category of the first topic"),
            "prefer_last_agent": _("Prefer the owner of the case, else the last agent"),
            "active": _("In use"),
        }
        help_texts = {"code": _("Letters, digits and dashes; the configuration file names it so.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        draw_nothing(self.fields)
        self.initial["skills"] = "\n".join(f"{code} {level}" for code, level in self.instance.skills.items())
        self.fields["queue"].queryset = Queue.objects.filter(active=True).order_by("name")  # type: ignore[attr-defined]
        self.fields["category"].queryset = Category.objects.order_by("name")  # type: ignore[attr-defined]

    def clean_skills(self) -> dict[str, int]:
        skills: dict[str, int] = {}
        for line in self.cleaned_data["skills"].splitlines():
            match line.replace(":", " ").split():
                case []:
                    continue
                case [code, level] if level.isdecimal():
                    skills[code] = int(level)
                case _:
                    raise forms.ValidationError(wording.problem("skills_unreadable"))
        return skills

    def _post_clean(self) -> None:
        """Leave the checks to scenarios.actions.save_scenario, which knows what a sound scenario is."""
        for name, value in self.cleaned_data.items():
            setattr(self.instance, name, value)


class ConditionForm(forms.Form):
    """One line of conditions; a line that asks about nothing is no condition."""

    what = forms.ChoiceField(label=_("Asks about"), required=False, choices=[NOTHING, *wording.WHAT.items()])
    field = forms.CharField(label=_("Given field"), required=False, max_length=60)
    comparison = forms.ChoiceField(
        label=_("Comparison"), required=False, choices=[NOTHING, *wording.COMPARISONS.items()]
    )
    value = forms.CharField(
        label=_("Value"), required=False, max_length=500, strip=True, widget=forms.TextInput(attrs={"dir": "auto"})
    )

    def stored(self) -> dict[str, str] | None:
        data = self.cleaned_data
        if not data.get("what"):
            return None
        kept = {"what": data["what"], "is": data["comparison"], "value": data["value"]}
        return kept | ({"field": data["field"]} if data["what"] == "given" else {})


ConditionSet = forms.formset_factory(ConditionForm, extra=3, max_num=MOST_CONDITIONS, absolute_max=MOST_CONDITIONS + 5)


class ContactForm(forms.Form):
    """A contact to imagine."""

    account = forms.ModelChoiceField(label=_("It arrives at"), queryset=ChannelAccount.objects.none(), empty_label=None)
    entry_page = forms.CharField(label=_("Page it begins on"), required=False, max_length=500)
    order_number = forms.CharField(label=_("Order number given"), required=False, max_length=60)
    account_number = forms.CharField(label=_("Account number given"), required=False, max_length=60)
    topic = forms.CharField(label=_("Topic chosen in the form"), required=False, max_length=100)
    others = forms.CharField(
        label=_("Other given fields"),
        required=False,
        max_length=2000,
        help_text=_("One on each line, such as colour = red."),
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    recognition = forms.ChoiceField(label=_("Recognition"), choices=Recognition.choices, initial=Recognition.UNKNOWN)
    assurance = forms.TypedChoiceField(label=_("Assurance"), coerce=int, choices=Assurance.choices, initial=0)
    value_band = forms.IntegerField(label=_("Value of the customer"), min_value=0, max_value=3, initial=0)
    language = forms.CharField(label=_("Language"), required=False, max_length=10)
    has_open_case = forms.BooleanField(label=_("There is an open case"), required=False)
    has_open_order = forms.BooleanField(label=_("There is an open order"), required=False)
    moment = forms.DateTimeField(
        label=_("When"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = ChannelAccount.objects.filter(active=True).order_by("name")
        self.fields["account"].queryset = accounts  # type: ignore[attr-defined]

    def known(self) -> dict[str, Any]:
        """What scenarios.actions.imagined takes."""
        data = dict(self.cleaned_data)
        pairs = (line.partition("=") for line in data.pop("others").splitlines() if "=" in line)
        given = {name.strip(): value.strip() for name, _equals, value in pairs if name.strip()}
        for name, field in (("order", "order_number"), ("account", "account_number"), ("topic", "topic")):
            if value := data.pop(field):
                given[name] = value
        return data | {"given": given, "now": data.pop("moment") or timezone.now()}
