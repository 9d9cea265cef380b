"""Targets and clocks as the rules take them."""

from collections.abc import Iterable

from django.db.models import F, QuerySet

from fanal.agents.kept import kept
from fanal.cases.models import Case
from fanal.clocks.models import Clock, Target
from fanal.clocks.rules.moves import Standing
from fanal.clocks.rules.targets import KINDS, Matter, Promise
from fanal.clocks.rules.timing import Course, Still
from fanal.hours.models import Calendar
from fanal.hours.reading import hours_of
from fanal.hours.rules import Calendar as Hours


def promises() -> list[Promise]:
    """The targets that are in use."""
    return [promise_of(target) for target in Target.objects.filter(active=True).order_by("code")]


def promise_of(target: Target) -> Promise:
    given = {kind: getattr(target, f"{kind}_minutes") for kind in KINDS}
    return Promise(
        id=target.pk,
        code=target.code,
        type=target.case_type_id,
        priority=target.priority,
        value_band=target.value_band,
        seconds={kind: minutes * 60 for kind, minutes in given.items() if minutes},
        at_risk_percent=target.at_risk_percent,
        calendar=target.calendar_id,
    )


def matter_of(case: Case) -> Matter:
    """What targets may name; of a customer who was joined with another it is the row that the case names."""
    band = case.customer.value_band if case.customer else None
    return Matter(type=case.type_id, priority=case.priority, value_band=band)


def standing(clock: Clock) -> Standing:
    still = clock.ended_at is None and any(pause.ended_at is None for pause in clock.pauses.all())
    return Standing(kind=clock.kind, still=still, ended_by=clock.ended_by)


def course(clock: Clock) -> Course:
    return Course(
        started_at=clock.started_at,
        seconds=clock.seconds,
        at_risk_percent=clock.at_risk_percent,
        pauses=tuple(Still(started_at=pause.started_at, ended_at=pause.ended_at) for pause in clock.pauses.all()),
        ended_at=clock.ended_at,
    )


def latest_of(case: Case) -> list[Clock]:
    """The last clock of each kind with its target, in the order in which they are promised."""
    return sorted(_latest(case=case.pk), key=lambda clock: KINDS.index(clock.kind))


@kept
def _latest(case: int) -> QuerySet[Clock]:
    rows = Clock.objects.filter(case=case).select_related("target")
    runs_first = F("ended_at").desc(nulls_first=True)
    return rows.order_by("kind", runs_first, "-started_at", "-pk").distinct("kind")


class Calendars:
    """The opening hours by id, each read once."""

    def __init__(self) -> None:
        self._known: dict[int, Hours] = {}

    def __getitem__(self, calendar: int | None) -> Hours | None:
        if calendar is None:
            return None
        if calendar not in self._known:
            row = Calendar.objects.prefetch_related("periods", "special_days").get(pk=calendar)
            self._known[calendar] = hours_of(row)
        return self._known[calendar]


def latest(clocks: Iterable[Clock]) -> dict[str, Clock]:
    """Of each kind the clock that runs, else the one that started last: one taken over in a merge may be older."""
    ordered = sorted(clocks, key=lambda clock: (clock.ended_at is None, clock.started_at, clock.pk))
    return {clock.kind: clock for clock in ordered}
