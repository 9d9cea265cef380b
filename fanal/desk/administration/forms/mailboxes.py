"""What an e-mail account needs: its address, where its mail is read and sent, and what stands below an answer."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from fanal.channels.email.servers import Security
from fanal.channels.email.tokens import LONGEST, PLACE
from fanal.channels.opening import sealed_password

SECURITY = [
    (Security.TLS.value, _("TLS from the start")),
    (Security.STARTTLS.value, _("STARTTLS")),
    (Security.NONE.value, _("None (this machine only)")),
]
LONGEST_SIGNATURE, LONGEST_LOCAL = 1000, 64


def add_fields(form: forms.BaseForm, *, address: str, chosen: Mapping[str, Any]) -> None:
    fields = form.fields
    fields["address"] = forms.EmailField(
        label=_("E-mail address"), initial=address, max_length=200, help_text=_("What customers write to.")
    )
    fields["listener"] = forms.BooleanField(
        label=_("Take mail from our MTA"),
        required=False,
        initial=bool(chosen.get("listener")),
        help_text=_("Mail to this address is taken where FANAL_MAIL_LISTEN says."),
    )
    fields["reply_address"] = forms.CharField(
        label=_("Address for answers"),
        required=False,
        initial=chosen.get("reply_address", ""),
        widget=forms.TextInput(attrs={"dir": "ltr", "placeholder": "reply+{token}@shop.example.org"}),
        help_text=_("With {token} in it, if the mail server delivers such addresses here; answers find their thread."),
    )
    fields["return_address"] = forms.CharField(
        label=_("Address for delivery reports"),
        required=False,
        initial=chosen.get("return_address", ""),
        widget=forms.TextInput(attrs={"dir": "ltr", "placeholder": "bounce+{token}@shop.example.org"}),
        help_text=_(
            "With {token} in it, if mail may be sent from such addresses and comes here: only a report to the one that"
            " was made for a recipient proves that they were not reached."
        ),
    )
    fields["undo_seconds"] = forms.IntegerField(
        label=_("Seconds in which a mail can be taken back"),
        min_value=0,
        max_value=60,
        required=False,
        initial=chosen.get("undo_seconds", 10),
        help_text=_("So long it waits before it goes out; 0 sends at once."),
    )
    fields["html"] = forms.BooleanField(
        label=_("Send mails laid out too (HTML)"),
        required=False,
        initial=bool(chosen.get("html")),
        help_text=_("Beside the text, with the right direction for each script; no pictures, no styles."),
    )
    fields["authserv_id"] = forms.CharField(
        label=_("Name of the mail server that checks senders"),
        required=False,
        max_length=200,
        initial=chosen.get("authserv_id", ""),
        widget=forms.TextInput(attrs={"dir": "ltr", "placeholder": "mx.shop.example.org"}),
        help_text=_("As it stands first in its Authentication-Results; it must take away those that come with a mail."),
    )
    fields["authserv_hops"] = forms.CharField(
        label=_("Servers of ours that write above its results"),
        required=False,
        max_length=500,
        initial=" ".join(chosen.get("authserv_hops") or []),
        widget=forms.TextInput(attrs={"dir": "ltr", "placeholder": "imap.shop.example.org"}),
        help_text=_(
            "As they stand after “by” in the Received lines above Authentication-Results. Below the line of any other"
            " server nothing is believed."
        ),
    )
    fields["reopen_days"] = forms.IntegerField(
        label=_("Days in which a mail opens a settled case again"),
        min_value=0,
        max_value=365,
        required=False,
        initial=chosen.get("reopen_days", 14),
        help_text=_("Later, a new case that follows it is opened."),
    )
    for protocol in ("imap", "smtp"):
        _add_server(fields, protocol, chosen)
    for code, language in settings.LANGUAGES:
        fields[f"signature_{code}"] = forms.CharField(
            label=language,
            required=False,
            max_length=LONGEST_SIGNATURE,
            initial=(chosen.get("signature") or {}).get(code, ""),
            widget=forms.Textarea(attrs={"rows": 3, "dir": "auto", "lang": code}),
        )


def settings_of(cleaned: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as they shall be; a password that was not typed stays what it is."""
    after = dict(found)
    after["listener"] = bool(cleaned.get("listener"))
    after["html"] = bool(cleaned.get("html"))
    seconds = cleaned.get("undo_seconds")
    days = cleaned.get("reopen_days")
    kept = {"undo_seconds": 10 if seconds is None else seconds, "reopen_days": 14 if days is None else days}
    after["authserv_id"] = cleaned.get("authserv_id", "").strip()
    after["authserv_hops"] = re.split(r"[\s,]+", cleaned.get("authserv_hops", "").strip().lower())
    after["reply_address"] = cleaned.get("reply_address", "")
    after["return_address"] = cleaned.get("return_address", "")
    after["signature"] = {
        code: words for code, _l in settings.LANGUAGES if (words := cleaned.get(f"signature_{code}", "").strip())
    }
    for protocol in ("imap", "smtp"):
        names = ("host", "port", "security", "user", "folder")
        server = {name: cleaned.get(f"{protocol}_{name}") for name in names}
        after[protocol] = {name: value for name, value in server.items() if value} if server["host"] else {}
        if typed := cleaned.get(f"{protocol}_password"):
            after[f"{protocol}_password"] = sealed_password(typed)
        if not server["host"]:
            after.pop(f"{protocol}_password", None)
    return {key: value for key, value in after.items() if value not in ("", {}, [], [""], False, None)} | kept


