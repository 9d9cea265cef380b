"""How everybody who may see a case hears of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from fanal.agents.kept import kept
from fanal.agents.models import Agent
from fanal.cases.models import Case, CaseHelper
from fanal.events.actions import publish


def audience_of(case: Case, *, is_new: bool = False) -> list[str]:
    """Those who see every case, its owner, its team, and who helps with it: with a new one nobody yet."""
    keys = ["cases"]
    if case.owner_id:
        keys.append(f"agent:{case.owner_id}")
    if case.team_id:
        keys.append(f"team:{case.team_id}")
    if not is_new:
        keys += [f"agent:{pk}" for pk in _helpers(case=case.pk)]
    return keys


@kept
def _helpers(case: int) -> QuerySet[CaseHelper, int]:
    return CaseHelper.objects.filter(case=case, left_at=None).order_by("pk").values_list("agent", flat=True)


def tell(
    case: Case,
    kind: str,
    *,
    by: Agent | None,
    now: datetime,
    data: Mapping[str, Any] | None = None,
    interaction: int | None = None,
    also: list[str] | None = None,
    is_new: bool = False,
) -> None:
    """Publish what happened to a case: ids and codes, never what was written."""
    facts: dict[str, Any] = {"case": case.pk, **(data or {})}
    if interaction is not None:
        facts["interaction"] = interaction
    if case.practice:
        facts["practice"] = True
    audience = [*audience_of(case, is_new=is_new), *(also or [])]
    publish(kind=kind, data=facts, audience=audience, now=now, by=by.pk if by else None)


def locked(case: Case | int) -> Case:
    """The case as it is now, held until the transaction ends."""
    return Case.objects.select_for_update(of=("self",)).get(pk=case if isinstance(case, int) else case.pk)


def all_locked(*cases: Case) -> dict[int, Case]:
    """Several as they are now, by their ids, always locked in the same order."""
    rows = Case.objects.select_for_update(of=("self",)).filter(pk__in=[case.pk for case in cases])
    return {row.pk: row for row in rows.order_by("pk")}
