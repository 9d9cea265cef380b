"""What the case list can be filtered by: four small tables in one question to the database."""

from dataclasses import dataclass

from django.db import connection

from fanal.agents.models import Team, Tier
from fanal.cases.models import CaseType, Category

_TABLES = " UNION ALL ".join(
    f"SELECT {place}, id, name, {'rank' if model is Tier else '0'} AS rank FROM {model._meta.db_table}"
    for place, model in enumerate((CaseType, Category, Team, Tier))
)


@dataclass(frozen=True, kw_only=True)
class Choices:
    """Id to name, in the order in which they are offered."""

    types: dict[int, str]
    categories: dict[int, str]
    teams: dict[int, str]
    tiers: dict[int, str]


def choices() -> Choices:
    found: tuple[dict[int, str], ...] = ({}, {}, {}, {})
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({_TABLES}) choice (place, id, name, rank) ORDER BY place, rank, name")
        for place, pk, name, _rank in cursor.fetchall():
            found[place][pk] = name
    types, categories, teams, tiers = found
    return Choices(types=types, categories=categories, teams=teams, tiers=tiers)
