"""One form for each step of the first run."""

import zoneinfo

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from fanal.agents.models import Agent
from fanal.desk.administration.forms.accounts import sites_in


class AdministratorForm(forms.Form):
    name = forms.CharField(label=_("Your name"), max_length=100)
    email = forms.EmailField(label=_("Your e-mail address"), help_text=_("You sign in with it."))
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters; a sentence is good."),
    )
    language = forms.ChoiceField(label=_("Language of the screens"), choices=settings.LANGUAGES)

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, Agent(email=self.data.get("email", ""), name=self.data.get("name", "")))
        return password


class CompanyForm(forms.Form):
    name = forms.CharField(label=_("Name of the company"), max_length=100)
    languages = forms.MultipleChoiceField(
        label=_("Languages of your customers"), choices=settings.LANGUAGES, widget=forms.CheckboxSelectMultiple
    )
    zone = forms.ChoiceField(
        label=_("Time zone"), choices=[(zone, zone) for zone in sorted(zoneinfo.available_timezones())]
    )
    days = forms.TypedMultipleChoiceField(
        label=_("Open on"), choices=list(WEEKDAYS.items()), coerce=int, widget=forms.CheckboxSelectMultiple
    )
    opens = forms.TimeField(label=_("From"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    closes = forms.TimeField(label=_("Until"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))


class QueueForm(forms.Form):
    name = forms.CharField(label=_("Name of the first queue"), max_length=80)
    skills = forms.CharField(
        label=_("Skills"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        help_text=_("One a line: languages, products, kinds of work. More can follow later."),
    )

    def clean_skills(self) -> list[str]:
        return [line.strip()[:60] for line in self.cleaned_data["skills"].splitlines() if line.strip()]


class ChatForm(forms.Form):
    name = forms.CharField(label=_("Name of the chat"), max_length=60)
    sites = forms.CharField(
        label=_("Sites"),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "ltr", "placeholder": "https://shop.example.org"}),
        help_text=_("Which sites may show the chat, one a line. “self” is this installation."),
    )

    def clean_sites(self) -> list[str]:
        return sites_in(self.cleaned_data["sites"])
