"""What makes two cases alike: a table of pairs, and the properties of the weighing."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanal.cases.rules.alike import Likeness, Matter, likeness, weight
from fanal.norms.words import stems

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
COMMON = dict.fromkeys(("the", "is", "not", "do", "doe", "doesnt", "order"), 9_000.0) | {"router": 400.0, "start": 90.0}


def matter(subject: str, **more: object) -> Matter:
    return Matter(**{"words": stems(subject), "opened_at": NOW} | more)  # type: ignore[arg-type]


def compare(one: str, other: str, **more: object) -> Likeness:
    return likeness(matter(one, **more), matter(other, **more), per_month=COMMON)


def codes(found: Likeness) -> list[str]:
    return [str(reason["code"]) for reason in found.reasons]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Router does not start", "router doesn't START", True),
        ("Routers do not start", "The router does not start anymore", True),
        ("Роутер не включается", "роутера не включить", True),
        ("Роутер", "router", True),
        ("الراوتر لا يعمل", "راوتر لا يعمل", True),
        ("路由器无法启动", "我的路由器无法启动", True),
        ("Error 404 on the site", "Site says error 404", True),
        ("Router does not start", "Invoice sent twice", False),
        ("Order 1002345 is late", "Order 1002345", False),
        ("", "Router", False),
    ],
)
def test_subjects_about_the_same_are_alike_in_any_script(one, other, same):
    later = matter(other, opened_at=NOW + timedelta(days=3))
    assert likeness(matter(one), later, per_month=COMMON).alike is same


def test_a_number_of_a_thing_is_no_word_in_common():
    assert stems("Order 1002345 is late") == ("order", "is", "late")


def test_a_rare_word_in_common_says_more_than_a_common_one():
    rare = compare("the zanzibar", "that zanzibar")
    common = compare("the zanzibar", "the kettle")
    assert rare.share > common.share
    assert {"code": "rare_words", "count": 1} in rare.reasons
    assert {"code": "words", "count": 1} in common.reasons


def test_the_same_product_of_the_same_kind_of_matter_within_an_hour_is_alike_without_a_word_in_common():
    found = compare("Blinks red", "Dead since noon", products=frozenset({7}), type=1)
    assert found.alike
    assert codes(found) == ["same_product", "same_hour", "same_type"]


def test_category_and_hour_alone_make_nothing_alike():
    assert compare("Blinks red", "Dead since noon", category=4, type=1).share == 0


def test_what_was_opened_far_apart_has_no_reason_of_time():
    late = matter("Router dead", opened_at=NOW + timedelta(days=2))
    assert codes(likeness(matter("Router dead"), late, per_month=COMMON))[:1] == ["rare_words"]
    assert not {"same_hour", "same_day"} & set(codes(likeness(matter("Router dead"), late, per_month=COMMON)))


SUBJECTS = st.text(max_size=60)


@given(one=SUBJECTS, other=SUBJECTS, category=st.sampled_from([None, 1]))
def test_a_share_is_between_0_and_1_and_the_same_is_the_likest(one, other, category):
    found = likeness(matter(one, category=category), matter(other, category=category), per_month=COMMON)
    itself = likeness(matter(one, category=category), matter(one, category=category), per_month=COMMON)
    assert 0 <= found.share <= 1
    assert not matter(one).words or found.share <= itself.share + 1e-9


@given(few=st.floats(0, 1e6), more=st.floats(0, 1e6))
def test_the_more_cases_have_a_word_the_less_it_says(few, more):
    assert (weight(few) >= weight(more)) == (few <= more) or weight(few) == weight(more)
    assert 0 < weight(few) <= 1
