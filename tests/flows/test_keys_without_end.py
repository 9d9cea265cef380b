"""A caller who begins their number anew for ever does not hold the line by it."""

from fanal.scenarios.rules.flows.turns import AT_MOST, Keys


def test_a_number_may_be_begun_anew_a_few_times_and_then_counts_as_it_is() -> None:
    wants = Keys(shortest=4, longest=4, ends_with="#", seconds=5, between=3)
    assert not wants.enough("12*34")
    assert wants.enough("12*34#")
    assert wants.enough("1*" * (AT_MOST * 4 // 2))
