"""How long it takes to say who it is, among a million customers with 2.5 million contact points."""

import random
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from fanal.benches import people
from fanal.benches.frame import Progress
from fanal.identity import actions
from fanal.identity.rules import Evidence

NAME = "identity"
GOALS = {"resolve_p99_ms": 5.0, "wrong_people": 0}
NOW = datetime(2026, 6, 2, 9, 0, tzinfo=UTC)
SEED = 5


def run(progress: Progress, *, scale: float = 1.0, contacts: float = 4_000) -> tuple[dict[str, Any], dict[str, Any]]:
    """Resolve a day's mix of contacts, one after the other; the time includes our own Python and every query.

    `wrong_people` counts contacts that were said to be known as somebody whom the evidence does not belong to.
    """
    people.ready(progress=progress, scale=scale)
    asked = _contacts(int(contacts))
    for evidence, _ in asked[:200]:
        actions.resolve(evidence=evidence, now=NOW)
    took, answers, wrong = [], Counter[str](), 0
    for evidence, owner in asked:
        start = time.perf_counter()
        found = actions.resolve(evidence=evidence, now=NOW)
        took.append((time.perf_counter() - start) * 1000)
        answers[found.recognition] += 1
        wrong += found.customer_id is not None and found.customer_id != owner
    progress(f"{len(took)} contacts resolved")
    figures = {f"resolve_{name}_ms": value for name, value in percentiles(took).items()}
    load = {
        "customers": _count("customers_customer"),
        "contact_points": _count("customers_contactpoint"),
        "contacts": contacts,
    }
    return load, figures | {"wrong_people": wrong} | {
        f"{kind}_contacts": count for kind, count in sorted(answers.items())
    }


def percentiles(milliseconds: list[float]) -> dict[str, float]:
    """p50, p95, p99 and the worst, by the nearest rank."""
    ordered = sorted(milliseconds)

    def rank(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 2)

    return {"p50": rank(0.5), "p95": rank(0.95), "p99": rank(0.99), "max": round(ordered[-1], 2)}


def _contacts(count: int) -> list[tuple[Evidence, int | None]]:
    """Callers, writers, orders in a form, signed-in visitors and strangers, each with whose evidence it is."""
    rng = random.Random(SEED)
    customers = _count("customers_customer")
    chosen = [rng.randrange(1, customers + 1) for _ in range(count)]
    rows = _details(chosen)
    kinds = rng.choices(
        ("caller", "caller_named", "writer", "order", "order_and_email", "signed", "stranger", "withheld"),
        weights=(30, 15, 20, 10, 10, 5, 8, 2),
        k=count,
    )
    return [
        (_evidence(kind, rows[customer], rng), customer if kind not in ("stranger", "withheld") else None)
        for kind, customer in zip(kinds, chosen, strict=True)
    ]


def _evidence(kind: str, row: dict[str, str], rng: random.Random) -> Evidence:
    match kind:
        case "caller":
            return Evidence(caller_number=row["phone"])
        case "caller_named":
            return Evidence(caller_number=row["phone"], name=row["name"], language="fr")
        case "writer":
            return Evidence(from_address=row["email"] or row["phone"], name=row["name"])
        case "order":
            return Evidence(order_number=row["order"], handle=f"visitor-{rng.random()}")
        case "order_and_email":
            return Evidence(
                order_number=row["order"], email=row["email"], name=row["name"], handle=f"visitor-{rng.random()}"
            )
        case "signed":
            return Evidence(signed_external_id=row["external_id"], email=row["email"], handle=f"visitor-{rng.random()}")
        case "withheld":
            return Evidence(caller_number="anonymous")
        case _:
            return Evidence(
                caller_number=f"+3361{rng.randrange(10**7):07}9"[:12], email=f"nobody{rng.random()}@example.edu"
            )


def _details(ids: list[int]) -> dict[int, dict[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.id, c.name, c.external_id,
                coalesce((SELECT value FROM customers_contactpoint p
                    WHERE p.customer_id = c.id AND kind = 'phone' AND preferred), ''),
                coalesce((SELECT value FROM customers_contactpoint p
                    WHERE p.customer_id = c.id AND kind = 'email'), ''),
                coalesce((SELECT number FROM holdings_order o WHERE o.customer_id = c.id LIMIT 1), '')
            FROM customers_customer c WHERE c.id = ANY(%s)
            """,
            [ids],
        )
        fields = ("name", "external_id", "phone", "email", "order")
        return {row[0]: dict(zip(fields, row[1:], strict=True)) for row in cursor.fetchall()}


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])
