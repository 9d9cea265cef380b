"""What a case waits for, and what waits for it, goes along when it becomes part of another; and how it goes back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from fanal.agents.models import Agent
from fanal.cases.actions.telling import tell
from fanal.cases.actions.waiting import behind, further
from fanal.cases.models import Case, CaseDependency, CaseMerge
from fanal.cases.rules.merging import Wait, waits_to_carry


def carry_waits(*, case: Case, into: Case, now: datetime, by: Agent) -> dict[str, Any]:
    """Within the transaction of the merge, in which nobody else ties cases: what went along or is over, by ids."""
    own = list(_at(case))
    if not own:
        return {"waits": [], "waits_over": []}
    found = waits_to_carry(
        case=case.pk,
        into=into.pk,
        own=[Wait(id=row.pk, case=row.case_id, on=row.on_id) for row in own],
        known=set(_at(into).values_list("case", "on")),
        further=further(into.pk),
        behind=behind(into.pk),
    )
    CaseDependency.objects.filter(pk__in=[*found.over, *found.twice]).update(ended_at=now, ended_by=by)
    for pk, side in found.moved:
        CaseDependency.objects.filter(pk=pk).update(**{side: into})
    for row in own:
        if row.pk in found.over:
            tell(row.case, "case.waits_no_longer", by=by, now=now, data={"on": row.on_id})
        elif row.case_id != case.pk:
            tell(row.case, "case.changed", by=by, now=now, data={"waits_on": into.pk})
    return {"waits": [list(pair) for pair in found.moved], "waits_over": [*found.over, *found.twice]}


def carry_waits_back(
    fact: CaseMerge, *, case: Case, chain: Sequence[Case], onward: Sequence[CaseMerge], now: datetime, by: Agent
) -> None:
    """Exactly these come back, as they stand by now: who stopped waiting since waits no longer.

    What was over by the merge, or by one further on, stands again, unless that would close a circle by now.
    """
    ended = [*_over(fact.carried, at=fact.at)]
    for pk, side in fact.carried.get("waits", ()):
        rows = CaseDependency.objects.filter(pk=pk, **{f"{side}__in": [one.pk for one in chain]})
        if not rows.update(**{side: case}):
            continue
        ended += [(pk, merge.at) for merge in onward if pk in merge.carried.get("waits_over", ())]
        row = CaseDependency.objects.select_related("case").get(pk=pk)
        if side == "on" and row.ended_at is None:
            tell(row.case, "case.changed", by=by, now=now, data={"waits_on": case.pk})
    for pk, at in ended:
        _again(pk, at=at, case=case, now=now, by=by)


def _over(carried: Mapping[str, Any], *, at: datetime) -> list[tuple[int, datetime]]:
    return [(pk, at) for pk in carried.get("waits_over", ())]


def _again(pk: int, *, at: datetime, case: Case, now: datetime, by: Agent) -> None:
    rows = CaseDependency.objects.filter(Q(case=case) | Q(on=case), pk=pk, ended_at=at).select_related("case", "on")
    row = rows.first()
    if row is None or _settled(row.case, row.on, but=case) or row.case_id in further(row.on_id):
        return
    if CaseDependency.objects.filter(case=row.case, on=row.on, ended_at=None).exists():
        return
    row.ended_at, row.ended_by = None, None
    row.save(update_fields=["ended_at", "ended_by"])
    tell(row.case, "case.waits", by=by, now=now, data={"on": row.on_id})


def _settled(*cases: Case, but: Case) -> bool:
    """Whether one of them was settled meanwhile; the case that comes back is as it was before."""
    return any(one.settled_at is not None for one in cases if one.pk != but.pk)


def _at(case: Case) -> Any:
    rows = CaseDependency.objects.filter(Q(case=case) | Q(on=case), ended_at=None)
    return rows.select_related("case").order_by("pk")
