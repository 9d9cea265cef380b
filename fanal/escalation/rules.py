"""When a rule acts on a case, and why: decided without touching one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fanal.clocks.rules.timing import Course, moment
from fanal.hours.rules import Calendar

AT_ONCE, AGE, SHARE, AT_RISK, MISSED = "at_once", "age", "share", "at_risk", "missed"
OF_CLOCKS = (SHARE, AT_RISK, MISSED)
TOO_LATE = timedelta(seconds=1)
"""To the second is in time."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule as it decides; None holds for every case, `clock` empty for any clock."""

    id: int
    when: str
    clock: str = ""
    percent: int = 0
    age_minutes: int = 0
    priority_at_least: int | None = None
    value_at_least: int | None = None
    type: int | None = None
    tier: int | None = None


@dataclass(frozen=True, kw_only=True)
class Running:
    """A clock that runs now; one that stands still is left out."""

    id: int
    kind: str
    course: Course
    calendar: Calendar | None
    at_risk_at: datetime | None
    due_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What rules look at of a case. `open`: our turn; neither settled, taken back nor waiting for the customer.

    `done`: the rules that have acted already, each in which stretch.
    """

    type: int
    tier: int | None
    priority: int
    value_band: int | None
    opened_at: datetime
    openings: int = 0
    open: bool = True
    clocks: Sequence[Running] = ()
    done: frozenset[tuple[int, str]] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Act:
    """From when a rule may act on a case, and what for: `clock` is the kind of the clock, if it is about one."""

    rule: Rule
    at: datetime
    stretch: str
    clock: str = ""


def holds(rule: Rule, facts: Facts) -> bool:
    """Whether everything but the time is so."""
    return (
        facts.open
        and rule.type in (None, facts.type)
        and rule.tier in (None, facts.tier)
        and facts.priority >= (rule.priority_at_least or 0)
        and (rule.value_at_least is None or (facts.value_band is not None and facts.value_band >= rule.value_at_least))
    )


def act(rule: Rule, facts: Facts) -> Act | None:
    """The first time from which the rule may act, in a stretch in which it has not; None when it does not come."""
    if not holds(rule, facts):
        return None
    found = [one for one in _acts(rule, facts) if (rule.id, one.stretch) not in facts.done]
    return min(found, key=lambda one: one.at, default=None)


def due(rules: Iterable[Rule], facts: Facts, now: datetime) -> Act | None:
    """What is to be done first, in the order of the rules."""
    acts = (act(rule, facts) for rule in rules)
    return next((one for one in acts if one and one.at <= now), None)


def next_at(rules: Iterable[Rule], facts: Facts) -> datetime | None:
    """When the next rule may act, as things stand."""
    return min((one.at for rule in rules if (one := act(rule, facts))), default=None)


def raised(priority: int, *, to: int | None) -> int | None:
    """The priority as it becomes; None where nothing is raised: a rule never lowers one."""
    return to if to and to > priority else None


def goes_up(rank: int | None, *, to: int) -> bool:
    """A rule hands over to a higher line alone; a case of no line goes to any."""
    return rank is None or rank < to


def why(one: Act, facts: Facts) -> list[dict[str, Any]]:
    """What held, as codes: first the time, then what the rule names of the case."""
    rule = one.rule
    said: list[dict[str, Any]] = []
    if rule.when in OF_CLOCKS:
        said.append({"code": rule.when, "clock": one.clock} | ({"percent": rule.percent} if rule.when == SHARE else {}))
    elif rule.when == AGE:
        said.append({"code": AGE, "minutes": rule.age_minutes})
    if rule.priority_at_least is not None:
        said.append({"code": "priority", "value": facts.priority})
    if rule.value_at_least is not None:
        said.append({"code": "value_band", "value": facts.value_band})
    if rule.type is not None:
        said.append({"code": "type", "value": rule.type})
    if rule.tier is not None:
        said.append({"code": "tier", "value": rule.tier})
    return said


def _acts(rule: Rule, facts: Facts) -> Iterable[Act]:
    if rule.when == AT_ONCE:
        yield Act(rule=rule, at=facts.opened_at, stretch=f"opening {facts.openings}")
    elif rule.when == AGE:
        yield Act(rule=rule, at=facts.opened_at + timedelta(minutes=rule.age_minutes), stretch="age")
    for clock in facts.clocks if rule.when in OF_CLOCKS else ():
        at = _moment(rule, clock) if rule.clock in ("", clock.kind) else None
        if at:
            yield Act(rule=rule, at=at, stretch=f"clock {clock.id} {facts.openings}", clock=clock.kind)


def _moment(rule: Rule, clock: Running) -> datetime | None:
    match rule.when:
        case "at_risk":
            return clock.at_risk_at
        case "missed":
            return clock.due_at + TOO_LATE if clock.due_at else None
        case _:
            return moment(clock.course, clock.calendar, clock.course.seconds * rule.percent / 100)
