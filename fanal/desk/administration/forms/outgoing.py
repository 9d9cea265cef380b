"""What an account for calls says of calls that go out: the carrier's line, the countries, the caps and the hours."""

import re
from collections.abc import Mapping
from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fanal.desk.administration.forms.base import ConfigForm
from fanal.interactions.rules.dialling import NAME_OF_TRUNK, NUMBERS, limits_of
from fanal.norms import phones

MOST = 1_000_000
CODE = {"dir": "ltr", "autocomplete": "off", "spellcheck": "false"}
LABELS = {
    "calls_of_agent": _("Most calls of one agent in 24 hours"),
    "calls": _("Most calls of everybody in 24 hours"),
    "minutes_of_agent": _("Most minutes of one agent in 24 hours"),
    "minutes": _("Most minutes of everybody in 24 hours"),
    "callbacks_to_number": _("Most callbacks to one number in 24 hours"),
    "at_once_of_agent": _("Most calls of one agent at once"),
    "at_once": _("Most calls of everybody at once"),
    "minutes_without_agent": _("Minutes that callers talk with somebody outside alone"),
}


def add_fields(form: ConfigForm, *, chosen: Mapping[str, Any]) -> None:
    limits = limits_of(chosen)
    form.fields["out_trunk"] = forms.RegexField(
        label=_("Carrier's line"), regex=f"^{NAME_OF_TRUNK.pattern}$", required=False, initial=limits.trunk,
        widget=forms.TextInput(attrs={**CODE, "placeholder": "carrier"}),
        help_text=_("Its name in FANAL_PBX_TRUNKS. Without one no call goes out."),
        error_messages={"invalid": _("The name of a line is small letters, digits, - and _.")},
    )  # fmt: skip
    form.fields["out_countries"] = forms.CharField(
        label=_("Countries that may be called"), required=False, initial=" ".join(sorted(limits.countries)),
        widget=forms.TextInput(attrs={**CODE, "placeholder": "FR BE LU"}),
        help_text=_("Two letters each. Premium, shared-cost, satellite and short numbers are never called."),
    )  # fmt: skip
    for name in NUMBERS:
        form.fields[f"out_{name}"] = forms.IntegerField(
            label=LABELS[name], min_value=0, max_value=MOST, required=False, initial=getattr(limits, name)
        )
    for name, label in (("opens", _("Not called before")), ("closes", _("Not called after"))):
        form.fields[f"out_{name}"] = forms.TimeField(
            label=label, required=False, initial=getattr(limits, name),
            widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
            help_text=_("By the clock of whoever is called."),
        )  # fmt: skip


def fields(form: ConfigForm) -> list[forms.BoundField]:
    return [form[name] for name in form.fields if name.startswith("out_")]


def settings_of(form: ConfigForm, found: dict[str, Any]) -> dict[str, Any]:
    """What the form says of it. Countries that are none become errors of the form."""
    given = form.cleaned_data
    countries = sorted({one.upper() for one in re.split(r"[\s,;]+", given.get("out_countries", "")) if one})
    if unknown := [one for one in countries if one not in phones.countries()]:
        form.add_error("out_countries", _("“%(code)s” is no country. Write FR for France.") % {"code": unknown[0]})
    opens, closes = given.get("out_opens"), given.get("out_closes")
    if isinstance(opens, time) and isinstance(closes, time) and opens >= closes:
        form.add_error("out_closes", _("This has to be later than the time from which people are called."))
    told = dict(found.get("dialling") or {})
    told |= {"trunk": given.get("out_trunk") or "", "countries": countries}
    told |= {name: given[f"out_{name}"] for name in NUMBERS if given.get(f"out_{name}") is not None}
    told |= {name: f"{at:%H:%M}" for name, at in (("opens", opens), ("closes", closes)) if isinstance(at, time)}
    return {**found, "dialling": told if told["trunk"] or told["countries"] else {}}
