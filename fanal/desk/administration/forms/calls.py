"""What an account for calls has of its own: its number, and with which guided flow a call begins."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fanal.desk.administration.forms.base import ConfigForm
from fanal.interactions.models import RecordingPolicy
from fanal.interactions.rules.recording import DAYS, MOST_DAYS, OFF, policy_of
from fanal.scenarios.models import Flow

CODE = {"dir": "ltr", "autocomplete": "off", "spellcheck": "false"}


def add_fields(form: ConfigForm, *, address: str, chosen: Mapping[str, Any]) -> None:
    flows = Flow.objects.filter(active=True).order_by("name")
    form.fields["address"] = forms.CharField(
        label=_("Phone number"), required=False, max_length=40, initial=address,
        widget=forms.TextInput(attrs={**CODE, "placeholder": "+33 1 23 45 67 89"}),
    )  # fmt: skip
    form.fields["flow"] = forms.ModelChoiceField(
        label=_("Guided flow"), queryset=flows, to_field_name="code", required=False, initial=chosen.get("flow", ""),
        help_text=_("What a caller hears before people; without one the call goes to its queue at once."),
    )  # fmt: skip
    form.fields["numbers"] = forms.CharField(
        label=_("Other flows by the number called"), required=False,
        initial="\n".join(f"{number} = {code}" for number, code in chosen.get("numbers", {}).items()),
        widget=forms.Textarea(attrs={"rows": 3, **CODE, "placeholder": "+33 1 23 45 67 80 = orders"}),
        help_text=_("One a line: the number, and the code of a flow."),
    )  # fmt: skip


def recording_fields(form: ConfigForm, *, chosen: Mapping[str, Any]) -> None:
    policy = policy_of(chosen)
    form.fields["rec_policy"] = forms.ChoiceField(
        label=_("Talks are recorded"), choices=RecordingPolicy.choices, required=False, initial=policy.policy,
        help_text=_("A queue may say otherwise. Without a voice that can announce it, nothing is recorded."),
    )  # fmt: skip
    form.fields["rec_transcribed"] = forms.BooleanField(
        label=_("Talks that are recorded are written down too"), required=False, initial=policy.transcribed,
        help_text=_("By a speech service, sentence by sentence while they talk; kept as long as the recording."),
    )  # fmt: skip
    for name, label in (("days", _("Days recordings are kept")), ("message_days", _("Days messages are kept"))):
        form.fields[f"rec_{name}"] = forms.IntegerField(
            label=label, min_value=1, max_value=MOST_DAYS, required=False, initial=getattr(policy, name),
            help_text=_("Then the sound is removed; that there was one stays."),
        )  # fmt: skip


def recording_of(form: ConfigForm, found: dict[str, Any]) -> dict[str, Any]:
    given = form.cleaned_data
    told = {"policy": given.get("rec_policy") or OFF}
    told |= {name: given[f"rec_{name}"] for name in ("days", "message_days") if given.get(f"rec_{name}")}
    if given.get("rec_transcribed"):
        told["transcribed"] = True
    return {**found, "recording": told if told != {"policy": OFF, "days": DAYS, "message_days": DAYS} else {}}


def settings_of(form: ConfigForm, found: dict[str, Any]) -> dict[str, Any]:
    """What the form says of it; what it does not know stays as it is. Wrong lines become errors of the form."""
    given = form.cleaned_data
    flow = given.get("flow")
    numbers = {}
    known = set(Flow.objects.filter(active=True).values_list("code", flat=True))
    for line in given.get("numbers", "").splitlines():
        number, between, code = (part.strip() for part in line.partition("="))
        if not line.strip():
            continue
        if not (number and between and code in known):
            form.add_error("numbers", _("“%(line)s” is no number with the code of a flow in use.") % {"line": line})
            continue
        numbers[number] = code
    return {**found, "flow": flow.code if flow else "", "numbers": numbers}
