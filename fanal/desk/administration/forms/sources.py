"""How a back office is asked and told: its address, where things stand in its answers, and what it does for us."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fanal.configuration.sources import problems_of, sentence
from fanal.desk.administration.forms.base import ConfigForm
from fanal.holdings.models import HoldingSource, SourceKind
from fanal.holdings.sources.http.checking import METHODS
from fanal.holdings.sources.http.filling import place_of
from fanal.holdings.sources.opening import sealed_credential
from fanal.scenarios.catalogue import ENTRIES

SENT = tuple(entry for entry in ENTRIES if entry.sends)
CODE = {"dir": "ltr", "autocomplete": "off", "spellcheck": "false"}
PARTS = ("method", "address", "body", "done", "done_is", "refusal", "number", "key_header")


class SourceForm(ConfigForm):
    kinds = forms.MultipleChoiceField(
        label=_("Knows"), choices=SourceKind.choices, widget=forms.CheckboxSelectMultiple,
        help_text=_("Customers only for new orders: they are told of, never asked about."),
    )  # fmt: skip
    header_lines = forms.CharField(
        label=_("Headers"), required=False, widget=forms.Textarea(attrs={"rows": 2, **CODE}),
        help_text=_("One a line: X-Shop: north. Nothing secret: it stands in the configuration file."),
    )  # fmt: skip
    credential_header = forms.CharField(
        label=_("Header of the credential"), required=False, max_length=60, initial="Authorization",
        widget=forms.TextInput(attrs=CODE),
    )  # fmt: skip
    credential_value = forms.CharField(
        label=_("Credential"), required=False, max_length=2000, strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("The whole value, such as Bearer and the key. Kept sealed, never shown, in no file."),
    )  # fmt: skip
    path_lines = forms.CharField(
        label=_("Where things stand"), required=False, widget=forms.Textarea(attrs={"rows": 8, **CODE}),
        help_text=_("One a line: balance = data.balance.amount. Of lists, each row: steps.at = time."),
    )  # fmt: skip
    word_lines = forms.CharField(
        label=_("Their words for states"), required=False, widget=forms.Textarea(attrs={"rows": 4, **CODE}),
        help_text=_("One a line, theirs first: in transit = shipped."),
    )  # fmt: skip

    class Meta:
        model = HoldingSource
        fields = ("name", "kinds", "address", "within_ms", "retries", "fresh_seconds", "at_once", "active")
        labels = {
            "name": _("Name"),
            "address": _("Address"),
            "within_ms": _("Answers within"),
            "retries": _("Asked again"),
            "fresh_seconds": _("Fresh for"),
            "at_once": _("Questions at once"),
            "active": _("In use"),
        }
        help_texts = {
            "name": _("What agents read: “Bank: accounts, as of 14:02”."),
            "address": _("With {number} in it, {parent} for a card's account, {customer} for their number over there."),
            "within_ms": _("Milliseconds; whoever takes longer is slow. The desk waits for nobody."),
            "retries": _(
                "So many times more when a question brings nothing. Actions are never repeated by themselves."
            ),
            "fresh_seconds": _("Seconds for which an answer is not asked for again."),
            "at_once": _("No more than so many; the rest waits, and only for this back office."),
        }
        widgets = {"address": forms.TextInput(attrs=CODE)}

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        found = self.instance
        self.fields["header_lines"].initial = _lines(found.headers, ": ")
        self.fields["path_lines"].initial = _lines(found.paths, " = ")
        self.fields["word_lines"].initial = _lines(found.words, " = ")
        if found.credential.get("sealed"):
            self.fields["credential_header"].initial = found.credential.get("header")
            self.fields["credential_value"].help_text = _("One is set; leave it empty to keep it.")
        known = {row.action: row for row in found.actions.all()} if found.pk else {}
        for entry in SENT:
            self._add_action(entry.code, known.get(entry.code))

    def _add_action(self, code: str, row: Any) -> None:
        def text(name: str, label: Any, *, longest: int = 500, otherwise: str = "", help: Any = "") -> None:
            self.fields[f"{code}__{name}"] = forms.CharField(
                label=label, required=False, max_length=longest, help_text=help,
                initial=getattr(row, name) if row else otherwise, widget=forms.TextInput(attrs=CODE),
            )  # fmt: skip

        self.fields[f"{code}__method"] = forms.ChoiceField(
            label=_("Method"),
            choices=[(name, name) for name in METHODS],
            required=False,
            initial=row.method if row else "POST",
        )
        text("address", _("Address"), help=_("Empty: this is done here, as without a back office."))
        self.fields[f"{code}__body"] = forms.CharField(
            label=_("Body"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2, **CODE}),
            initial="" if row is None or row.body is None else json.dumps(row.body, ensure_ascii=False),
            help_text=_("JSON with names in it: {\"to\": \"{deliver_to}\"}"),
        )  # fmt: skip
        text("done", _("Where the answer says that it was done"), longest=200)
        text("done_is", _("… and as what"), longest=60)
        text("refusal", _("Where a refusal says why"), longest=200)
        text("number", _("Where the number of what was made stands"), longest=200)
        text(
            "key_header", _("Header of the key"), longest=60, otherwise="Idempotency-Key",
            help=_("The same key again is the same action: it must not be done twice over there."),
        )  # fmt: skip

    def clean_header_lines(self) -> dict[str, str]:
        return self._table("header_lines", ":")

    def clean_path_lines(self) -> dict[str, str]:
        return self._table("path_lines", "=")

    def clean_word_lines(self) -> dict[str, str]:
        return self._table("word_lines", "=")

    def _table(self, name: str, sign: str) -> dict[str, str]:
        found = {}
        for line in self.cleaned_data[name].splitlines():
            if not line.strip():
                continue
            key, between, value = line.partition(sign)
            if not between or not key.strip() or not value.strip():
                raise forms.ValidationError(_("“%(line)s” lacks a “%(sign)s”."), params={"line": line, "sign": sign})
            found[key.strip()] = value.strip()
        return found

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        found, given = self.instance, self.cleaned_data
        found.headers = given.get("header_lines", {})
        found.paths = given.get("path_lines", {})
        found.words = given.get("word_lines", {})
        header = given.get("credential_header", "")
        if value := given.get("credential_value"):
            found.credential = sealed_credential(header or "Authorization", value, address=given.get("address", ""))
        elif found.credential.get("sealed") and header:
            found.credential = {**found.credential, "header": header}
        if "address" in self.changed_data and found.credential.get("sealed") and not value:
            self._credential_stays_where_it_was()
        found.address, found.kinds = given.get("address", ""), given.get("kinds", [])
        for problem in problems_of(found, list(self._actions())):
            self.add_error(self._place(problem.field), sentence(problem))
        return cleaned

    def _credential_stays_where_it_was(self) -> None:
        if place_of(self.initial.get("address", "")) != place_of(self.cleaned_data.get("address", "")):
            self.add_error(
                "credential_value", _("The credential belongs to the address it was given for. Give it again.")
            )

    def children(self) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        return {"actions": list(self._actions())}

    def _actions(self) -> Iterator[dict[str, Any]]:
        """Those that have an address; what cannot be read as JSON is told beside its field."""
        for entry in SENT:
            row = {name: self.cleaned_data.get(f"{entry.code}__{name}", "") for name in PARTS}
            if not row["address"]:
                continue
            try:
                row["body"] = json.loads(row["body"]) if row["body"].strip() else None
            except ValueError:
                row["body"] = None
                if f"{entry.code}__body" not in self.errors:
                    self.add_error(f"{entry.code}__body", _("This is no JSON."))
            yield {"action": entry.code, **row, "method": row["method"] or "POST"}

    def _place(self, field: str) -> str | None:
        kind, _dot, code = field.partition(".")
        names = {"headers": "header_lines", "paths": "path_lines", "words": "word_lines"}
        found = f"{code}__address" if kind == "actions" and code else names.get(kind, kind)
        return found if found in self.fields else None

    @property
    def groups(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        return [
            (
                str(entry.name),
                "",
                [self[name] for name in self.fields if name.startswith(f"{entry.code}__")],
            )
            for entry in SENT
        ]


class TrialForm(forms.Form):
    """One thing to ask about, to see what comes."""

    kind = forms.ChoiceField(label=_("Kind"))
    number = forms.CharField(label=_("Number"), max_length=60, widget=forms.TextInput(attrs=CODE))
    parent = forms.CharField(
        label=_("Account behind it"), required=False, max_length=60, widget=forms.TextInput(attrs=CODE)
    )
    customer = forms.CharField(
        label=_("Customer over there"), required=False, max_length=100, widget=forms.TextInput(attrs=CODE)
    )

    def __init__(self, *args: Any, kinds: Sequence[str], **more: Any) -> None:
        super().__init__(*args, **more)
        field: Any = self.fields["kind"]
        field.choices = [(kind, SourceKind(kind).label) for kind in kinds if kind != SourceKind.CUSTOMER]


def _lines(table: Mapping[str, str], sign: str) -> str:
    return "\n".join(f"{name}{sign}{text}" for name, text in table.items())
