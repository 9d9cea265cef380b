"""A guided flow as text: written by hand, checked when it is saved, and a draft for as long as it is not in use."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fanal.configuration import files
from fanal.desk.administration.forms.base import ConfigForm
from fanal.scenarios.models import Flow
from fanal.scenarios.rules.flows import as_read
from fanal.scenarios.soundness import findings, unreadable
from fanal.scenarios.wording_of_flows import lookup, sentences, way

CODE = {"dir": "auto", "autocomplete": "off", "spellcheck": "false"}
LONGEST = 200_000
FIRST = """\
languages: [en]
begins: menu
otherwise: people
steps:
  menu:
    kind: menu
    prompt:
      en: To talk with us, press 1.
    keys:
      "1": people
  people:
    kind: queue
    prompt:
      en: I am connecting you with a colleague.
"""


class FlowForm(ConfigForm):
    text = forms.CharField(
        label=_("Steps"), max_length=LONGEST, strip=False, widget=forms.Textarea(attrs={"rows": 30, **CODE}),
        help_text=_("As YAML or JSON: what is said, which keys lead where, what is asked for and looked up."),
    )  # fmt: skip

    class Meta:
        model = Flow
        fields = ("name", "active")
        labels = {"name": _("Name"), "active": _("In use")}
        help_texts = {"active": _("Only a flow in which nothing goes wrong can be in use. Without this it is a draft.")}

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        content = self.instance.content
        self.fields["text"].initial = files.plain(as_read(content)) if content else FIRST

    @property
    def groups(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """The text by itself: it needs the room."""
        return [(str(_("Steps")), "", [self["text"]])]

    def clean_text(self) -> dict[str, Any]:
        try:
            found = files.read(self.cleaned_data["text"])
        except files.Unreadable as why:
            raise forms.ValidationError(_("This is neither YAML nor JSON: %(why)s"), params={"why": why}) from why
        return json.loads(json.dumps(found, default=str)) if isinstance(found, dict) else {}

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        content = self.cleaned_data.get("text")
        if content is not None:
            against = findings(content) if self.cleaned_data.get("active") else unreadable(content)
            for one in sentences(against):
                self.add_error("text", one)
            self.instance.content = content
        return cleaned


class PlayForm(forms.Form):
    """What is pressed next, and what lookups find meanwhile."""

    keys = forms.CharField(label=_("Keys pressed"), required=False, max_length=40, widget=forms.TextInput(attrs=CODE))

    def __init__(self, *args: Any, lookups: dict[str, tuple[str, ...]], secret: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["keys"]
        shown: type[forms.Widget] = forms.PasswordInput if secret else forms.TextInput
        field.widget = shown(attrs={**CODE, "inputmode": "tel", "autofocus": True})
        for code, branches in lookups.items():
            self.fields[f"finds_{code}"] = forms.ChoiceField(
                label=lookup(code), required=False, choices=[(branch, way(branch)) for branch in branches]
            )

    def finds(self) -> dict[str, str]:
        given = self.cleaned_data.items()
        return {name.removeprefix("finds_"): value for name, value in given if name.startswith("finds_") and value}
