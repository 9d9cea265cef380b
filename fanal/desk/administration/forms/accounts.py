"""Our side of a channel: for the chat, its sites, what it asks and how it greets; for e-mail, see `mailboxes`."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fanal.channels.models import SPOKEN, ChannelAccount, ChannelKind
from fanal.desk.administration.forms import calls, mailboxes, outgoing
from fanal.desk.administration.forms.base import ConfigForm
from fanal.interactions.rules import TOLD, disclosure
from fanal.routing.models import Queue

SITE = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?")
# What the form before the chat may ask, in this order.
ASKED = {
    "name": _("Name"),
    "email": _("E-mail address"),
    "phone": _("Phone number"),
    "order": _("Order number"),
    "account": _("Account number"),
    "card": _("Card number"),
    "birth": _("Date of birth"),
    "topic": _("What it is about"),
    "behalf": _("On whose behalf"),
    "message": _("Message"),
}
NOT_ASKED, ASKED_FOR, REQUIRED = "", "asked", "required"
WHO_LEARNS = {
    "agent": _("The agent"),
    "customer": _("The agent and the customer"),
    "nobody": pgettext_lazy("learns of supervision", "Nobody"),
}
ANSWERS = [(NOT_ASKED, _("not asked")), (ASKED_FOR, _("asked")), (REQUIRED, _("required"))]


def sites_in(text: str) -> list[str]:
    """One a line, each the origin of a site or “self”."""
    sites = [line.strip().rstrip("/") for line in text.splitlines() if line.strip()]
    for site in sites:
        if site != "self" and not SITE.fullmatch(site):
            raise forms.ValidationError(
                _("“%(site)s” is not the address of a site. Write it like https://shop.example.org."),
                params={"site": site},
            )
    return sites


class AccountForm(ConfigForm):
    kind = forms.ChoiceField(label=_("Channel"), choices=[(kind.value, kind.label) for kind in SPOKEN])

    class Meta:
        model = ChannelAccount
        fields = ("name", "kind", "active")
        labels = {"name": _("Name"), "active": _("In use")}

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        chosen = self.instance.settings
        if self.instance.pk:
            own = ChannelKind(self.instance.kind)
            self.fields["kind"] = forms.ChoiceField(label=_("Channel"), choices=[(own.value, own.label)], disabled=True)
        self.fields["queue"] = forms.ModelChoiceField(
            label=_("Queue"),
            queryset=Queue.objects.filter(active=True).order_by("name"),
            to_field_name="code",
            required=False,
            initial=chosen.get("queue", ""),
            help_text=_("Where a contact waits when no scenario says otherwise."),
        )
        if not self.instance.pk or self.instance.kind == ChannelKind.WEBCHAT:
            self._add_chat(chosen)
        self.by_mail = bool(self.instance.pk) and self.instance.kind == ChannelKind.EMAIL
        if self.by_mail:
            mailboxes.add_fields(self, address=self.instance.address, chosen=chosen)
        self.by_phone = bool(self.instance.pk) and self.instance.kind == ChannelKind.VOICE
        if self.by_phone:
            calls.add_fields(self, address=self.instance.address, chosen=chosen)
            outgoing.add_fields(self, chosen=chosen)
            calls.recording_fields(self, chosen=chosen)
        watched = self.instance.kind if self.instance.pk else ChannelKind.WEBCHAT
        if watched in (ChannelKind.VOICE, ChannelKind.WEBCHAT):
            told = TOLD if watched == ChannelKind.WEBCHAT else [one for one in TOLD if one != "customer"]
            self.fields["supervision"] = forms.ChoiceField(
                label=_("Who learns that a supervisor listens or reads along"),
                choices=[(one, WHO_LEARNS[one]) for one in told],
                required=False,
                initial=disclosure(chosen),
                help_text=_("“Nobody” only where the law and your agreements allow it. It is recorded in any case."),
            )

    def _add_chat(self, chosen: dict[str, Any]) -> None:
        self.fields["sites"] = forms.CharField(
            label=_("Sites"),
            required=False,
            initial="\n".join(chosen.get("sites", [])),
            widget=forms.Textarea(attrs={"rows": 3, "dir": "ltr", "placeholder": "https://shop.example.org"}),
            help_text=_("Which sites may show the chat, one a line. “self” is this installation."),
        )
        self.fields["title"] = forms.CharField(
            label=_("Title"), required=False, max_length=60, initial=chosen.get("title", "")
        )
        self.fields["language"] = forms.ChoiceField(
            label=_("Language"),
            choices=[("", _("the visitor's")), *settings.LANGUAGES],
            required=False,
            initial=chosen.get("language", ""),
        )
        self.fields["calls"] = forms.ModelChoiceField(
            label=_("The chat may become a call"),
            queryset=ChannelAccount.objects.filter(kind=ChannelKind.VOICE, active=True).order_by("name"),
            to_field_name="code",
            required=False,
            initial=chosen.get("calls", ""),
            empty_label=_("no"),
            help_text=_("Through this number's account, by the browser: offered while somebody can take it."),
        )
        form = {field["name"]: REQUIRED if field.get("required") else ASKED_FOR for field in chosen.get("form", [])}
        for name, label in ASKED.items():
            self.fields[f"ask_{name}"] = forms.ChoiceField(
                label=label, choices=ANSWERS, required=False, initial=form.get(name, NOT_ASKED)
            )
        for text in ("greeting", "consent"):
            stored = chosen.get("consent_text" if text == "consent" else text, {})
            stored = stored if isinstance(stored, dict) else {"en": stored}
            for code, language in settings.LANGUAGES:
                self.fields[f"{text}_{code}"] = forms.CharField(
                    label=language,
                    required=False,
                    max_length=500,
                    initial=stored.get(code, ""),
                    widget=forms.Textarea(attrs={"rows": 2, "dir": "auto", "lang": code}),
                )

    def clean_sites(self) -> list[str]:
        return sites_in(self.cleaned_data["sites"])

    def clean(self) -> dict[str, Any] | None:
        """What this form does not know of the settings stays as it is: rates, secrets, the choices of a field."""
        cleaned = super().clean()
        found = dict(self.instance.settings)
        queue = self.cleaned_data.get("queue")
        found["queue"] = queue.code if queue else ""
        told = self.cleaned_data.get("supervision")
        if told and told != disclosure(found):
            found["supervision"] = told
        if "sites" in self.fields and self.cleaned_data.get("kind") == ChannelKind.WEBCHAT:
            found["sites"] = self.cleaned_data.get("sites", [])
            found["title"] = self.cleaned_data.get("title", "")
            found["language"] = self.cleaned_data.get("language", "")
            calls_by = self.cleaned_data.get("calls")
            found["calls"] = calls_by.code if calls_by else ""
            known = {field["name"]: field for field in found.get("form", [])}
            found["form"] = [
                {**known.get(name, {}), "name": name, "required": answer == REQUIRED}
                for name in ASKED
                if (answer := self.cleaned_data.get(f"ask_{name}"))
            ]
            for text, key in (("greeting", "greeting"), ("consent", "consent_text")):
                words = {code: self.cleaned_data.get(f"{text}_{code}", "").strip() for code, _l in settings.LANGUAGES}
                found[key] = {code: word for code, word in words.items() if word}
        if self.by_mail:
            found = mailboxes.settings_of(self.cleaned_data, found)
            self.instance.address = self.cleaned_data.get("address", "")
            name, sentence = mailboxes.problem_of(self.cleaned_data)
            if name:
                self.add_error(name, sentence)
        if self.by_phone:
            found = calls.recording_of(self, outgoing.settings_of(self, calls.settings_of(self, found)))
            self.instance.address = self.cleaned_data.get("address", "")
        self.instance.settings = {key: value for key, value in found.items() if value not in ("", {}, [])}
        return cleaned

    @property
    def groups(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """What only this channel has."""

        def those(prefix: str) -> list[forms.BoundField]:
            return [self[name] for name in self.fields if name.startswith(prefix)]

        if self.by_mail:
            return mailboxes.groups(self)
        if self.by_phone:
            text = _("Whom agents and callbacks may call, and how much of it in a day.")
            kept = _("What is kept of calls as sound. The customer hears it first, or is asked.")
            return [
                (str(_("Calls that go out")), str(text), outgoing.fields(self)),
                (str(_("Recording")), str(kept), those("rec_")),
            ]
        if "sites" not in self.fields:
            return []
        return [
            (str(_("Before the chat")),
             str(_("What the visitor is asked. A number given here opens its order or account.")),
             those("ask_")),
            (str(_("Greeting")), "", those("greeting_")),
            (str(_("Consent")), str(_("A sentence the visitor agrees to before the chat; none if left empty.")),
             those("consent_")),
        ]  # fmt: skip
