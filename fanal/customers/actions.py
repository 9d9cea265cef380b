"""What is done to a customer's details: each change kept in the history, each name filed for the search."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pghistory
from django.db import transaction
from django.utils import timezone

from fanal.agents.models import Agent
from fanal.customers import index, rules
from fanal.customers.models import (
    ContactPoint,
    ContactPointKind,
    ContactPointState,
    Customer,
    Relationship,
    RelationshipKind,
)
from fanal.environment import environment
from fanal.events.actions import publish


class NotValid(Exception):
    """A field cannot be stored: `problems` is field name to problem code; fanal.customers.wording says it."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(", ".join(f"{name}: {code}" for name, code in problems.items()))
        self.problems = dict(problems)


@transaction.atomic
def create(*, fields: Mapping[str, object], by: Agent, now: datetime) -> Customer:
    """Enter a new customer, because an agent decided to; nobody is ever created only in order to work.

    Raises NotValid with every problem at once; nothing is stored then.
    """
    checked = rules.check({"name": "", **fields}, today=timezone.localdate(now))
    if checked.problems:
        raise NotValid(checked.problems)
    with _history("customer.created", by):
        customer = Customer.objects.create(**checked.values, practice=by.practising)
        _file(customer)
    _publish("customer.created", customer, by=by, now=now)
    return customer


@transaction.atomic
def correct(*, customer: Customer, fields: Mapping[str, object], by: Agent | None, now: datetime) -> Customer:
    """Correct fields of a customer; the former values stay in the history. Raises NotValid."""
    checked = rules.check(fields, today=timezone.localdate(now))
    if checked.problems:
        raise NotValid(checked.problems)
    customer = Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)
    changed = [name for name, value in checked.values.items() if getattr(customer, name) != value]
    if not changed:
        return customer
    for name in changed:
        setattr(customer, name, checked.values[name])
    with _history("customer.corrected", by):
        customer.save(update_fields=changed)
        if {"name", "given_name", "family_name"} & set(changed):
            _file(customer)
    _publish("customer.changed", customer, by=by, now=now, fields=sorted(changed))
    return customer


@transaction.atomic
def add_contact_point(
    *,
    customer: Customer,
    kind: ContactPointKind | str,
    given: str,
    region: str = "",
    shared: bool = False,
    preferred: bool = False,
    by: Agent | None,
    now: datetime,
) -> ContactPoint:
    """Note an address. What is not well-formed is kept as given with state invalid, and nobody is found by it.

    One that had ended is theirs again. Raises NotValid when nothing was given or the kind is unknown.
    """
    address = rules.normal_address(str(kind), given, region=region or customer.country or environment.country)
    if not address.value or address.problem == "unknown_kind":
        raise NotValid({"given": address.problem or "empty"})
    with _history("contact_point.added", by):
        point, fresh = ContactPoint.objects.select_for_update().get_or_create(
            customer=customer,
            kind=address.kind,
            value=address.value,
            defaults={"given": address.given, "state": address.state, "state_at": now, "shared": shared},
        )
        if preferred:
            customer.contact_points.filter(kind=kind, preferred=True).exclude(pk=point.pk).update(preferred=False)
        if not fresh or preferred:
            point.given, point.ended_at, point.preferred = address.given, None, preferred or point.preferred
            point.shared = shared or point.shared
            point.save(update_fields=["given", "ended_at", "preferred", "shared"])
    _publish("customer.changed", customer, by=by, now=now, contact_point=point.pk)
    return point


@transaction.atomic
def end_contact_point(*, point: ContactPoint, by: Agent | None, now: datetime) -> ContactPoint:
    """This address is theirs no longer: kept with its end, found by no more. Ending twice is once."""
    point = ContactPoint.objects.select_for_update(of=("self",)).select_related("customer").get(pk=point.pk)
    if point.ended_at is None:
        point.ended_at, point.preferred = now, False
        with _history("contact_point.ended", by):
            point.save(update_fields=["ended_at", "preferred"])
        _publish("customer.changed", point.customer, by=by, now=now, contact_point=point.pk)
    return point


@transaction.atomic
def set_contact_point_state(
    *, point: ContactPoint, state: ContactPointState | str, by: Agent | None, now: datetime
) -> ContactPoint:
    """What became of an address: verified, bounced, disconnected …"""
    point = ContactPoint.objects.select_for_update(of=("self",)).select_related("customer").get(pk=point.pk)
    if point.state != state:
        point.state, point.state_at = str(state), now
        with _history(f"contact_point.{state}", by):
            point.save(update_fields=["state", "state_at"])
        _publish("customer.changed", point.customer, by=by, now=now, contact_point=point.pk)
    return point


@transaction.atomic
def relate(
    *,
    person: Customer,
    represents: Customer,
    kind: str,
    powers: list[str],
    proven: bool = True,
    ends_on: date | None = None,
    by: Agent | None,
    now: datetime,
) -> Relationship:
    """Note that one person stands to another in this way, with these powers (codes of customer actions).

    Powers that nobody has `proven` are kept and give none. One that had ended holds again. Raises NotValid.
    """
    if person.pk == represents.pk:
        raise NotValid({"represents": "oneself"})
    if kind not in RelationshipKind.values:
        raise NotValid({"kind": "out_of_range"})
    if ends_on is not None and ends_on < timezone.localdate(now):
        raise NotValid({"ends_on": "in_the_past"})
    with _history("relationship.noted", by):
        relationship, _ = Relationship.objects.update_or_create(
            person=person,
            represents=represents,
            kind=kind,
            defaults={"powers": powers, "verified_at": now if powers and proven else None, "ends_on": ends_on},
        )
    _publish("customer.changed", represents, by=by, now=now, relationship=relationship.pk)
    return relationship


@transaction.atomic
def end_relationship(*, relationship: Relationship, by: Agent | None, now: datetime) -> Relationship:
    """It holds no longer, from this moment on: kept with its end. Ending twice is once."""
    rows = Relationship.objects.select_for_update(of=("self",)).select_related("represents")
    relationship = rows.get(pk=relationship.pk)
    yesterday = timezone.localdate(now) - timedelta(days=1)
    if relationship.ends_on is None or relationship.ends_on > yesterday:
        relationship.ends_on = yesterday
        with _history("relationship.ended", by):
            relationship.save(update_fields=["ends_on"])
        _publish("customer.changed", relationship.represents, by=by, now=now, relationship=relationship.pk)
    return relationship


def _file(customer: Customer) -> None:
    index.put(customer.pk, customer.name, customer.given_name, customer.family_name)


def _history(why: str, by: Agent | None) -> Any:
    return pghistory.context(why=why, by=by.pk if by else None)


def _publish(kind: str, customer: Customer, *, by: Agent | None, now: datetime, **data: Any) -> None:
    publish(
        kind=kind, data={"customer": customer.pk, **data}, audience=["supervision"], now=now, by=by.pk if by else None
    )
