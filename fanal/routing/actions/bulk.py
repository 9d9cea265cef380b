"""One change to many cases: asked for once, done in batches that each end well, and taken back as a whole."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from procrastinate.contrib.django import app as tasks

from fanal.agents.models import Agent, Team, Tier
from fanal.cases import actions as cases
from fanal.cases import rules as case_rules
from fanal.cases.actions import notices
from fanal.cases.models import BulkChange, BulkItem, BulkKind, BulkState, Case, CaseType, Category
from fanal.cases.rules.bulk import MOST, may_undo
from fanal.events.actions import publish
from fanal.routing.actions.cases import enqueue_case, settle_case
from fanal.routing.actions.refusals import NotPossible
from fanal.routing.bulk import COLUMNS, codes_of, given_for, refusals, wanted_of
from fanal.routing.models import Queue

AT_ONCE = 50
"""Cases in one transaction: nobody waits long for a case that is among them."""


@transaction.atomic
def begin_bulk(
    *,
    kind: str,
    to: int | None,
    note: str = "",
    values: Mapping[str, str] | None = None,
    case_ids: Sequence[int],
    now: datetime,
    by: Agent,
) -> BulkChange:
    """Write down what is asked for; the worker does it. Raises cases.rules.NotPossible for none or too many.

    `values`: what to fill into fields that a case lacks, when many are settled.
    """
    chosen = list(dict.fromkeys(case_ids))
    if not chosen:
        raise case_rules.NotPossible("none_chosen")
    if len(chosen) > MOST:
        raise case_rules.NotPossible("too_many_chosen")
    value = {"to": to, "note": note, "values": dict(values or {})}
    bulk = BulkChange.objects.create(kind=kind, value=value, by=by, at=now, total=len(chosen))
    BulkItem.objects.bulk_create(BulkItem(bulk=bulk, case_id=pk) for pk in chosen)
    _tell(bulk, now=now)
    tasks.configure_task("routing.bulk").defer(bulk=bulk.pk)
    return bulk


@transaction.atomic
def undo_bulk(*, bulk: BulkChange, now: datetime, by: Agent) -> BulkChange:
    """Ask for all of it to be taken back, where nobody has changed it since. Raises cases.rules.NotPossible."""
    bulk = BulkChange.objects.select_for_update(of=("self",)).get(pk=bulk.pk)
    if not may_undo(bulk.kind, state=bulk.state, ended_at=bulk.ended_at, now=now):
        raise case_rules.NotPossible("undo_over")
    bulk.state, bulk.undone_by = BulkState.UNDOING, by
    bulk.save(update_fields=["state", "undone_by"])
    BulkItem.objects.filter(bulk=bulk, refused="").update(left=True)
    _tell(bulk, now=now)
    tasks.configure_task("routing.bulk").defer(bulk=bulk.pk)
    return bulk


@transaction.atomic
def go_on(*, bulk: int, now: datetime) -> bool:
    """Do the next batch, in one transaction; False when nothing is left, or somebody else is at it."""
    found = BulkChange.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=bulk).first()
    if found is None or found.state not in (BulkState.RUNNING, BulkState.UNDOING):
        return False
    items = list(BulkItem.objects.filter(bulk=found, left=True).order_by("case")[:AT_ONCE])
    if found.state == BulkState.RUNNING:
        _do(found, items, now=now)
    else:
        _undo(found, items, now=now)
    over = len(items) < AT_ONCE
    if over:
        found.state = BulkState.DONE if found.state == BulkState.RUNNING else BulkState.UNDONE
        found.ended_at = now
    found.save()
    _tell(found, now=now)
    return not over


def unfinished() -> list[int]:
    """What was begun and is not over: its worker may have been stopped."""
    rows = BulkChange.objects.filter(state__in=[BulkState.RUNNING, BulkState.UNDOING]).order_by("at")
    return list(rows.values_list("pk", flat=True))


def _do(bulk: BulkChange, items: Sequence[BulkItem], *, now: datetime) -> None:
    by, to = Agent.objects.select_related("role").get(pk=bulk.by_id), bulk.value["to"]
    also = [to] if bulk.kind == BulkKind.PROBLEM else []
    seen = {case.pk: case for case in _locked(items, by, also=also)}
    against = refusals(list(seen.values()), wanted_of(bulk.kind, to), given=bulk.value.get("values", {}))
    change = _change(bulk, list(seen.values()), by=by, now=now)
    done = None
    for item in items:
        case = seen.get(item.case_id)
        item.refused, item.names, item.left = ("not_seen", [], False) if case is None else (*against[case.pk], False)
        if case is not None and not item.refused:
            before = _before(case, bulk.kind)
            item.refused, item.names = _tried(change, case)
            item.before = None if item.refused else before
            done = done if item.refused else case
        item.names = list(item.names) if item.refused else []
    BulkItem.objects.bulk_update(items, ["refused", "names", "before", "left"])
    bulk.done = F("done") + len(items)
    bulk.refused = F("refused") + sum(1 for item in items if item.refused)
    if done and bulk.kind == BulkKind.OWNER and to:
        notices.tell(agents=[to], kind="given_many", case=done, by=by, now=now)


def _undo(bulk: BulkChange, items: Sequence[BulkItem], *, now: datetime) -> None:
    by = Agent.objects.select_related("role").get(pk=bulk.undone_by_id or 0)
    seen = {case.pk: case for case in _locked(items, by, also=[])}
    number = 0
    for item in items:
        item.left = False
        case = seen.get(item.case_id)
        if case is None or item.before is None or _before(case, bulk.kind)["is"] != bulk.value["to"]:
            continue  # changed since, or no longer to be seen: it stays
        refused, _names = _tried(_back(bulk, item.before, by=by, now=now), case)
        number += not refused
    BulkItem.objects.bulk_update(items, ["left"])
    bulk.undone = F("undone") + number


def _tried(change: Callable[[Case], object], case: Case) -> tuple[str, Sequence[str]]:
    """Do it to one case, so that a refusal leaves the others alone; the code of the refusal."""
    try:
        with transaction.atomic():
            change(case)
    except case_rules.NotPossible as refused:
        return refused.code, refused.names
    except NotPossible as refused:
        return refused.code, ()
    return "", ()


def _change(bulk: BulkChange, among: Sequence[Case], *, by: Agent, now: datetime) -> Callable[[Case], object]:
    to, note, given = bulk.value["to"], bulk.value.get("note", ""), bulk.value.get("values", {})
    if bulk.kind == BulkKind.QUEUE:
        queue = Queue.objects.get(pk=to)
        return lambda case: enqueue_case(case=case, queue=queue, note=note, by=by, now=now)
    if bulk.kind == BulkKind.SETTLE:
        codes = codes_of(among) if given else {}
        return lambda case: settle_case(
            case=case,
            note=note,
            values=given_for(case, given, codes=codes.get(case.type_id, ())),
            by=by,
            now=now,
        )
    return _setting(bulk.kind, {"is": to}, by=by, now=now)


def _back(bulk: BulkChange, before: dict[str, Any], *, by: Agent, now: datetime) -> Callable[[Case], object]:
    if bulk.kind == BulkKind.PROBLEM:
        return lambda case: cases.leave(case=case, now=now, by=by)
    return _setting(bulk.kind, before, by=by, now=now)


def _setting(kind: str, wanted: dict[str, Any], *, by: Agent, now: datetime) -> Callable[[Case], object]:
    to = wanted["is"]
    match kind:
        case BulkKind.OWNER:
            given: dict[str, Any] = {"owner": Agent.objects.select_related("team").get(pk=to) if to else None}
            if "team" in wanted:
                given["team"] = Team.objects.get(pk=wanted["team"]) if wanted["team"] else None
            return lambda case: cases.assign(case=case, **given, quiet=True, now=now, by=by)
        case BulkKind.TIER:
            tier = Tier.objects.get(pk=to) if to else None
            return lambda case: cases.assign(case=case, tier=tier, quiet=True, now=now, by=by)
        case BulkKind.PRIORITY:
            return lambda case: cases.change(case=case, priority=to, now=now, by=by)
        case BulkKind.CATEGORY:
            category = Category.objects.get(pk=to) if to else None
            return lambda case: cases.change(case=case, category=category, now=now, by=by)
        case BulkKind.TYPE:
            kind_of_case = CaseType.objects.get(pk=to)
            return lambda case: cases.change(case=case, type=kind_of_case, now=now, by=by)
        case _:
            problem = Case.objects.get(pk=to)
            return lambda case: cases.join(case=case, problem=problem, now=now, by=by)


def _before(case: Case, kind: str) -> dict[str, Any]:
    """What stands there; an owner brings the team along, so that it goes back with them."""
    column = COLUMNS.get(BulkKind(kind))
    found = {"is": getattr(case, column) if column else None}
    return found | ({"team": case.team_id} if kind == BulkKind.OWNER else {})


def _locked(items: Sequence[BulkItem], agent: Agent, *, also: list[int]) -> list[Case]:
    """Those that this person may see, always locked in the same order."""
    rows = Case.objects.visible_to(agent).filter(pk__in=[*(item.case_id for item in items), *also])
    return list(rows.select_for_update(of=("self",)).order_by("pk"))


def _tell(bulk: BulkChange, *, now: datetime) -> None:
    data = {"bulk": bulk.pk, "state": str(bulk.state)}
    publish(kind="bulk.moved", data=data, audience=[f"agent:{bulk.by_id}"], now=now, by=bulk.by_id)
