"""Codes of languages and countries are shown by name, and lists of names are in an order that people expect."""

import pytest
from django.utils.translation import override

from fanal.desk.naming import country_choices, country_name, language_name


@pytest.mark.parametrize(
    ("code", "name"),
    [("fr", "French"), ("fr-CA", "French"), ("pt_BR", "Portuguese"), ("FR", "French"), ("fil", "fil"), ("", "")],
)
def test_a_language_is_called_by_its_name_and_not_by_anothers(code: str, name: str) -> None:
    with override("en"):
        assert language_name(code) == name


def test_accents_do_not_move_a_country_to_the_end_of_the_list() -> None:
    with override("fr"):
        names = [name for _code, name in country_choices()]
        assert names.index("Danemark") < names.index("Égypte") < names.index("États-Unis") < names.index("Finlande")
        assert country_name("eg") == "Égypte"
