"""A speech service: where it is, of which language, and the key with which it lets us in."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from fanal.channels.speech.opening import is_for, sealed_key
from fanal.desk.administration.forms.base import NOTHING, ConfigForm
from fanal.interactions.models import SpeechService
from fanal.outside.addresses import Refused
from fanal.outside.lines import place_of
from fanal.running.sealed import NotReadable


class SpeechServiceForm(ConfigForm):
    language = forms.ChoiceField(
        label=_("Language"), choices=[(NOTHING[0], _("every other")), *settings.LANGUAGES], required=False
    )
    key = forms.CharField(
        label=_("Key"), required=False, max_length=500, strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Sent as a bearer token, if the service asks for one. Kept sealed, never shown, in no file."),
    )  # fmt: skip

    class Meta:
        model = SpeechService
        fields = ("name", "address", "language", "active")
        labels = {"name": _("Name"), "address": _("Address"), "active": _("In use")}
        help_texts = {
            "address": _(
                "wss:// and the address of a Vosk server, or of another that speaks its protocol. One within your "
                "own network has to be named in FANAL_OUTSIDE_ALLOWED; there ws:// will do."
            ),
        }
        widgets = {
            "address": forms.TextInput(
                attrs={
                    "dir": "ltr",
                    "autocomplete": "off",
                    "spellcheck": "false",
                    "placeholder": "wss://speech.example.org",
                }
            )
        }

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        if self.instance.credential.get("sealed"):
            self.fields["key"].help_text = _("One is set; leave it empty to keep it.")

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"].strip()
        try:
            place_of(address)
        except Refused:
            raise forms.ValidationError(
                _("Write the whole address, such as wss://speech.example.org:2700, without a user.")
            ) from None
        return address

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        address, key = self.cleaned_data.get("address", ""), self.cleaned_data.get("key", "")
        if address and key and key.isascii() and key.isprintable():
            self.instance.credential = sealed_key(key, address=address)
        elif key:
            self.add_error("key", _("A key is made of plain letters, digits and signs."))
        elif address and not self._fits(address):
            self.add_error("key", _("The key belongs to the address it was given for. Give it again."))
        return cleaned

    def _fits(self, address: str) -> bool:
        try:
            return is_for(self.instance.credential, address)
        except NotReadable:
            return False
