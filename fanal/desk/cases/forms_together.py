"""The forms of working on a case together."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fanal.agents.models import Agent, Permission
from fanal.cases.models import Case, Sharing


class FollowerForm(forms.Form):
    agent = forms.ModelChoiceField(label=_("Person"), queryset=Agent.objects.none(), empty_label=None)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Agent.objects.filter(is_active=True, practising=case.practice).exclude(followed__case=case)
        self.fields["agent"].queryset = rows.order_by("name")  # type: ignore[attr-defined]


class MergeForm(forms.Form):
    """Into which case: one of those that are like it, or any by its number."""

    into = forms.ModelChoiceField(
        label=_("A similar case"), queryset=Case.objects.none(), required=False, empty_label=_("None of these")
    )
    number = forms.IntegerField(label=_("Or its number"), required=False, min_value=1, max_value=2**62)
    why = forms.CharField(label=_("Why"), max_length=500, required=False, widget=forms.TextInput(attrs={"dir": "auto"}))

    def __init__(self, *args: Any, case: Case, alike: Sequence[int], agent: Agent, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Case.objects.visible_to(agent).filter(pk__in=alike, merged_into=None).order_by("number")
        self.fields["into"].queryset = rows  # type: ignore[attr-defined]
        if not alike:
            del self.fields["into"]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        self.cleaned_data.setdefault("into", None)
        if not self.cleaned_data["into"] and not self.cleaned_data.get("number"):
            self.add_error("number", _("Say which case: choose one, or give its number."))
        return cleaned


class WaitForm(forms.Form):
    number = forms.IntegerField(label=_("Number of the case it waits for"), min_value=1, max_value=2**62)


class ReminderForm(forms.Form):
    """When, whom, and of what; the moment is in the time of the desk."""

    at = forms.DateTimeField(
        label=_("When"),
        input_formats=["%Y-%m-%dT%H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    whom = forms.ChoiceField(label=_("Whom"), choices=[("me", _("Me")), ("owner", _("Whoever owns the case then"))])
    text = forms.CharField(
        label=_("Of what"), max_length=200, required=False, widget=forms.TextInput(attrs={"dir": "auto"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        tomorrow = timezone.localtime() + timedelta(days=1)
        kwargs.setdefault("initial", {"at": tomorrow.replace(hour=9, minute=0)})
        super().__init__(*args, **kwargs)


class ViewForm(forms.Form):
    """The name of a view of the list, and who sees it."""

    name = forms.CharField(label=_("Name"), max_length=60, widget=forms.TextInput(attrs={"dir": "auto"}))
    query = forms.CharField(max_length=1000, required=False, widget=forms.HiddenInput)
    shared = forms.ChoiceField(label=_("Who sees it"))

    def __init__(self, *args: Any, agent: Agent, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(Sharing.OWN, _("Only me"))]
        if agent.team_id:
            offered.append((Sharing.TEAM, _("My team")))
        if agent.may(Permission.SUPERVISE):
            offered.append((Sharing.ALL, _("Everybody")))
        self.fields["shared"].choices = offered  # type: ignore[attr-defined]