def problem_of(cleaned: Mapping[str, Any]) -> tuple[str, str]:
    """The field and the sentence of what does not fit together; empty when all does."""
    for name, like in (
        ("reply_address", _("Write it like reply+{token}@shop.example.org.")),
        ("return_address", _("Write it like bounce+{token}@shop.example.org.")),
    ):
        if (pattern := cleaned.get(name, "")) and not _has_its_place(pattern):
            return name, str(like)
    return "", ""


def _has_its_place(pattern: str) -> bool:
    """The token stands once, before the @, and an address with it is not longer than one may be."""
    local, _at, domain = pattern.partition("@")
    fits = len(local.replace(PLACE, "t" * LONGEST)) <= LONGEST_LOCAL and pattern.isascii()
    return pattern.count(PLACE) == local.count(PLACE) == 1 and bool(domain) and "@" not in domain and fits


def groups(form: forms.BaseForm) -> list[tuple[str, str, list[forms.BoundField]]]:
    def those(prefix: str) -> list[forms.BoundField]:
        return [form[name] for name in form.fields if name.startswith(prefix)]

    return [
        (str(_("Reading the mailbox")), str(_("By IMAP; leave the server empty if the MTA hands mail over.")),
         those("imap_")),
        (str(_("Sending the answers")), str(_("By SMTP; without a server of its own, the program's is used.")),
         those("smtp_")),
        (str(_("Signature")), str(_("Below each answer, in the language of the contact.")), those("signature_")),
    ]  # fmt: skip


def _add_server(fields: dict[str, forms.Field], protocol: str, chosen: Mapping[str, Any]) -> None:
    known = chosen.get(protocol) or {}
    fields[f"{protocol}_host"] = forms.CharField(
        label=_("Server"), required=False, max_length=200, initial=known.get("host", ""),
        widget=forms.TextInput(attrs={"dir": "ltr"}),
    )  # fmt: skip
    fields[f"{protocol}_port"] = forms.IntegerField(
        label=_("Port"), required=False, min_value=1, max_value=65535, initial=known.get("port"),
        help_text=_("The usual one if left empty."),
    )  # fmt: skip
    fields[f"{protocol}_security"] = forms.ChoiceField(
        label=_("Encryption"), choices=SECURITY, required=False, initial=known.get("security", Security.TLS.value)
    )
    fields[f"{protocol}_user"] = forms.CharField(
        label=_("User"), required=False, max_length=200, initial=known.get("user", ""),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )  # fmt: skip
    fields[f"{protocol}_password"] = forms.CharField(
        label=_("Password"),
        required=False,
        max_length=500,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("One is set; leave it empty to keep it.") if chosen.get(f"{protocol}_password") else "",
    )
    if protocol == "imap":
        fields["imap_folder"] = forms.CharField(
            label=_("Folder"), required=False, max_length=200, initial=known.get("folder", "INBOX")
        )
