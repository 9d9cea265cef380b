"""Who is called by name in a note, picked or typed; and whom nobody can tell apart."""

import pytest

from fanal.cases.rules.mentions import Colleague, mentioned, told_apart

PEOPLE = [
    Colleague(id=1, name="Robin"),
    Colleague(id=2, name="Robin Hale", also="r.hale"),
    Colleague(id=3, name="Ольга Петрова"),
    Colleague(id=4, name="سارة"),
    Colleague(id=5, name="Robin Hale", also="robin2"),
    Colleague(id=6, name="Ana Maria Ruiz"),
    Colleague(id=7, name="Ana Berg"),
    Colleague(id=8, name="عمر الخطيب"),
]


@pytest.mark.parametrize(
    ("text", "found", "unclear"),
    [
        ("Please look, @Robin.", {1}, []),
        ("@robin hale, is that yours?", set(), ["Robin Hale"]),
        ("@Robin Hale (robin2), is that yours?", {5}, []),
        ("@Robin  Hale and @Robin", {1}, ["Robin Hale"]),
        ("@Robinson is nobody here", set(), []),
        ("write to robin@Robin.example", set(), []),
        ("(@Ольга Петрова)", {3}, []),
        ("@Ольга, посмотри", {3}, []),
        ("@سارة: انظري", {4}, []),
        ("@عمر انظر", {8}, []),
        ("@Ana please", set(), ["Ana"]),
        ("@ana maria please", {6}, []),
        ("@Ana Berg's turn", {7}, []),
        ("@A please", set(), []),
        ("@Anabel please", set(), []),
        ("Robin did it", set(), []),
        ("", set(), []),
    ],
)
def test_a_name_behind_an_at_calls_its_people_and_one_of_several_calls_nobody(
    text: str, found: set[int], unclear: list[str]
) -> None:
    calls = mentioned(text, PEOPLE)
    assert (set(calls.people), list(calls.unclear)) == (found, unclear)


def test_each_of_several_of_one_name_has_a_way_to_be_called() -> None:
    for one in (PEOPLE[1], PEOPLE[4]):
        assert set(mentioned(f"@{told_apart(one.name, one.also)} look", PEOPLE).people) == {one.id}
