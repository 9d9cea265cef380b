"""The clocks of a case as a person reads them: what was promised, until when, and how it stands."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fanal.cases.models import Case
from fanal.clocks.reading import latest_of
from fanal.kpis.words import duration

NAMED = {"type": _("type"), "priority": _("priority"), "value_band": _("value of the customer")}
STATES: dict[str, tuple[str | Promise, str]] = {
    "met": (_("in time"), "go"),
    "missed": (_("too late"), "stop"),
    "dropped": (_("no longer needed"), ""),
    "still": (_("stands still"), "sea"),
    "never": (_("no opening hours, never due"), "lamp"),
    "late": (_("missed"), "stop"),
    "at_risk": (_("at risk"), "lamp"),
    "running": (_("running"), ""),
}
"""In words, and the colour of the tag."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    kind: str | Promise
    state: str
    due_at: datetime | None
    left: str
    target: str
    because: tuple[str | Promise, ...]

    @property
    def word(self) -> str | Promise:
        return STATES[self.state][0]

    @property
    def colour(self) -> str:
        return STATES[self.state][1]

    @property
    def runs(self) -> bool:
        return self.state in ("running", "at_risk", "late")


def clocks_of(case: Case, *, now: datetime) -> list[Shown]:
    """The last clock of each kind, in the order in which they are promised."""
    return [
        Shown(
            kind=clock.get_kind_display(),
            state=clock.state(now=now),
            due_at=clock.due_at,
            left="" if clock.left_seconds is None else duration(clock.left_seconds),
            target=clock.target.name,
            because=tuple(NAMED[name] for name in clock.why if name in NAMED),
        )
        for clock in latest_of(case)
    ]
