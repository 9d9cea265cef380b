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
from fanal.identity.rules import may_see
from fanal.identity.rules.assurance import VERIFIED
from fanal.identity.wording import found_why


def shown(hits: Iterable[Hit], *, agent: Agent, limit: int) -> list[Found]:
    """At most `limit` results that this agent may see, best first, each object once."""
    best: dict[tuple[Kind, int], Hit] = {}
    for hit in hits:
        known = best.get((hit.kind, hit.id))
        if known is None or hit.score > known.score:
            best[hit.kind, hit.id] = hit
    ranked = sorted(best.values(), key=lambda hit: (-hit.score, hit.kind, hit.id))[: limit * 3]
    rows = {kind: _rows(kind, [hit.id for hit in ranked if hit.kind is kind], agent) for kind in Kind}
    merged = [row.pk for row in rows[Kind.CUSTOMER].values() if row.survivor_id is not None]
    if merged:
        rows[Kind.CUSTOMER] |= _survivors(merged, agent)
    found: dict[tuple[str, int], Found] = {}
    for hit in ranked:
        if (row := rows[hit.kind].get(hit.id)) is not None:
            one = _found(hit, row, agent)
            found.setdefault((one.kind, one.id), one)
    return list(found.values())[:limit]


def _survivors(merged: list[int], agent: Agent) -> dict[int, Any]:
    """The merged customers' ids, each with the row of who stands for them."""
    survivors = survivors_of(merged)
    rows = Customer.objects.visible_to(agent).in_bulk(set(survivors.values()))
    return {pk: rows.get(survivor) for pk, survivor in survivors.items()}


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


def _found(hit: Hit, row: Any, agent: Agent) -> Found:
    title, subtitle = _titles(row, agent)
    values = {**hit.values, "merged": True} if hit.kind is Kind.CUSTOMER and row.pk != hit.id else hit.values
    return Found(
        kind=hit.kind.value,
        id=row.pk,
        title=title,
        subtitle=subtitle,
        score=hit.score,
        why=found_why(hit.code, values),
        code=hit.code,
        customer_id=row.pk if hit.kind is Kind.CUSTOMER else row.customer_id,
    )


def _titles(row: Any, agent: Agent) -> tuple[str, str]:
    match row:
        case Customer():
            gate = may_see("address", role_field_classes=agent.role.field_classes, assurance=VERIFIED)
            return row.name, " · ".join(filter(None, [row.city if gate else "", row.country]))
        case Order():
            return row.number, f"{row.customer.name} · {row.get_state_display()}"
        case Holding():
            number = last_four(row.number) if row.kind in (HoldingKind.CARD, HoldingKind.ACCOUNT) else row.number
            return f"{row.get_kind_display()} {number}", row.customer.name
        case Case():
            return str(row), row.customer.name if row.customer else _("nobody attached yet")
    raise TypeError(type(row))
