"""From hits to results: fetched through visible_to, merged customers as their survivors, fields masked."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from fanal.agents.models import Agent
from fanal.cases.models import Case
from fanal.customers.models import Customer
from fanal.customers.survivors import survivors_of
from fanal.holdings.models import Holding, HoldingKind, Order
from fanal.identity.find.results import Found, Hit, Kind
from fanal.identity.masking import last_four
from fanal.identity.wording import found_why


def shown(hits: Iterable[Hit], *, agent: Agent, limit: int) -> list[Found]:
    """At most `limit` results that this agent may see, best first, each object once."""
    best: dict[tuple[Kind, int], Hit] = {}
    for hit in _as_survivors(hits):
        known = best.get((hit.kind, hit.id))
        if known is None or hit.score > known.score:
            best[hit.kind, hit.id] = hit
    ranked = sorted(best.values(), key=lambda hit: (-hit.score, hit.kind, hit.id))[: limit * 3]
    rows = {kind: _rows(kind, [hit.id for hit in ranked if hit.kind is kind], agent) for kind in Kind}
    found = [_found(hit, rows[hit.kind][hit.id]) for hit in ranked if hit.id in rows[hit.kind]]
    return found[:limit]


def _as_survivors(hits: Iterable[Hit]) -> list[Hit]:
    hits = list(hits)
    survivors = survivors_of(hit.id for hit in hits if hit.kind is Kind.CUSTOMER)
    return [
        hit
        if hit.kind is not Kind.CUSTOMER or survivors.get(hit.id, hit.id) == hit.id
        else Hit(
            kind=hit.kind, id=survivors[hit.id], score=hit.score, code=hit.code, values={**hit.values, "merged": True}
        )
        for hit in hits
    ]


def _rows(kind: Kind, ids: Sequence[int], agent: Agent) -> dict[int, Any]:
    if not ids:
        return {}
    match kind:
        case Kind.CUSTOMER:
            return Customer.objects.visible_to(agent).in_bulk(ids)
        case Kind.ORDER:
            return Order.objects.visible_to(agent).select_related("customer").in_bulk(ids)
        case Kind.HOLDING:
            return Holding.objects.visible_to(agent).select_related("customer").in_bulk(ids)
        case Kind.CASE:
            return Case.objects.visible_to(agent).select_related("customer").in_bulk(ids)


def _found(hit: Hit, row: Any) -> Found:
    title, subtitle = _titles(row)
    return Found(
        kind=hit.kind.value,
        id=hit.id,
        title=title,
        subtitle=subtitle,
        score=hit.score,
        why=found_why(hit.code, hit.values),
        code=hit.code,
        customer_id=row.pk if hit.kind is Kind.CUSTOMER else row.customer_id,
    )


def _titles(row: Any) -> tuple[str, str]:
    match row:
        case Customer():
            return row.name, " · ".join(filter(None, [row.city, row.country]))
        case Order():
            return row.number, f"{row.customer.name} · {row.get_state_display()}"
        case Holding():
            number = last_four(row.number) if row.kind in (HoldingKind.CARD, HoldingKind.ACCOUNT) else row.number
            return f"{row.get_kind_display()} {number}", row.customer.name
        case Case():
            return str(row), row.customer.name if row.customer else _("nobody attached yet")
    raise TypeError(type(row))
