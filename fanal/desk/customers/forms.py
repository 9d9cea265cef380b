"""The forms of a customer's page: they collect, fanal.customers.rules decides."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from fanal.agents.models import Agent
from fanal.customers.actions import NotValid
from fanal.customers.models import ContactPointKind, Customer, CustomerKind, RelationshipKind
from fanal.customers.wording import problem
from fanal.desk.naming import country_choices, country_name, language_name
from fanal.identity.rules import may_see
from fanal.scenarios.catalogue import ENTRIES

CLASSES = {"born_on": "personal", "address": "address", "postcode": "address", "city": "address"}


class DetailsForm(forms.Form):
    """Who it is. Fields the reader may not see are not there, so that nobody overwrites what they cannot read."""

    kind = forms.ChoiceField(label=_("Kind"), choices=CustomerKind.choices, initial=CustomerKind.PERSON)
    name = forms.CharField(label=_("Name"), max_length=200)
    given_name = forms.CharField(label=_("Given name"), required=False, max_length=100)
    family_name = forms.CharField(label=_("Family name"), required=False, max_length=100)
    language = forms.ChoiceField(label=_("Language"), required=False)
    born_on = forms.DateField(
        label=_("Date of birth"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    address = forms.CharField(label=_("Street"), required=False, max_length=300)
    postcode = forms.CharField(label=_("Postcode"), required=False, max_length=20)
    city = forms.CharField(label=_("City"), required=False, max_length=100)
    country = forms.ChoiceField(label=_("Country"), required=False)
    external_id = forms.CharField(label=_("Number in your own systems"), required=False, max_length=100)

    def __init__(
        self, *args: Any, agent: Agent, assurance: int, customer: Customer | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, what in CLASSES.items() if customer else ():
            if not may_see(what, role_field_classes=agent.role.field_classes, assurance=assurance):
                del self.fields[name]
        for name, field in self.fields.items():
            if customer:
                field.initial = getattr(customer, name)
            if isinstance(field, forms.CharField) and name not in ("external_id", "postcode"):
                field.widget.attrs["dir"] = "auto"
        self._offer("language", settings.LANGUAGES, language_name)
        self._offer("country", country_choices(), country_name)

    def _offer(self, name: str, choices: Iterable[tuple[str, Any]], called: Callable[[str], str]) -> None:
        """Nothing, one of these, or what is there already."""
        if name not in self.fields:
            return
        field: Any = self.fields[name]
        known = ["", *(code for code, _name in choices)]
        there = [] if not field.initial or field.initial in known else [(field.initial, called(field.initial))]
        field.choices = [("", ""), *choices, *there]

    def refuse(self, refused: NotValid) -> None:
        """Put each problem beside its field."""
        for name, code in refused.problems.items():
            self.add_error(name if name in self.fields else None, problem(code))


class ContactPointForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=ContactPointKind.choices)
    given = forms.CharField(label=_("Number or address"), max_length=200)
    shared = forms.BooleanField(label=_("A line that several people share"), required=False)
    preferred = forms.BooleanField(label=_("Preferred"), required=False)


class RelationshipForm(forms.Form):
    """How somebody stands to the customer; `person` is chosen from the people found, drawn by the dialog itself."""

    person = forms.IntegerField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("How they are related"), choices=RelationshipKind.choices)
    powers = forms.MultipleChoiceField(
        label=_("What this person may do for the customer"), required=False, widget=forms.CheckboxSelectMultiple
    )
    proven = forms.BooleanField(
        label=_("Proven by a document, or by the customer's own word"),
        help_text=_("Without this nothing may be done for the customer: it is only noted."),
        required=False,
    )
    ends_on = forms.DateField(
        label=_("Until and with"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        powers: Any = self.fields["powers"]
        powers.choices = [(entry.code, entry.name) for entry in ENTRIES if entry.for_representatives]
        self.fields["person"].error_messages["required"] = problem("nobody")

    def refuse(self, refused: NotValid) -> None:
        """Put each problem beside its field."""
        for name, code in refused.problems.items():
            self.add_error(name if name in self.fields else None, problem(code))
