"""A technician goes to the customer: planned, moved, set out, done or not done, cancelled."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import IntegrityError, transaction

from fanal.agents.models import Agent
from fanal.cases import rules
from fanal.cases.actions import notices
from fanal.cases.actions.helping import let_in, let_out
from fanal.cases.actions.telling import locked, tell
from fanal.cases.models import COMES, Case, CaseState, Part, Visit, VisitPart, VisitState
from fanal.cases.rules.visits import Slot, check_move, check_outcome, check_slot
from fanal.holdings.models import Product

MOST_PARTS = 50


@transaction.atomic
def plan_visit(
    *,
    case: Case,
    technician: Agent,
    slot: Slot,
    zone: str,
    address: str,
    task: str = "",
    parts: Iterable[tuple[int, str]] = (),
    now: datetime,
    by: Agent,
) -> Visit:
    """Plan a visit; the technician sees the case until it is over. `parts`: how many of what. Raises NotPossible."""
    case = locked(case)
    if case.withdrawn_at or case.state == CaseState.SETTLED:
        raise rules.NotPossible("withdrawn" if case.withdrawn_at else "settled")
    visit = Visit(case=case, zone=zone, planned_by=by, planned_at=now)
    _put(visit, technician=technician, slot=slot, address=address, task=task, now=now)
    _pack(visit, parts)
    let_in(case=case, agent=technician, part=Part.VISITS, now=now, by=by)
    _told(visit, by=by, now=now)
    return visit


@transaction.atomic
def move_visit(
    *,
    visit: Visit,
    technician: Agent,
    slot: Slot,
    zone: str,
    address: str,
    task: str = "",
    parts: Iterable[tuple[int, str]] = (),
    now: datetime,
    by: Agent,
) -> Visit:
    """Another slot, address or technician, as long as nobody has set out. Raises NotPossible."""
    case, visit = _held(visit)
    if visit.state != VisitState.PLANNED:
        raise rules.NotPossible("visit_over")
    before, visit.zone = visit.technician, zone
    _put(visit, technician=technician, slot=slot, address=address, task=task, now=now)
    visit.parts.all().delete()
    _pack(visit, parts)
    if before != technician:
        _goes_no_more(case, before, now=now, by=by)
        let_in(case=case, agent=technician, part=Part.VISITS, now=now, by=by)
    _told(visit, by=by, now=now)
    return visit


@transaction.atomic
def set_out(*, visit: Visit, now: datetime, by: Agent) -> Visit:
    """The technician is on the way. Raises NotPossible."""
    _, visit = _held(visit)
    _move(visit, VisitState.ON_THE_WAY)
    visit.set_out_at = now
    visit.save(update_fields=["state", "set_out_at"])
    _told(visit, by=by, now=now)
    return visit


@transaction.atomic
def end_visit(
    *, visit: Visit, state: str, outcome: str, word: str = "", used: Collection[int] = (), now: datetime, by: Agent
) -> Visit:
    """It is done, or it is not, with an outcome and a word; `used`: the ids of the parts. Raises NotPossible."""
    case, visit = _held(visit)
    word = check_outcome(state, outcome, word)
    _move(visit, state)
    visit.outcome, visit.word, visit.ended_at = outcome, word, now
    visit.save(update_fields=["state", "outcome", "word", "ended_at"])
    for part in visit.parts.all():
        part.used = part.pk in used
        part.save(update_fields=["used"])
    _told(visit, by=by, now=now)
    _goes_no_more(case, visit.technician, now=now, by=by)
    return visit


@transaction.atomic
def cancel_visit(*, visit: Visit, why: str, now: datetime, by: Agent) -> Visit:
    """Nobody goes, for a reason that is kept. Raises NotPossible."""
    case, visit = _held(visit)
    why = rules.check_reason(why)
    _move(visit, VisitState.CANCELLED)
    visit.word, visit.ended_at = why, now
    visit.save(update_fields=["state", "word", "ended_at"])
    _told(visit, by=by, now=now)
    _goes_no_more(case, visit.technician, now=now, by=by)
    return visit


def _put(visit: Visit, *, technician: Agent, slot: Slot, address: str, task: str, now: datetime) -> None:
    """Give a visit its slot. Two who plan at once are told apart by the database."""
    if not (technician.is_active and technician.tier and technician.tier.visits):
        raise rules.NotPossible("no_technician")
    if technician.practising != visit.case.practice:
        raise rules.NotPossible("owner_practises")
    if not address.strip():
        raise rules.NotPossible("address_missing")
    near = Visit.objects.filter(technician=technician, state__in=COMES, begins_at__lt=slot.ends_at)
    near = near.filter(ends_at__gt=slot.begins_at).exclude(pk=visit.pk)
    check_slot(slot, others=[Slot(begins_at=one.begins_at, ends_at=one.ends_at) for one in near], now=now)
    visit.technician, visit.begins_at, visit.ends_at = technician, slot.begins_at, slot.ends_at
    visit.address, visit.task = " ".join(address.split())[:300], task.replace("\x00", "").strip()
    try:
        with transaction.atomic():
            visit.save()
    except IntegrityError as problem:
        if "technician_at_one_place" in str(problem):
            raise rules.NotPossible("slot_taken") from problem
        raise


def _pack(visit: Visit, parts: Iterable[tuple[int, str]]) -> None:
    """A part that is called as one of our products is that product."""
    wanted = [(number, " ".join(text.split())[:120]) for number, text in parts][:MOST_PARTS]
    products = {product.name.casefold(): product for product in Product.objects.all()} if wanted else {}
    VisitPart.objects.bulk_create(
        VisitPart(visit=visit, text=text, quantity=min(max(number, 1), 999), product=products.get(text.casefold()))
        for number, text in wanted
        if text
    )


def _held(visit: Visit) -> tuple[Case, Visit]:
    """The case, then the visit, locked in this order."""
    case = locked(visit.case_id)
    rows = Visit.objects.select_for_update(of=("self",)).select_related("technician", "case")
    return case, rows.get(pk=visit.pk)


def _move(visit: Visit, state: str) -> None:
    check_move(visit.state, state)
    visit.state = state


def _goes_no_more(case: Case, technician: Agent, *, now: datetime, by: Agent) -> None:
    if not case.visits.filter(technician=technician, state__in=COMES).exists():
        let_out(case=case, agent=technician, part=Part.VISITS, now=now, by=by)


def _told(visit: Visit, *, by: Agent, now: datetime) -> None:
    """Into the history of the case; its owner and the technician hear of it."""
    data = {"visit": visit.pk, "technician": visit.technician_id, "state": str(visit.state)}
    tell(visit.case, "case.visit", by=by, now=now, data=data, also=[f"agent:{visit.technician_id}"])
    concerned = {pk for pk in (visit.case.owner_id, visit.technician_id) if pk}
    notices.tell(agents=concerned, kind="visit", case=visit.case, by=by, now=now)
