"""The benches of identity and search on a small company: they run, keep their people, and find whom they mean."""

import pytest

from fanal.benches import identity, search
from fanal.benches.names_of_people import Names

SMALL = 0.004


def test_the_same_seed_gives_the_same_people_in_three_scripts() -> None:
    drawn = [Names(3), Names(3)]
    first, second = ([names.person() for _ in range(500)] for names in drawn)
    assert first == second
    assert {person.script for person in first} == {"latin", "cyrillic", "arabic"}


@pytest.mark.timeout(300)
def test_a_small_company_is_resolved_and_searched_without_a_wrong_person(bench_database: None) -> None:
    said: list[str] = []
    load, figures = identity.run(said.append, scale=SMALL, contacts=200)
    assert (load["customers"], load["contact_points"]) == (4000, 10000)
    assert figures["wrong_people"] == 0
    assert figures["ambiguous_contacts"] > 0
    load, figures = search.run(said.append, scale=SMALL, names=20)
    assert load["orders"] == 8000
    assert figures["exact_phone_recall"] == figures["exact_order_recall"] == 1.0
    assert figures["recall_with_a_typo"] >= 0.9
    assert sum("making the people" in line for line in said) == 1
