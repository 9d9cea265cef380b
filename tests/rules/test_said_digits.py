"""Card numbers that are said: in digits or words, at once or in pieces, none of them is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as draws

from fanal.interactions.rules.spoken import HIDDEN, hidden, hidden_after, rows_in

CARD = "4111111111111111"
ENGLISH = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
RUSSIAN = ["ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"]
ARABIC = ["صفر", "واحد", "اثنين", "ثلاثة", "أربعة", "خمسة", "ستة", "سبعة", "ثمانية", "تسعة"]
FRENCH = ["zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"]


@pytest.mark.parametrize("words", [ENGLISH, RUSSIAN, ARABIC, FRENCH])
def test_a_number_that_is_spelled_is_hidden_in_each_language(words: list[str]) -> None:
    said = " ".join(words[int(figure)] for figure in CARD)
    assert hidden(f"well {said} thanks") == f"well {HIDDEN} thanks"


@pytest.mark.parametrize(
    "said",
    [
        "quarante et un onze onze onze onze onze onze onze",
        "forty-one eleven eleven eleven eleven eleven eleven eleven",
        "сорок один одиннадцать одиннадцать одиннадцать одиннадцать одиннадцать одиннадцать одиннадцать",
        "4111 1111 1111 1112",
        "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 2",
    ],
)
def test_so_is_one_that_is_said_in_pairs_or_misheard(said: str) -> None:
    assert hidden(said) == HIDDEN


def test_of_a_card_in_digits_the_last_four_stay_as_everywhere() -> None:
    assert hidden(f"it is {CARD}, yes") == "it is •••• 1111, yes"


@pytest.mark.parametrize(
    "said",
    ["order 88102 of 3 November", "call me at 22 33 44 55", "one or two, at most three", "quatre-vingt-dix euros", ""],
)
def test_orders_telephones_and_sums_stay(said: str) -> None:
    assert hidden(said) == said


def test_what_was_said_before_is_hidden_too_when_it_turns_out_to_be_the_beginning() -> None:
    before, now = hidden_after(
        ["order 88102, please", "four one one one", "one one one one"], "one one one one, and you?"
    )
    assert (before, now) == (["order 88102, please", HIDDEN, HIDDEN], f"{HIDDEN}, and you?")
    assert hidden_after(["four one one one", "sorry?"], "one one one one") == (
        ["four one one one", "sorry?"],
        "one one one one",
    )


@given(
    said=draws.lists(draws.sampled_from([*ENGLISH, "4111", "11", "yes", "and", "-", "thanks"]), max_size=40),
    cut=draws.integers(0, 40),
)
def test_wherever_it_is_cut_no_row_of_twelve_is_left_and_again_changes_nothing(said: list[str], cut: int) -> None:
    before, now = hidden_after([hidden(" ".join(said[:cut]))], " ".join(said[cut:]))
    assert all(row.figures < 12 for row in rows_in("\n".join([*before, now]).replace(HIDDEN, "x")))
    assert hidden_after(before, now) == (before, now)


def test_of_what_goes_on_after_a_hidden_row_four_figures_stay_and_no_more() -> None:
    before, now = hidden_after([HIDDEN], "one one one one")
    assert (before, now) == ([HIDDEN], "one one one one")
    assert hidden_after([*before, now], "one one one") == ([HIDDEN, HIDDEN], HIDDEN)
