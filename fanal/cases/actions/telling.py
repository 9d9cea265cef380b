"""How everybody who may see a case hears of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fanal.agents.models import Agent
from fanal.cases.models import Case
from fanal.events.actions import publish


def audience_of(case: Case) -> list[str]:
    """Those who see every case, its owner and its team."""
    keys = ["cases"]
    if case.owner_id:
        keys.append(f"agent:{case.owner_id}")
    if case.team_id:
        keys.append(f"team:{case.team_id}")
    return keys


def tell(
    case: Case,
    kind: str,
    *,
    by: Agent | None,
    now: datetime,
    data: Mapping[str, Any] | None = None,
    interaction: int | None = None,
    also: list[str] | None = None,
) -> None:
    """Publish what happened to a case: ids and codes, never what was written."""
    facts: dict[str, Any] = {"case": case.pk, **(data or {})}
    if interaction is not None:
        facts["interaction"] = interaction
    if case.practice:
        facts["practice"] = True
    publish(kind=kind, data=facts, audience=[*audience_of(case), *(also or [])], now=now, by=by.pk if by else None)


def locked(case: Case | int) -> Case:
    """The case as it is now, held until the transaction ends."""
    return Case.objects.select_for_update(of=("self",)).get(pk=case if isinstance(case, int) else case.pk)
