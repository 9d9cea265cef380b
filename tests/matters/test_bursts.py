"""Many cases that are alike within a short time: told once, kept up while it lasts, and shown to supervision."""

from datetime import timedelta

import pytest

from fanal.cases import actions as cases
from fanal.cases.actions import bursts
from fanal.cases.models import Burst, Case
from fanal.events.models import Event


def opened(shop, clock, subject="The router does not start", **more) -> Case:
    given = {"type": shop.enquiry, "subject": subject, "now": clock.after(30), "by": shop.agent}
    return cases.open(**given | more)


def told() -> list[dict[str, int]]:
    return list(Event.objects.filter(kind="case.burst").order_by("id").values_list("data", flat=True))


def test_the_fifth_alike_within_two_hours_is_told_to_supervision_once(shop, clock):
    for _ in range(4):
        opened(shop, clock)
    assert bursts.notice(now=clock.now) == []
    fifth = opened(shop, clock)
    (burst,) = bursts.notice(now=clock.now)
    assert (burst.case, burst.number) == (fifth, 5)
    assert told() == [{"burst": burst.pk, "case": fifth.pk, "number": 5}]
    assert Event.objects.get(kind="case.burst").audience == ["supervision"]
    sixth = opened(shop, clock)
    assert bursts.notice(now=clock.now) == []
    burst.refresh_from_db()
    assert (burst.number, burst.last_at) == (6, sixth.opened_at)


def test_sweeping_again_tells_and_counts_nothing_twice(shop, clock):
    for _ in range(6):
        opened(shop, clock)
    bursts.notice(now=clock.now)
    before = list(Burst.objects.values_list("number", "last_at"))
    bursts.notice(now=clock.after(20))
    assert list(Burst.objects.values_list("number", "last_at")) == before
    assert len(told()) == 1


def test_the_same_on_another_day_is_news_again(shop, clock):
    for _ in range(5):
        opened(shop, clock)
    bursts.notice(now=clock.now)
    clock.after(timedelta(days=1).total_seconds())
    for _ in range(5):
        opened(shop, clock)
    bursts.notice(now=clock.now)
    assert len(told()) == 2


def test_cases_that_came_slowly_or_are_not_alike_make_no_burst(shop, clock):
    for _ in range(6):
        opened(shop, clock)
        clock.after(timedelta(hours=1).total_seconds())
    for subject in ("Invoice sent twice", "Box arrived wet", "Card is lost", "Price too high", "Wrong colour"):
        opened(shop, clock, subject)
    assert bursts.notice(now=clock.now) == []


def test_practice_makes_no_burst_and_adds_to_none(shop, clock):
    for _ in range(4):
        opened(shop, clock)
    opened(shop, clock, practice=True)
    assert bursts.notice(now=clock.now) == []


@pytest.mark.parametrize(("number", "noticed"), [(0, 0), (2, 1), (3, 0)])
def test_how_many_make_a_burst_is_configuration_of_the_type(shop, clock, number, noticed):
    shop.enquiry.burst_number = number
    shop.enquiry.save()
    for _ in range(2):
        opened(shop, clock)
    assert len(bursts.notice(now=clock.now)) == noticed
