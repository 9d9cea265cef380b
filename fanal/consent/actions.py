"""Asking the gate: a clearance for one contact, or a refusal that is remembered."""

from datetime import datetime

from django.db.models import QuerySet

from fanal.agents.kept import kept
from fanal.consent import rules
from fanal.consent.models import Clearance, Suppression
from fanal.customers.models import Customer
from fanal.events.actions import publish


def clear(
    *, purpose: str, channel: str, address: str, customer: Customer | None = None, basis: str, now: datetime
) -> Clearance:
    """The right to contact `address` once for `purpose`; raises rules.NotAllowed, and then `refuse` records it."""
    if code := refusal(purpose=purpose, address=address, basis=basis):
        raise rules.NotAllowed(code, address)
    return Clearance.objects.create(
        purpose=purpose, channel=channel, address=address, customer=customer, basis=basis, given_at=now
    )


def refusal(*, purpose: str, address: str, basis: str) -> str:
    """What the gate would say now, as a code; empty when it would let it pass. Gives no right to anything."""
    suppressed = frozenset(_suppressed(address=address))
    return rules.refusal(rules.Request(purpose=purpose, basis=basis, address=address, suppressed_for=suppressed))


def refuse(*, purpose: str, channel: str, code: str, customer: Customer | None, now: datetime, by: int | None) -> None:
    """Remember that somebody wished to contact and the gate said no."""
    publish(
        kind="contact.refused",
        data={"purpose": purpose, "channel": channel, "reason": code, "customer": customer.pk if customer else None},
        audience=["supervision"],
        now=now,
        by=by,
    )


@kept
def _suppressed(address: str) -> QuerySet[Suppression, str]:
    return Suppression.objects.filter(value=address).values_list("purpose", flat=True)
