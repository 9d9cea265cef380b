"""When we are open: a week as a person would write it down, and days that are different."""

import re
import zoneinfo
from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from fanal.desk.administration.forms.base import ConfigForm
from fanal.desk.naming import country_choices
from fanal.hours.models import Calendar, OpeningPeriod, SpecialDay

PERIOD = re.compile(r"(\d{1,2}):?(\d{2})\s*[-–]\s*(\d{1,2}):?(\d{2})")
SPECIAL = re.compile(rf"(\d{{4}}-\d\d-\d\d)(?:\s+({PERIOD.pattern}))?(?:\s+(.*))?")


def periods_of(text: str) -> list[tuple[time, time]]:
    """`08:00-12:00, 13:00-18:00`; 24:00 is midnight. Raises ValidationError with what to write instead."""
    found = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        match = PERIOD.fullmatch(part)
        try:
            if match is None:
                raise ValueError
            opens, opens_minute, closes, closes_minute = (int(number) for number in match.groups())
            end = time(0) if (closes, closes_minute) == (24, 0) else time(closes, closes_minute)
            found.append((time(opens, opens_minute), end))
        except ValueError:
            raise forms.ValidationError(
                _("“%(part)s” is not a time span. Write it like 08:00-18:00, several with commas between them."),
                params={"part": part},
            ) from None
    return found


class CalendarForm(ConfigForm):
    zone = forms.ChoiceField(
        label=_("Time zone"), choices=[(zone, zone) for zone in sorted(zoneinfo.available_timezones())]
    )
    special = forms.CharField(
        label=_("Special days"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 10, "class": "code", "dir": "ltr"}),
        help_text=_(
            "One day a line: 2026-12-25 Christmas Day is closed all day; 2026-12-24 08:00-13:00 Christmas Eve "
            "has hours of its own."
        ),
    )

    class Meta:
        model = Calendar
        fields = ("name", "zone")
        labels = {"name": _("Name")}

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        week: dict[int, list[OpeningPeriod]] = {day: [] for day in range(7)}
        for period in self.instance.periods.all() if self.instance.pk else ():
            week[period.weekday].append(period)
        for day, name in WEEKDAYS.items():
            self.fields[f"day_{day}"] = forms.CharField(
                label=name,
                required=False,
                initial=", ".join(f"{p.opens_at:%H:%M}-{p.closes_at:%H:%M}" for p in week[day]),
                widget=forms.TextInput(attrs={"placeholder": "08:00-12:00, 13:00-18:00", "dir": "ltr"}),
            )
        self.order_fields(["name", "zone", *(f"day_{day}" for day in range(7)), "special"])
        if self.instance.pk:
            self.fields["special"].initial = "\n".join(_line(day) for day in self.instance.special_days.all())

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        self.periods = []
        for day in range(7):
            try:
                spans = periods_of(self.cleaned_data.get(f"day_{day}", ""))
                self.periods += [{"weekday": day, "opens_at": opens, "closes_at": closes} for opens, closes in spans]
            except forms.ValidationError as problem:
                self.add_error(f"day_{day}", problem)
        self.special_days = []
        for number, line in enumerate(self.cleaned_data.get("special", "").splitlines(), 1):
            try:
                self.special_days += [_special(line)] if line.strip() else []
            except ValueError:
                self.add_error(
                    "special",
                    forms.ValidationError(
                        _("Line %(number)s, “%(line)s”: write the date first, like 2026-12-25 Christmas Day."),
                        params={"number": number, "line": line[:60]},
                    ),
                )
        return cleaned

    def children(self) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        return {"periods": self.periods, "special_days": self.special_days}


def _countries_with_holidays() -> list[tuple[str, str]]:
    import holidays  # two megabytes for one page that is seldom opened

    known = holidays.list_supported_countries()
    return [(code, name) for code, name in country_choices() if code in known]


class HolidaysForm(forms.Form):
    """The public holidays of a country, added to the special days."""

    country = forms.ChoiceField(label=_("Country"), choices=_countries_with_holidays)
    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)

    def days(self, known: set[date], language: str) -> list[dict[str, Any]]:
        """Those that are not special days already."""
        import holidays

        country, year = self.cleaned_data["country"], self.cleaned_data["year"]
        named = holidays.country_holidays(country, years=year, language=language)
        return [
            {"on": day, "name": name[:100], "opens_at": None, "closes_at": None}
            for day, name in sorted(named.items())
            if day not in known
        ]


def _special(line: str) -> dict[str, Any]:
    match = SPECIAL.fullmatch(line.strip())
    if match is None:
        raise ValueError(line)
    spans = periods_of(match[2]) if match[2] else []
    opens, closes = spans[0] if spans else (None, None)
    return {"on": date.fromisoformat(match[1]), "name": (match[7] or "")[:100], "opens_at": opens, "closes_at": closes}


def _line(day: SpecialDay) -> str:
    hours = f" {day.opens_at:%H:%M}-{day.closes_at:%H:%M}" if day.opens_at and day.closes_at else ""
    return f"{day.on:%Y-%m-%d}{hours} {day.name}".rstrip()
