"""From hits to results: fetched through visible_to, merged customers as their survivors, fields masked."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from fanal.agents.kept import Kept, kept
from fanal.agents.models import Agent
from fanal.cases.models import Case
from fanal.customers.models import Customer
from fanal.customers.survivors import survivors_of
from fanal.holdings.models import Holding, HoldingKind, Order, OrderState
from fanal.identity.find.results import Found, Hit, Kind
from fanal.identity.masking import holding_number
from fanal.identity.rules import may_see
from fanal.identity.rules.assurance import VERIFIED
from fanal.identity.wording import found_why

# How many ids a question asks for: a few lengths, filled up by repeating one, so that few questions are kept.
_LENGTHS = (1, 10, 30)

Row = tuple[Any, ...]
_SURVIVOR = 4


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
    if merged := [pk for pk, row in people.items() if row and row[_SURVIVOR] is not None]:
        rows[Kind.CUSTOMER] = people | _survivors(merged, agent)
    found: dict[tuple[str, int], Found] = {}
    for hit in ranked:
        if len(found) == limit:
            break
        if (row := rows[hit.kind].get(hit.id)) is not None:
            one = _found(hit, row, agent)
            found.setdefault((one.kind, one.id), one)
    return list(found.values())


def _survivors(merged: list[int], agent: Agent) -> dict[int, Row | None]:
    """The merged customers' ids, each with the row of who stands for them."""
    survivors = survivors_of(merged)
    rows = _rows(Kind.CUSTOMER, list(set(survivors.values())), agent)
    return {pk: rows.get(survivor) for pk, survivor in survivors.items()}


def _rows(kind: Kind, ids: Sequence[int], agent: Agent) -> dict[int, Row | None]:
    """The columns that a result shows, of those among the ids that this agent may see; the id is the first."""
    length = next((length for length in _LENGTHS if length >= len(ids)), len(ids))
    filled = [*ids, *[ids[-1]] * (length - len(ids))]
    return {row[0]: row for row in _QUESTIONS[kind](agent=agent, ids=filled)}


@kept
def _customers(agent: Agent, ids: list[int]) -> QuerySet[Customer, Row]:
    rows = Customer.objects.visible_to(agent).filter(pk__in=ids)
    return rows.values_list("pk", "name", "city", "country", "survivor_id")


@kept
def _orders(agent: Agent, ids: list[int]) -> QuerySet[Order, Row]:
    rows = Order.objects.visible_to(agent).filter(pk__in=ids)
    return rows.values_list("pk", "customer_id", "number", "state", "customer__name")


@kept
def _holdings(agent: Agent, ids: list[int]) -> QuerySet[Holding, Row]:
    rows = Holding.objects.visible_to(agent).filter(pk__in=ids)
    return rows.values_list("pk", "customer_id", "number", "kind", "customer__name")


@kept
def _cases(agent: Agent, ids: list[int]) -> QuerySet[Case, Row]:
    rows = Case.objects.visible_to(agent).filter(pk__in=ids)
    return rows.values_list("pk", "customer_id", "number", "subject", "customer__name")


_QUESTIONS: Mapping[Kind, Kept[Row]] = {
    Kind.CUSTOMER: _customers,
    Kind.ORDER: _orders,
    Kind.HOLDING: _holdings,
    Kind.CASE: _cases,
}


def _found(hit: Hit, row: Row, agent: Agent) -> Found:
    pk, customer_id, *_rest = row
    is_customer = hit.kind is Kind.CUSTOMER
    title, subtitle = _titles(hit.kind, row, agent)
    values = {**hit.values, "merged": True} if is_customer and pk != hit.id else hit.values
    return Found(
        kind=hit.kind.value,
        id=pk,
        title=title,
        subtitle=subtitle,
        score=hit.score,
        why=found_why(hit.code, values),
        code=hit.code,
        customer_id=pk if is_customer else customer_id,
    )


def _titles(kind: Kind, row: Row, agent: Agent) -> tuple[str, str]:
    match kind:
        case Kind.CUSTOMER:
            _pk, name, city, country, _survivor = row
            gate = may_see("address", role_field_classes=agent.role.field_classes, assurance=VERIFIED)
            return name, " · ".join(filter(None, [city if gate else "", country]))
        case Kind.ORDER:
            _pk, _customer, number, state, name = row
            return number, f"{name} · {OrderState(state).label}"
        case Kind.HOLDING:
            _pk, _customer, number, holding_kind, name = row
            return f"{HoldingKind(holding_kind).label} {holding_number(holding_kind, number)}", name
        case Kind.CASE:
            _pk, _customer, number, subject, name = row
            return f"{number} · {subject}", name or _("nobody attached yet")
