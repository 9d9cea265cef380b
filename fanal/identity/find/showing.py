"""From hits to results: fetched through visible_to, merged customers as their survivors, fields masked."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from fanal.agents.models import Agent
from fanal.cases.models import Case
from fanal.customers.models import Customer
from fanal.customers.survivors import survivors_of
from fanal.holdings.models import Holding, HoldingKind, Order, OrderState
from fanal.identity.find.results import Found, Hit, Kind
from fanal.identity.masking import last_four
from fanal.identity.rules import may_see
from fanal.identity.rules.assurance import VERIFIED
from fanal.identity.wording import found_why

_MODELS: Mapping[Kind, type[Model]] = {
    Kind.CUSTOMER: Customer,
    Kind.ORDER: Order,
    Kind.HOLDING: Holding,
    Kind.CASE: Case,
}
_COLUMNS: Mapping[Kind, tuple[str, ...]] = {
    Kind.CUSTOMER: ("pk", "name", "city", "country", "survivor_id"),
    Kind.ORDER: ("pk", "number", "state", "customer_id", "customer__name"),
    Kind.HOLDING: ("pk", "kind", "number", "customer_id", "customer__name"),
    Kind.CASE: ("pk", "number", "subject", "customer_id", "customer__name"),
}


def shown(hits: Iterable[Hit], *, agent: Agent, limit: int) -> list[Found]:
    """At most `limit` results that this agent may see, best first, each object once."""
    best: dict[tuple[Kind, int], Hit] = {}
    for hit in hits:
        known = best.get((hit.kind, hit.id))
        if known is None or hit.score > known.score:
            best[hit.kind, hit.id] = hit
    ranked = sorted(best.values(), key=lambda hit: (-hit.score, hit.kind, hit.id))[: limit * 3]
    ids: dict[Kind, list[int]] = {}
    for hit in ranked:
        ids.setdefault(hit.kind, []).append(hit.id)
    rows = {kind: _rows(kind, some, agent) for kind, some in ids.items()}
    people = rows.get(Kind.CUSTOMER, {})
    if merged := [pk for pk, row in people.items() if row.survivor_id is not None]:
        rows[Kind.CUSTOMER] = people | _survivors(merged, agent)
    found: dict[tuple[str, int], Found] = {}
    for hit in ranked:
        if len(found) == limit:
            break
        if (row := rows[hit.kind].get(hit.id)) is not None:
            one = _found(hit, row, agent)
            found.setdefault((one.kind, one.id), one)
    return list(found.values())


def _survivors(merged: list[int], agent: Agent) -> dict[int, Any]:
    """The merged customers' ids, each with the row of who stands for them."""
    survivors = survivors_of(merged)
    rows = _rows(Kind.CUSTOMER, list(set(survivors.values())), agent)
    return {pk: rows.get(survivor) for pk, survivor in survivors.items()}


def _rows(kind: Kind, ids: Sequence[int], agent: Agent) -> dict[int, Any]:
    """The columns that a result shows, of those among the ids that this agent may see."""
    visible: Any = _MODELS[kind].objects.visible_to(agent)  # type: ignore[attr-defined]
    return {row.pk: row for row in visible.filter(pk__in=ids).values_list(*_COLUMNS[kind], named=True)}


def _found(hit: Hit, row: Any, agent: Agent) -> Found:
    title, subtitle = _titles(hit.kind, row, agent)
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


def _titles(kind: Kind, row: Any, agent: Agent) -> tuple[str, str]:
    match kind:
        case Kind.CUSTOMER:
            gate = may_see("address", role_field_classes=agent.role.field_classes, assurance=VERIFIED)
            return row.name, " · ".join(filter(None, [row.city if gate else "", row.country]))
        case Kind.ORDER:
            return row.number, f"{row.customer__name} · {OrderState(row.state).label}"
        case Kind.HOLDING:
            number = last_four(row.number) if row.kind in (HoldingKind.CARD, HoldingKind.ACCOUNT) else row.number
            return f"{HoldingKind(row.kind).label} {number}", row.customer__name
        case Kind.CASE:
            return f"{row.number} · {row.subject}", row.customer__name or _("nobody attached yet")
