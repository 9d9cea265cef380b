"""What a type of case asks for: its fields, and the steps that its cases begin with."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fanal.cases.models import CaseField, FieldKind, TypeStep
from fanal.desk.administration.forms.base import ConfigForm

LONGEST_CHOICE = 80
MOST_CHOICES = 200


class CaseFieldForm(ConfigForm):
    choices = forms.CharField(
        label=_("Choices"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
        help_text=_("One a line; only for a choice."),
    )

    class Meta:
        model = CaseField
        fields = ("name", "case_type", "kind", "choices", "required", "field_class", "position", "active")
        labels = {
            "name": _("Name"),
            "case_type": _("Case type"),
            "kind": _("Kind"),
            "required": _("Needed"),
            "field_class": _("Hidden data"),
            "position": _("Place"),
            "active": _("In use"),
        }
        help_texts = {
            "field_class": _("Only roles that see such data read the value. Empty: everybody who may see the case."),
            "position": _("The lowest stands first."),
            "active": _("A field that is not in use is asked for no more; what was filled in stays in the history."),
        }

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.initial["choices"] = "\n".join(self.instance.choices)

    def clean_choices(self) -> list[str]:
        lines = [" ".join(line.split()) for line in self.cleaned_data["choices"].splitlines()]
        found = list(dict.fromkeys(line for line in lines if line))
        if any(len(line) > LONGEST_CHOICE for line in found) or len(found) > MOST_CHOICES:
            raise forms.ValidationError(_("At most 200 choices of at most 80 characters."))
        return found

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.cleaned_data.get("kind") == FieldKind.CHOICE and not self.cleaned_data.get("choices"):
            self.add_error("choices", _("Name the choices, one a line."))
        return cleaned


class TypeStepForm(ConfigForm):
    class Meta:
        model = TypeStep
        fields = ("name", "case_type", "required", "position", "active")
        labels = {
            "name": _("What is to be done"),
            "case_type": _("Case type"),
            "required": _("Needed to settle"),
            "position": _("Place"),
            "active": _("In use"),
        }
        help_texts = {
            "required": _("A case of this type cannot be settled before it is done."),
            "position": _("The lowest stands first."),
            "active": _("New cases begin without a step that is not in use; those that have it keep it."),
        }
