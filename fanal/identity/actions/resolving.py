"""Asking who it is, and remembering where a customer was heard from."""

from datetime import datetime

from django.db import connection

from fanal.customers.models import ContactPointKind, Customer
from fanal.identity import rules
from fanal.identity.gathering import looks_alike, people_for
from fanal.identity.rules import Evidence, Resolution


def resolve(*, evidence: Evidence, now: datetime) -> Resolution:
    """Known, ambiguous or unknown, from what a contact brings; writes nothing."""
    return rules.resolve(evidence, people_for(evidence), now=now)


def resolve_twice(*, evidence: Evidence, now: datetime) -> tuple[Resolution, Resolution]:
    """By everything that a contact brings, and without what was typed; what both look for is looked for once."""
    people, untyped = people_for(evidence), evidence.untyped()
    fewer = people if not people or looks_alike(untyped, evidence) else people_for(untyped)
    return rules.resolve(evidence, people, now=now), rules.resolve(untyped, fewer, now=now)


def remember(*, customer: Customer, kind: ContactPointKind | str, value: str, contact: int, now: datetime) -> None:
    """A customer who is identified was heard from at this address (in normal form), in this interaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO identity_sighting (customer_id, kind, value, first_at, last_at, contact, times)
            VALUES (%s, %s, %s, %s, %s, %s, 1)
            ON CONFLICT (customer_id, kind, value) DO UPDATE SET
                last_at = greatest(identity_sighting.last_at, excluded.last_at),
                times = identity_sighting.times + (identity_sighting.contact <> excluded.contact)::int,
                contact = excluded.contact
            """,
            [customer.pk, str(kind), value[:200], now, now, contact],
        )
