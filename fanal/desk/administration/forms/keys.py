"""A new key for a program: in whose name, what for, and for how long."""

from django import forms
from django.utils.translation import gettext_lazy as _

from fanal.agents.models import Agent, KeyRight

DAYS = ((30, _("30 days")), (90, _("90 days")), (365, _("a year")))


class ApiKeyForm(forms.Form):
    agent = forms.ModelChoiceField(
        label=_("In the name of"),
        queryset=Agent.objects.filter(is_active=True).order_by("name"),
        help_text=_("The program may do and see what this person may. Invite a person of its own for it, with a role."),
    )
    name = forms.CharField(label=_("What for"), max_length=60)
    rights = forms.MultipleChoiceField(
        label=_("The program may"),
        choices=KeyRight.choices,
        initial=[KeyRight.FIGURES],
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.TypedChoiceField(label=_("Good for"), choices=DAYS, coerce=int, initial=90)
