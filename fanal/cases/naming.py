"""The names a list of cases needs: of all it can be filtered by, and of its people; one question to the database."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

from fanal.agents.models import Agent, Team, Tier
from fanal.cases.models import CaseType, Category
from fanal.customers.models import Customer

_OFFERED = (CaseType, Category, Team, Tier)
_PEOPLE = (Customer, Agent)
_NAMES = " UNION ALL ".join(
    [
        f"SELECT {place}, id, name, {'rank' if model is Tier else '0'} FROM {model._meta.db_table}"
        for place, model in enumerate(_OFFERED)
    ]
    + [
        f"SELECT {place}, id, name, 0 FROM {model._meta.db_table} WHERE id = ANY(%s)"
        for place, model in enumerate(_PEOPLE, len(_OFFERED))
    ]
)


@dataclass(frozen=True, kw_only=True)
class Names:
    """Id to name; what can be chosen stands in the order in which it is offered."""

    types: dict[int, str]
    categories: dict[int, str]
    teams: dict[int, str]
    tiers: dict[int, str]
    customers: dict[int, str]
    owners: dict[int, str]


def names_for(*, customers: Collection[int], owners: Collection[int]) -> Names:
    """All types, categories, teams and lines, and these people."""
    found: tuple[dict[int, str], ...] = ({}, {}, {}, {}, {}, {})
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM ({_NAMES}) named (place, id, name, rank) ORDER BY place, rank, name",
            [list(customers), list(owners)],
        )
        for place, pk, name, _rank in cursor.fetchall():
            found[place][pk] = name
    types, categories, teams, tiers, those, agents = found
    return Names(types=types, categories=categories, teams=teams, tiers=tiers, customers=those, owners=agents)
