"""The cases that are like one: a single question brings the likeliest, newest first, and the rule weighs them."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from fanal.cases.models import Case, CaseQuery, CaseState
from fanal.cases.rules.alike import SETTLED_FOR, Likeness, Matter, likeness
from fanal.holdings.models import OrderLine
from fanal.norms import words
from fanal.running.connections import prepared_cursor

NEWEST = 100
"""How many cases of each word or product are looked at."""
WEIGHED = 60
SHOWN = 9
MOST_PRODUCTS = 3

# Each trait gives its newest cases from the index; how many a month have it follows from how far back they reach.
_ASK = f"""
    WITH met AS (
        SELECT asked.trait, near.case_id, near.opened_at,
            count(*) OVER (PARTITION BY asked.trait) AS known,
            min(near.opened_at) OVER (PARTITION BY asked.trait) AS first
        FROM unnest(%s::text[]) asked (trait)
        CROSS JOIN LATERAL (
            SELECT case_id, opened_at FROM cases_casetrait
            WHERE trait = asked.trait AND opened_at <= %s ORDER BY opened_at DESC LIMIT {NEWEST}
        ) near
    ), weighed AS (
        SELECT case_id, trait,
            known * 30 / greatest(1, extract(epoch FROM %s - first)::float8 / 86400) AS per_month
        FROM met
    ), likeliest AS (
        SELECT case_id, array_agg(trait) AS traits, array_agg(per_month) AS months,
            sum(1 / ln(2 + per_month)) AS promise
        FROM weighed WHERE case_id <> %s GROUP BY case_id
    )
    SELECT c.id, c.number, c.subject, c.state, c.type_id, c.category_id, c.opened_at, c.settled_at, c.parent_id,
        h.kind, likeliest.traits, likeliest.months
    FROM likeliest JOIN cases_case c ON c.id = likeliest.case_id LEFT JOIN holdings_holding h ON h.id = c.holding_id
    WHERE c.id IN ({{among}})
    ORDER BY promise DESC, c.opened_at DESC LIMIT {WEIGHED}
"""


class Met(NamedTuple):
    """A row of the question."""

    pk: int
    number: int
    subject: str
    state: str
    type_id: int
    category_id: int | None
    opened_at: datetime
    settled_at: datetime | None
    parent_id: int | None
    kind: str | None
    traits: list[str]
    months: list[float]


@dataclass(frozen=True, kw_only=True)
class Alike:
    """One case that is like the other, and why."""

    pk: int
    number: int
    subject: str
    state: str
    opened_at: datetime
    parent_id: int | None
    likeness: Likeness

    @property
    def state_name(self) -> str:
        return str(CaseState(self.state).label)


def matter_of(case: Case) -> Matter:
    return Matter(
        words=words.stems(case.subject),
        products=_products_of(case),
        kind=case.holding.kind if case.holding else "",
        category=case.category_id,
        type=case.type_id,
        opened_at=case.opened_at,
    )


def traits_of(matter: Matter) -> list[str]:
    """Under what it is filed, and looked for."""
    return [*(f"w:{word}" for word in matter.words), *(f"p:{product}" for product in sorted(matter.products))]


def alike(
    matter: Matter, *, among: CaseQuery, but: int = 0, now: datetime, since: datetime | None = None, most: int = SHOWN
) -> list[Alike]:
    """Those of `among` that are open or were settled in the last thirty days, likest first; `since`: opened after."""
    asked = traits_of(matter)
    if not asked:
        return []
    rows = among.filter(withdrawn_at=None, merged_into=None)
    rows = rows.exclude(state=CaseState.SETTLED, settled_at__lt=now - SETTLED_FOR)
    if since:
        rows = rows.filter(opened_at__gte=since)
    sql, params = rows.order_by().values("pk").query.sql_with_params()
    with prepared_cursor() as cursor:
        cursor.execute(_ASK.format(among=sql), [asked, now, now, but, *params])
        met = [Met(*row) for row in cursor.fetchall()]
    per_month = {
        trait.removeprefix("w:"): float(month)
        for one in met
        for trait, month in zip(one.traits, one.months, strict=True)
    }
    found = [_found(matter, one, per_month) for one in met]
    likest = sorted((one for one in found if one.likeness.alike), key=lambda one: (-one.likeness.share, -one.pk))
    return likest[:most]


def _found(matter: Matter, one: Met, per_month: dict[str, float]) -> Alike:
    other = Matter(
        words=words.stems(one.subject),
        products=frozenset(int(trait[2:]) for trait in one.traits if trait.startswith("p:")),
        kind=one.kind or "",
        category=one.category_id,
        type=one.type_id,
        opened_at=one.opened_at,
    )
    return Alike(
        pk=one.pk,
        number=one.number,
        subject=one.subject,
        state=one.state,
        opened_at=one.opened_at,
        parent_id=one.parent_id,
        likeness=likeness(matter, other, per_month=per_month),
    )


def _products_of(case: Case) -> frozenset[int]:
    """The product of the thing it is about, or those of the order."""
    found: set[int | None] = {case.holding.product_id} if case.holding else set()
    if case.order_id:
        lines = OrderLine.objects.filter(order=case.order_id).order_by("pk").values_list("product", flat=True)
        found |= set(lines[:MOST_PRODUCTS])
    return frozenset(product for product in found if product)
