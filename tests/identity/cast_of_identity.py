"""People for the tests of identity: made with what a test names, and nothing else."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from fanal.agents.models import Agent, FieldClass, Permission, Role
from fanal.customers.models import ContactPoint, Customer
from fanal.holdings.models import Order

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
_numbers = count(1)


def customer(
    name: str = "Ada Miller", *, phone: str = "", email: str = "", shared: bool = False, **fields: Any
) -> Customer:
    made = Customer.objects.create(name=name, **fields)
    if phone:
        ContactPoint.objects.create(customer=made, kind="phone", value=phone, given=phone, shared=shared)
    if email:
        ContactPoint.objects.create(customer=made, kind="email", value=email, given=email, shared=shared)
    return made


def order(owner: Customer, number: str, **fields: Any) -> Order:
    fields.setdefault("placed_at", NOW)
    fields.setdefault("total", Decimal("49.90"))
    return Order.objects.create(customer=owner, number=number, **fields)


def agent(*permissions: Permission, classes: tuple[FieldClass, ...] = tuple(FieldClass), **fields: Any) -> Agent:
    number = next(_numbers)
    role = Role.objects.create(
        code=f"role-{number}",
        name="Role",
        permissions=list(permissions or (Permission.HANDLE,)),
        field_classes=list(classes),
    )
    return Agent.objects.create_user(email=f"agent{number}@example.org", name=f"Agent {number}", role=role, **fields)
