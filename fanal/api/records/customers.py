"""Customers for programs: found by one thing that is theirs alone, and read as far as the role goes."""

from collections import defaultdict
from collections.abc import Iterable

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Path, Query, Router

from fanal.agents.models import Permission
from fanal.api.callers import Caller, caller, needs
from fanal.api.problems import Problem
from fanal.api.records.shapes import ContactPointOut, CustomerAsked, CustomerOut, Customers, Id, nothing_else
from fanal.customers.models import ContactPoint, ContactPointKind, Customer
from fanal.customers.survivors import family_of, survivors_of
from fanal.environment import environment
from fanal.identity.gathering import email_forms
from fanal.norms import phones

LOOKS = (Permission.HANDLE, Permission.SUPERVISE, Permission.SUPERVISE_OWN_QUEUES)
AT_MOST = 20
router = Router(auth=needs(*LOOKS))


@router.get("/customers/", response=Customers, summary="Customers by their id in your systems, e-mail or phone")
def find(request: HttpRequest, asked: Query[CustomerAsked]) -> Customers:
    """At most twenty; nobody found is an empty list."""
    nothing_else(request, CustomerAsked)
    who = caller(request)
    given = [name for name, value in asked.dict().items() if value]
    if len(given) != 1:
        raise Problem(422, "ask_for_one", _("Ask for exactly one of external_id, email and phone."))
    if given[0] != "external_id" and not who.sees("contact"):
        raise Problem(403, "not_allowed", _("Your role does not show addresses and numbers, so it cannot ask by them."))
    found = survivors_of(_ids(asked, who))
    rows = Customer.objects.visible_to(who.agent).filter(pk__in=set(found.values())).order_by("pk")
    return Customers(rows=[_written(row, who) for row in rows[:AT_MOST]])


@router.get("/customers/{id}", response=CustomerOut, summary="One customer")
def customer(request: HttpRequest, id: Path[Id]) -> CustomerOut:
    """A merged customer's id answers with who stands for them now."""
    who = caller(request)
    return _written(seen(id, who), who)


def seen(pk: int, who: Caller) -> Customer:
    """A customer this caller may see, merged ones as their survivor. Raises Problem 404 for any other."""
    people = Customer.objects.visible_to(who.agent)
    found = people.filter(pk=survivors_of([pk]).get(pk, 0)).first() if people.filter(pk=pk).exists() else None
    if found is None:
        raise Problem(404, "not_found", _("There is no such customer."))
    return found


def _ids(asked: CustomerAsked, who: Caller) -> Iterable[int]:
    if asked.external_id:
        people = Customer.objects.visible_to(who.agent).filter(external_id=asked.external_id)
        return people.values_list("pk", flat=True)[:AT_MOST]
    points = ContactPoint.objects.filter(customer__in=Customer.objects.visible_to(who.agent), ended_at=None)
    if asked.email:
        points = points.filter(kind=ContactPointKind.EMAIL, value__in=email_forms(asked.email))
    else:
        phone = phones.normalise(asked.phone, environment.country or None)
        points = points.filter(kind=ContactPointKind.PHONE, value=phone.e164) if phone else points.none()
    return points.order_by("customer_id").values_list("customer_id", flat=True)[:AT_MOST]


def _written(row: Customer, who: Caller) -> CustomerOut:
    who.put_on_record(row.pk)
    points = defaultdict(list)
    for point in ContactPoint.objects.filter(customer__in=family_of(row.pk), ended_at=None).order_by("pk"):
        points[point.kind, point.value].append(point)
    return CustomerOut(
        id=row.pk,
        kind=row.kind,
        name=who.shown(row.name, "name"),
        external_id=who.shown(row.external_id, "name"),
        language=row.language,
        country=row.country,
        born_on=who.shown(row.born_on, "personal"),
        address=who.shown(row.address, "address"),
        postcode=who.shown(row.postcode, "address"),
        city=who.shown(row.city, "address"),
        contact_points=[
            ContactPointOut(
                kind=same[0].kind,
                value=who.shown(same[0].value, "contact"),
                state=same[0].state,
                preferred=any(point.preferred for point in same),
                shared=any(point.shared for point in same),
            )
            for same in points.values()
        ],
    )
