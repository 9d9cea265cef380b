"""A dry run: on which open cases would a rule act now, why, and what would it do? Nothing is written."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fanal.agents.models import Agent
from fanal.cases.models import Case, CaseState
from fanal.clocks.reading import Calendars
from fanal.escalation.models import EscalationRule
from fanal.escalation.reading import facts_of, hands_over, raises, rule_of
from fanal.escalation.rules import act, why
from fanal.routing.models import Queue

LOOKED_AT, SHOWN, AT_ONCE = 5_000, 100, 500


@dataclass(frozen=True, kw_only=True)
class Would:
    """What a rule would do to a case now."""

    case: Case
    why: list[dict[str, Any]]
    raised_to: int | None
    queue: Queue | None
    tells: bool


@dataclass(frozen=True, kw_only=True)
class Trial:
    """The first of those on which it would act; `looked_at` of `open` cases that it could be about."""

    found: list[Would]
    number: int
    looked_at: int
    open: int


def dry_run(*, rule: EscalationRule, viewer: Agent, now: datetime) -> Trial:
    """The oldest open cases first, as many as can be looked at while somebody waits."""
    rows = Case.objects.visible_to(viewer).filter(state=CaseState.OPEN, withdrawn_at=None, practice=False)
    if rule.case_type_id:
        rows = rows.filter(type=rule.case_type_id)
    if rule.tier_id:
        rows = rows.filter(tier=rule.tier_id)
    if rule.priority_at_least:
        rows = rows.filter(priority__gte=rule.priority_at_least)
    rows = rows.select_related("customer", "tier").order_by("opened_at", "pk")
    found: list[Would] = []
    number, looked_at, calendars, deciding = 0, 0, Calendars(), rule_of(rule)
    cases = list(rows[:LOOKED_AT])
    for start in range(0, len(cases), AT_ONCE):
        some = cases[start : start + AT_ONCE]
        facts = facts_of(some, calendars=calendars)
        looked_at += len(some)
        for case in some:
            one = act(deciding, facts[case.pk])
            if one is None or one.at > now:
                continue
            number += 1
            if len(found) < SHOWN:
                found.append(_would(rule, case, why(one, facts[case.pk])))
    return Trial(found=found, number=number, looked_at=looked_at, open=rows.count())


def _would(rule: EscalationRule, case: Case, because: list[dict[str, Any]]) -> Would:
    return Would(
        case=case,
        why=because,
        raised_to=raises(rule, case),
        queue=hands_over(rule, case),
        tells=rule.tell_supervision,
    )
