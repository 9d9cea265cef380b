"""The forms with which an invited person joins, and with which an authenticator app is set up."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import TOTP
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from fanal.agents.models import Agent


class AppForm(ActivateTOTPForm):  # type: ignore[misc]
    """The code that sets the app up is used up by it: whoever read it along cannot sign in with it."""

    def clean_code(self) -> str:
        code: str = super().clean_code()
        TOTP(Authenticator(user=self.user, type=Authenticator.Type.TOTP))._mark_code_used(code)
        return code


class JoiningForm(forms.Form):
    name = forms.CharField(label=_("Your name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters; a sentence is good."),
    )
    language = forms.ChoiceField(label=_("Language of the screens"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, email: str, **more: Any) -> None:
        super().__init__(*args, **more)
        self.email = email

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, Agent(email=self.email, name=self.data.get("name", "")))
        return password
