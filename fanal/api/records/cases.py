"""Cases for programs: what has changed since, one of them, and opening, noting and settling them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Status

from fanal.agents.models import Permission
from fanal.api.callers import Caller, caller, needs
from fanal.api.once import DESCRIBED, once
from fanal.api.problems import Problem
from fanal.api.records import customers
from fanal.api.records.shapes import (
    CaseIn,
    CaseOut,
    Cases,
    CasesAsked,
    CaseWhole,
    ClockOut,
    Id,
    NoteIn,
    NoteOut,
    SettlementIn,
    nothing_else,
)
from fanal.cases import actions, wording
from fanal.cases.asking import fields_of
from fanal.cases.merged import end_of
from fanal.cases.models import Case, CaseQuery, CaseType
from fanal.cases.rules import NotPossible
from fanal.clocks.reading import latest_of
from fanal.customers.models import Customer
from fanal.customers.survivors import family_of, survivors_of
from fanal.holdings.models import Order
from fanal.routing import actions as routing

READERS = (Permission.HANDLE, Permission.SEE_ALL_CASES, Permission.SUPERVISE, Permission.SUPERVISE_OWN_QUEUES)
WRITERS = (Permission.HANDLE, Permission.SUPERVISE)
T = TypeVar("T")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
router = Router(auth=needs(*READERS))


@router.get("/cases/", response=Cases, summary="Cases, the longest unchanged first")
def listing(request: HttpRequest, asked: Query[CasesAsked]) -> Cases:
    """To follow changes, keep the latest `updated_at` and ask again from a minute before it."""
    nothing_else(request, CasesAsked)
    rows = _rows(caller(request))
    if asked.state:
        rows = rows.filter(state=asked.state)
    if asked.customer:
        rows = rows.filter(customer__in=family_of(asked.customer))
    if asked.changed_after:
        rows = rows.filter(updated_at__gt=_aware(asked.changed_after))
    if asked.after:
        at, pk = _place(asked.after)
        rows = rows.filter(Q(updated_at=at, pk__gt=pk) | Q(updated_at__gt=at), updated_at__gte=at)
    found = list(rows.order_by("updated_at", "pk")[: asked.limit + 1])
    page = found[: asked.limit]
    people = survivors_of(row.customer_id for row in page if row.customer_id)
    more = len(found) > asked.limit
    return Cases(rows=[CaseOut(**_written(row, people)) for row in page], next=_mark(page[-1]) if more else None)


@router.post(
    "/cases/",
    response={201: CaseWhole},
    auth=needs(Permission.HANDLE),
    summary="Open a case, for nobody in particular",
    openapi_extra=DESCRIBED,
)
@once
def opening(request: HttpRequest, given: CaseIn) -> Status[CaseWhole]:
    """It has no owner yet; what is not to be seen is answered as what does not exist."""
    who = caller(request)
    kind = CaseType.objects.filter(code=given.type, active=True).first()
    if kind is None:
        raise Problem(422, "type_unknown", _("There is no such case type."))
    person = customers.seen(given.customer, who) if given.customer else None
    order = _order(given.order, person, who) if given.order else None
    if person is None and order is not None:
        person = customers.seen(order.customer_id, who)
    case = _done(
        lambda: actions.open_case(
            type=kind,
            subject=given.subject,
            customer=person,
            order=order,
            values=given.values,
            now=timezone.now(),
            by=who.agent,
        )
    )
    return Status(201, _whole(case.number, who))


@router.get("/cases/{number}", response=CaseWhole, summary="One case with its notes")
def case(request: HttpRequest, number: Path[Id]) -> CaseWhole:
    return _whole(number, caller(request))


@router.post(
    "/cases/{number}/notes",
    response={201: NoteOut},
    auth=needs(*WRITERS),
    summary="Write a note on a case",
    openapi_extra=DESCRIBED,
)
@once
def notes(request: HttpRequest, number: Path[Id], given: NoteIn) -> Status[NoteOut]:
    who = caller(request)
    row = _seen(number, who)
    note = _done(lambda: actions.add_note(case=row, text=given.text, now=timezone.now(), by=who.agent))
    return Status(201, NoteOut(id=note.pk, by=note.by_id, text=note.text, at=note.at))


@router.post(
    "/cases/{number}/settlement",
    response=CaseWhole,
    auth=needs(*WRITERS),
    summary="Settle a case",
    openapi_extra=DESCRIBED,
)
@once
def settlement(request: HttpRequest, number: Path[Id], given: SettlementIn) -> CaseWhole:
    """Settling a settled case changes nothing."""
    who = caller(request)
    row = _seen(number, who)
    _done(lambda: routing.settle_case(case=row, note=given.note, now=timezone.now(), by=who.agent))
    return _whole(number, who)


def _rows(who: Caller) -> CaseQuery:
    return Case.objects.visible_to(who.agent).select_related("type", "category", "order")


def _seen(number: int, who: Caller) -> Case:
    found = _rows(who).filter(number=number).first()
    if found is None:
        raise Problem(404, "not_found", _("There is no such case."))
    return found


def _order(number: str, person: Customer | None, who: Caller) -> Order:
    rows = Order.objects.visible_to(who.agent).filter(number=number)
    if person is not None:
        rows = rows.filter(customer__in=family_of(person.pk))
    found: Order | None = rows.first()
    if found is None:
        raise Problem(422, "order_unknown", _("There is no such order of this customer."))
    return found


def _done(do: Callable[[], T]) -> T:
    """Do it; what stands against it is a Problem 409."""
    try:
        return do()
    except NotPossible as why:
        raise Problem(409, why.code, wording.sentence(why)) from why


def _whole(number: int, who: Caller) -> CaseWhole:
    row = _seen(number, who)
    written = [NoteOut(id=note.pk, by=note.by_id, text=note.text, at=note.at) for note in row.notes.all()]
    people = survivors_of([row.customer_id] if row.customer_id else [])
    return CaseWhole(
        **_written(row, people),
        notes=written,
        clocks=_clocks(row),
        values=_values(row, who),
        merged_into=_end(row, who),
    )


def _values(row: Case, who: Caller) -> dict[str, str | bool]:
    """What is known of the fields of its type, but for what is hidden from this role."""
    readable = (field for field in fields_of(row.type_id) if field.seen_by(who.agent))
    return {field.code: row.values[field.code] for field in readable if field.code in row.values}


def _end(row: Case, who: Caller) -> int | None:
    """The number of the case in which a merged one is read on, for whoever may see that."""
    return _rows(who).values_list("number", flat=True).filter(pk=end_of(row).pk).first() if row.merged_into_id else None


def _clocks(row: Case) -> list[ClockOut]:
    now = timezone.now()
    return [
        ClockOut(
            kind=clock.kind,
            target=clock.target.code,
            state=clock.state(now=now),
            started_at=clock.started_at,
            due_at=clock.due_at,
            at_risk_at=clock.at_risk_at,
            left_seconds=clock.left_seconds,
            ended_at=clock.ended_at,
        )
        for clock in latest_of(row)
    ]


def _written(row: Case, people: dict[int, int]) -> dict[str, Any]:
    return {
        "number": row.number,
        "type": row.type.code,
        "category": row.category.code if row.category else None,
        "subject": row.subject,
        "state": row.state,
        "priority": row.priority,
        "origin": row.origin,
        "customer": people.get(row.customer_id) if row.customer_id else None,
        "order": row.order.number if row.order else None,
        "owner": row.owner_id,
        "opened_at": row.opened_at,
        "updated_at": row.updated_at,
        "settled_at": row.settled_at,
        "withdrawn_at": row.withdrawn_at,
        "due_at": row.due_at,
        "at_risk_at": row.at_risk_at,
    }


def _mark(row: Case) -> str:
    """Where a page ended: the microsecond of the last row's change, and its id."""
    return f"{(row.updated_at - EPOCH) // timedelta(microseconds=1)}-{row.pk}"


def _place(mark: str) -> tuple[datetime, int]:
    at, _dash, pk = mark.partition("-")
    try:
        if int(pk) >= 2**63:
            raise ValueError
        return EPOCH + timedelta(microseconds=int(at)), int(pk)
    except (ValueError, OverflowError) as why:
        raise Problem(422, "after_unknown", _("“after” is the “next” of the page before, as it is.")) from why


def _aware(at: datetime) -> datetime:
    """A time without a zone is meant in UTC. Raises Problem 422 for one outside the calendar of UTC."""
    try:
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except OverflowError as why:
        raise Problem(422, "invalid", _("This time is outside the calendar.")) from why
