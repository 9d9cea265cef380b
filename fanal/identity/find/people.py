"""The people behind what a search found: an order, a holding or a case stands for the one whose it is."""

from collections.abc import Sequence
from dataclasses import replace

from fanal.agents.models import Agent
from fanal.customers.models import Customer
from fanal.customers.survivors import survivors_of
from fanal.identity.find.results import Found, Kind


def people_of(found: Sequence[Found], *, agent: Agent) -> list[Found]:
    """Each customer once, in the order in which they or what is theirs was found; only whom the agent may see."""
    owners = {one.customer_id for one in found if one.kind != Kind.CUSTOMER and one.customer_id is not None}
    survivors = survivors_of(owners)
    rows = Customer.objects.visible_to(agent).filter(pk__in=set(survivors.values()))
    names = dict(rows.values_list("pk", "name")) if survivors else {}
    people: dict[int, Found] = {}
    for one in found:
        if one.kind == Kind.CUSTOMER:
            people.setdefault(one.id, one)
        elif one.customer_id is not None and (pk := survivors.get(one.customer_id)) in names:
            person = replace(one, kind=Kind.CUSTOMER.value, id=pk, customer_id=pk, title=names[pk], subtitle=one.title)
            people.setdefault(pk, person)
    return list(people.values())
