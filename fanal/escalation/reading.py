"""Rules and cases as the rules of escalation take them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from fanal.cases.models import Case, CaseState
from fanal.clocks.models import Clock
from fanal.clocks.reading import Calendars, course
from fanal.escalation.models import Escalation, EscalationRule
from fanal.escalation.rules import Facts, Rule, Running, goes_up, raised
from fanal.routing.models import Queue


def rules() -> list[EscalationRule]:
    """Those in use, in their order."""
    rows = EscalationRule.objects.filter(active=True)
    return list(rows.select_related("hand_over_to__tier", "case_type", "tier").order_by("position", "code"))


def rule_of(row: EscalationRule) -> Rule:
    return Rule(
        id=row.pk or 0,
        when=row.when,
        clock=row.clock,
        percent=row.percent or 0,
        age_minutes=row.age_minutes or 0,
        priority_at_least=row.priority_at_least,
        value_at_least=row.value_at_least,
        type=row.case_type_id,
        tier=row.tier_id,
    )


def raises(row: EscalationRule, case: Case) -> int | None:
    """The priority to which it raises the case; None when that is as urgent already, or it raises none."""
    return raised(case.priority, to=row.raise_to)


def hands_over(row: EscalationRule, case: Case) -> Queue | None:
    """The queue to which it hands the case over; None when its line, or a higher one, has it already."""
    queue = row.hand_over_to
    up = queue and queue.tier and goes_up(case.tier.rank if case.tier else None, to=queue.tier.rank)
    return queue if up else None


def facts_of(cases: Sequence[Case], *, calendars: Calendars | None = None) -> dict[int, Facts]:
    """What the rules look at of these cases, with three questions for all of them."""
    ids = [case.pk for case in cases]
    calendars = calendars or Calendars()
    clocks: dict[int, list[Clock]] = defaultdict(list)
    running = Clock.objects.filter(case__in=ids, ended_at=None, left_seconds=None)
    for clock in running.prefetch_related("pauses").order_by("pk"):
        clocks[clock.case_id].append(clock)
    done: dict[int, set[tuple[int, str]]] = defaultdict(set)
    for case, rule, stretch in Escalation.objects.filter(case__in=ids).values_list("case", "rule", "stretch"):
        done[case].add((rule, stretch))
    return {case.pk: _facts(case, clocks[case.pk], frozenset(done[case.pk]), calendars) for case in cases}


def _facts(case: Case, clocks: Iterable[Clock], done: frozenset[tuple[int, str]], calendars: Calendars) -> Facts:
    return Facts(
        type=case.type_id,
        tier=case.tier_id,
        priority=case.priority,
        value_band=case.customer.value_band if case.customer else None,
        opened_at=case.opened_at,
        openings=case.reopened_count,
        open=case.state == CaseState.OPEN and case.withdrawn_at is None and not case.practice,
        clocks=[
            Running(
                id=clock.pk,
                kind=clock.kind,
                course=course(clock),
                calendar=calendars[clock.calendar_id],
                at_risk_at=clock.at_risk_at,
                due_at=clock.due_at,
            )
            for clock in clocks
        ],
        done=done,
    )
