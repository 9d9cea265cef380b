"""Whoever calls first in the demo: the four kinds of callers, the fourth of whom only a card number tells."""

from random import Random

import pytest

from fanal.demo import cast
from fanal.demo.playing import phoning


@pytest.mark.django_db
def test_the_first_four_are_known_shared_withheld_and_withheld_with_a_card() -> None:
    assert phoning.numbers(6, rng=Random(1))[:4] == [
        cast.KNOWN.phone, cast.HOUSEHOLD_PHONE, phoning.WITHHELD, phoning.WITHHELD,
    ]  # fmt: skip
    assert phoning.numbers(2, rng=Random(1)) == [cast.KNOWN.phone, cast.HOUSEHOLD_PHONE]
