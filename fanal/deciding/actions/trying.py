"""Try rules out on what was there of late: what would be advised, how often, and what would be different."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fanal.agents.models import Agent
from fanal.cases.models import Case
from fanal.deciding import gathering, rules
from fanal.deciding.actions.showing import rule_of
from fanal.deciding.models import AdviceRule

RECENT = timedelta(days=30)
MOST = 200
"""Cases that are tried: nine questions each."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One case, what is advised for it today, and what would be; `seen`: the agent may see the case itself."""

    case: Case
    now: tuple[int, ...]
    then: tuple[int, ...]
    seen: bool = False
    judgements: tuple[rules.Advice, ...] = ()

    @property
    def differs(self) -> bool:
        return self.now != self.then


@dataclass(frozen=True, kw_only=True)
class Trial:
    """`counts`: of each rule, for how many cases it is the advice today and would be."""

    tried: int
    rows: tuple[Row, ...]
    counts: dict[int, tuple[int, int]]


def dry_run(*, changed: AdviceRule, agent: Agent, now: datetime, limit: int = MOST) -> Trial:
    """The latest cases with the rules as they are and with this one as it would be: all count, some are named.

    Nothing is written. A rule that has no id yet counts as 0.
    """
    today = list(AdviceRule.objects.filter(active=True))
    before = [rule_of(row) for row in today]
    after = _with(today, changed)
    cases = Case.objects.filter(practice=agent.practising, withdrawn_at=None, opened_at__gte=now - RECENT)
    cases = cases.select_related("customer", "category", "type").order_by("-opened_at")[:limit]
    found = list(cases)
    keys = [case.pk for case in found]
    own = set(Case.objects.visible_to(agent).filter(pk__in=keys).values_list("pk", flat=True))
    rows = tuple(_row(case, before, after, seen=case.pk in own, now=now) for case in found)
    return Trial(tried=len(rows), rows=rows, counts=_counted(rows))


def _with(today: Sequence[AdviceRule], changed: AdviceRule) -> list[rules.Rule]:
    rest = [row for row in today if row.pk != changed.pk]
    if changed.active:
        rest.append(changed)
    rest.sort(key=lambda row: (row.position, row.pk or 2**62))
    return [rule_of(row) for row in rest]


def _row(case: Case, before: Iterable[rules.Rule], after: Iterable[rules.Rule], *, seen: bool, now: datetime) -> Row:
    facts = gathering.of_case(case, now=now)
    then = rules.decide(after, facts)
    return Row(
        case=case,
        now=tuple(one.rule.id for one in rules.decide(before, facts)),
        then=tuple(one.rule.id for one in then),
        seen=seen,
        judgements=tuple(then),
    )


def _counted(rows: Iterable[Row]) -> dict[int, tuple[int, int]]:
    counts: dict[int, tuple[int, int]] = {}
    for row in rows:
        for rule in {*row.now, *row.then}:
            was, would = counts.get(rule, (0, 0))
            counts[rule] = (was + (rule in row.now), would + (rule in row.then))
    return counts
