"""Figures worked out by hand, from few events whose times are written down here: the program must find the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fanal.agents.models import Agent, Permission
from fanal.cases.models import Case, CaseOrigin, CaseType, Category
from fanal.customers.models import Customer
from fanal.events.actions import publish
from fanal.interactions.models import Disposition, Topic
from fanal.kpis import actions
from fanal.kpis.actions.figures import Figure, Filters
from fanal.kpis.models import Cell, Cursor
from fanal.kpis.periods import Period, day_of, named, next_day
from fanal.routing.models import Queue
from tests import day
from tests.day import MORNING, Contact, absorb_all, after, agent, present, queue

pytestmark = pytest.mark.django_db
DAY = 24 * 3600
WHOLE = Period(start=MORNING - timedelta(days=2), end=MORNING + timedelta(days=60))


@pytest.fixture
def supervisor() -> Agent:
    return agent("simone", Permission.SUPERVISE)


@pytest.fixture
def amal() -> Agent:
    return agent("amal", Permission.HANDLE)


@pytest.fixture
def orders() -> Queue:
    return queue("orders", answer_within_seconds=20)


def asked(kpi: str, viewer: Agent, period: Period = WHOLE, by: str | None = None, **only: Any) -> list[Figure]:
    now = MORNING + timedelta(days=59)
    return actions.figures(kpi_ids=[kpi], period=period, by=by, filters=Filters(**only), viewer=viewer, now=now)


def figure(kpi: str, viewer: Agent, period: Period = WHOLE, **only: Any) -> tuple[float, float | None]:
    found = asked(kpi, viewer, period, **only)[0]
    return found.numerator, found.denominator


# percentiles


def waits(line: Queue, by: Agent, *seconds: float) -> None:
    for n, wait in enumerate(seconds):
        Contact(line, n * 1000).answered(by, n * 1000 + wait, made=n * 1000).finished(by, n * 1000 + wait + 60)


@pytest.mark.parametrize(
    ("kpi", "value", "number"),
    [
        ("median_wait_of_answered", 5.5, 5),
        ("p90_wait_of_answered", 30.0, 9),
        ("p95_wait_of_answered", 100.25, 10),
        ("longest_wait_of_answered", 100.25, 10),
    ],
)
def test_percentiles_of_ten_waits(
    kpi: str, value: float, number: int, orders: Queue, amal: Agent, supervisor: Agent
) -> None:
    waits(orders, amal, 30, 1, 9, 4, 100.25, 5.5, 2, 6, 3, 7)  # in order: 1 2 3 4 5.5 6 7 9 30 100.25
    Contact(orders, 50).abandoned(5000)  # was not answered: in none
    absorb_all()
    (found,) = asked(kpi, supervisor)
    assert (found.value, found.numerator, found.denominator) == (value, number, 10)
    rows = list(actions.rows(kpi_id=kpi, period=WHOLE, viewer=supervisor))
    assert (sum(row.in_numerator for row in rows), sum(row.in_denominator for row in rows)) == (number, 10)


def test_percentiles_are_told_apart_and_not_averaged(orders: Queue, amal: Agent, supervisor: Agent) -> None:
    cards = queue("cards")
    waits(orders, amal, 1, 2, 3)
    waits(cards, amal, 100)
    absorb_all()
    parts = {one.key: one.value for one in asked("median_wait_of_answered", supervisor, by="queue")}
    assert parts == {orders.pk: 2, cards.pk: 100}
    assert asked("median_wait_of_answered", supervisor)[0].value == 2  # of 1 2 3 100; the mean of both were 51
    days = {one.key: one.value for one in asked("median_wait_of_answered", supervisor, by="day")}
    assert days == {day_of(MORNING): 2}
    quarters = [(one.key, one.value) for one in asked("longest_wait_of_answered", supervisor, by="interval")]
    assert quarters[0] == (MORNING, 100)
    assert asked("median_wait_of_answered", supervisor, queues=(cards.pk,))[0].value == 100
    assert asked("p95_wait_of_answered", supervisor, queues=(12345,))[0].value is None


def test_percentiles_of_handling_and_of_first_replies(orders: Queue, amal: Agent, supervisor: Agent) -> None:
    for n, (talk, wrap_up) in enumerate([(60, 10), (100, 0), (30, 40)]):
        at = n * 1000
        Contact(orders, at).answered(amal, at + 10).replied(amal, at + 10 + n).finished(amal, at + 10 + talk, wrap_up)
    absorb_all()
    assert asked("median_handling_time_of_handled", supervisor)[0].value == 70  # 70, 70, 100
    assert asked("p90_handling_time_of_handled", supervisor)[0].value == 100
    assert asked("median_first_reply_of_replied", supervisor)[0].value == 11  # 10, 11, 12
    assert asked("p90_handling_time_of_handled", supervisor, by="agent")[0].key == amal.pk


# the first reply of a person


def test_the_first_reply_level_counts_replies_not_acceptance(orders: Queue, amal: Agent, supervisor: Agent) -> None:
    Contact(orders, 0).answered(amal, 5).replied(amal, 20).finished(amal, 60)  # after 20 s: in time
    Contact(orders, 100).answered(amal, 105).replied(amal, 121).finished(amal, 160)  # accepted in time, replied late
    Contact(orders, 200).answered(amal, 205).finished(amal, 260)  # accepted, never a word: late
    Contact(orders, 300).abandoned(310)  # left before T: in neither
    Contact(orders, 400).abandoned(450)  # left after T
    Contact(orders, 500).answered(amal, 505)  # no word yet, and not over yet: in neither
    Contact(orders, 600).left(700, "closed").say("interaction.ended", 700)  # out of hours: in neither
    absorb_all()
    assert figure("first_reply_level_of_replied_and_left", supervisor) == (1, 4)
    assert figure("service_level_of_answered", supervisor) == (4, 4)
    assert figure("first_reply_level_of_replied_and_left", supervisor, queues=(orders.pk,)) == (1, 4)


def test_the_first_reply_level_keeps_the_target_time_of_the_day(orders: Queue, amal: Agent, supervisor: Agent) -> None:
    Contact(orders, 0).answered(amal, 5).replied(amal, 30).finished(amal, 60)
    absorb_all()
    Queue.objects.update(answer_within_seconds=300)
    absorb_all()
    assert figure("first_reply_level_of_replied_and_left", supervisor) == (0, 1)


# the same person about the same matter


class Matters:
    """People who come about things."""

    def __init__(self, line: Queue, by: Agent) -> None:
        self.line, self.by = line, by
        self.category = Category.objects.create(code="parcel", name="Parcel")
        self.person = Customer.objects.create(name="Ines")

    def come(self, at: float, person: Customer | None, category: Category | None = None, **more: Any) -> Topic:
        contact = Contact(self.line, at).answered(self.by, at + 10)
        contact.interaction.customer = person
        contact.interaction.save()
        topic = Topic.objects.create(
            interaction=contact.interaction,
            category=category or self.category,
            origin="agent",
            position=1,
            created_at=after(at + 20),
            **more,
        )
        contact.say("topic.added", at + 20, by=self.by.pk, topic=topic.pk, case=topic.case_id)
        contact.finished(self.by, at + 60)
        return topic


@pytest.fixture
def matters(orders: Queue, amal: Agent) -> Matters:
    return Matters(orders, amal)


RESOLVED = "first_contact_resolution_of_issues"


def test_who_does_not_come_back_about_it_within_a_week_was_helped_at_once(matters: Matters, supervisor: Agent) -> None:
    other = Category.objects.create(code="bill", name="Bill")
    matters.come(0, matters.person)
    matters.come(DAY, matters.person, other)  # about something else
    matters.come(DAY, Customer.objects.create(name="Somebody else"))
    matters.come(7 * DAY, matters.person)  # a week later to the second: not a return
    absorb_all()
    assert figure(RESOLVED, supervisor) == (4, 4)
    matters.come(7 * DAY + 5, matters.person, other)  # six days and five seconds after «about something else»
    absorb_all()
    assert figure(RESOLVED, supervisor) == (4, 5)
    rows = actions.rows(kpi_id=RESOLVED, period=WHOLE, viewer=supervisor)
    assert (sum(r.in_numerator for r in rows), sum(r.in_denominator for r in rows)) == (4, 5)


def test_a_return_restates_the_day_of_the_first_contact(matters: Matters, supervisor: Agent) -> None:
    matters.come(0, matters.person)
    absorb_all()
    first_day = Period(start=day_of(MORNING), end=next_day(day_of(MORNING)))
    assert figure(RESOLVED, supervisor, first_day) == (1, 1)
    again = matters.come(3 * DAY, matters.person)
    absorb_all()
    assert figure(RESOLVED, supervisor, first_day) == (0, 1)
    again.withdrawn_at = after(3 * DAY + 30)
    again.save()
    publish(
        kind="topic.withdrawn",
        data={"topic": again.pk, "interaction": again.interaction_id, "case": None},
        audience=[],
        now=after(3 * DAY + 30),
    )
    absorb_all()
    assert figure(RESOLVED, supervisor, first_day) == (1, 1)
    assert figure("issues", supervisor)[0] == 1


def test_who_it_was_may_be_found_out_later(matters: Matters, supervisor: Agent) -> None:
    matters.come(0, matters.person)
    unknown = matters.come(DAY, None)
    absorb_all()
    assert figure(RESOLVED, supervisor) == (1, 1)
    unknown.interaction.customer = matters.person
    unknown.interaction.save()
    data = {"interaction": unknown.interaction_id, "customer": matters.person.pk}
    publish(kind="interaction.identified", data=data, audience=[], now=after(2 * DAY))
    absorb_all()
    assert figure(RESOLVED, supervisor) == (1, 2)


def test_two_matters_of_one_contact_are_not_a_return(matters: Matters, supervisor: Agent) -> None:
    first = matters.come(0, matters.person)
    second = Topic.objects.create(
        interaction=first.interaction, category=matters.category, origin="agent", position=2, created_at=after(40)
    )
    data = {"topic": second.pk, "interaction": first.interaction_id, "case": None}
    publish(kind="topic.added", data=data, audience=[], now=after(40), by=matters.by.pk)
    absorb_all()
    assert figure(RESOLVED, supervisor) == (2, 2)


def test_pranks_are_no_matters_and_merged_people_are_one(matters: Matters, supervisor: Agent) -> None:
    prank = Disposition.objects.create(code="prank", name="Prank", genuine=False)
    twin = Customer.objects.create(name="Inès", survivor=matters.person)
    matters.come(0, matters.person)
    matters.come(DAY, matters.person, disposition=prank)
    absorb_all()
    assert figure(RESOLVED, supervisor) == (1, 1)
    matters.come(2 * DAY, twin)
    absorb_all()
    assert figure(RESOLVED, supervisor) == (1, 2)


# days, and what belongs to which


@contextmanager
def nine_o_clock_is(moment: datetime, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The times of contacts count from `moment` now."""
    with monkeypatch.context() as patch:
        patch.setattr(day, "MORNING", moment)
        yield


@pytest.mark.parametrize(
    ("midnight", "hours"),
    [
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), 23),  # 29 March in Berlin: an hour is left out
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), 25),  # 25 October: an hour comes twice
        (datetime(2026, 7, 1, 22, 0, tzinfo=UTC), 24),
    ],
)
def test_a_day_has_the_hours_that_the_clocks_of_the_company_give_it(
    midnight: datetime, hours: int, orders: Queue, amal: Agent, supervisor: Agent, settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    settings.TIME_ZONE = "Europe/Berlin"
    with nine_o_clock_is(midnight, monkeypatch):
        Contact(orders, -1).abandoned(100)  # the last second of the day before
        for hour in range(hours):
            Contact(orders, hour * 3600 + 1800).abandoned(hour * 3600 + 1900)
        Contact(orders, hours * 3600 - 1).abandoned(hours * 3600 + 50)  # the last second; it leaves on the next day
        Contact(orders, hours * 3600).abandoned(hours * 3600 + 50)  # the first of the next
        present(amal, "available", -3600)
        present(amal, "offline", hours * 3600 + 3600)
    absorb_all()
    noon = midnight + timedelta(hours=12)
    end = midnight + timedelta(hours=hours)
    there = Period(start=day_of(noon), end=next_day(day_of(noon)))
    assert (there.start, there.end) == (midnight, end)

    def one(kpi: str, by: str | None = None) -> list[Figure]:
        return actions.figures(kpi_ids=[kpi], period=there, by=by, viewer=supervisor, now=end + timedelta(days=2))

    assert one("offered")[0].value == hours + 1
    assert [(f.key, f.value) for f in one("offered", "day")] == [(midnight, hours + 1)]
    assert len(one("offered", "interval")) == hours + 1
    by_hour = one("offered", "hour")
    assert [f.key for f in by_hour] == [midnight + timedelta(hours=n) for n in range(hours)]
    assert [f.value for f in by_hour] == [1] * (hours - 1) + [2]
    assert one("signed_in_time")[0].value == hours * 3600
    assert sum(f.value or 0 for f in one("signed_in_time", "hour")) == hours * 3600
    assert actions.recompute(day=noon, now=end) == []
    Cell.objects.filter(grain="q", source="stay", at=midnight + timedelta(hours=2, minutes=30)).update(offered=7)
    assert actions.recompute(day=noon, mend=True, now=end)
    assert actions.recompute(day=noon, now=end) == []


def test_yesterday_and_thirty_days_begin_at_midnight_across_a_change_of_clocks(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    now = datetime(2026, 3, 30, 10, 0, tzinfo=UTC)
    yesterday = named("yesterday", now)
    assert yesterday.start == datetime(2026, 3, 28, 23, 0, tzinfo=UTC)
    assert yesterday.end == datetime(2026, 3, 29, 22, 0, tzinfo=UTC)
    assert named("30days", now).start == datetime(2026, 2, 28, 23, 0, tzinfo=UTC)


def test_a_day_of_a_far_time_zone_is_that_zones_day(
    orders: Queue, supervisor: Agent, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TIME_ZONE = "Asia/Kathmandu"  # 5 hours and 45 minutes ahead
    with nine_o_clock_is(datetime(2026, 5, 4, 18, 15, tzinfo=UTC), monkeypatch):  # midnight there
        Contact(orders, -1).abandoned(10)
        Contact(orders, 0).abandoned(10)
        Contact(orders, 3599).abandoned(3700)
        Contact(orders, 3600).abandoned(3700)
    absorb_all()
    found = {f.key: f.value for f in asked("offered", supervisor, by="day")}
    midnight = datetime(2026, 5, 4, 18, 15, tzinfo=UTC)
    assert found == {midnight - timedelta(days=1): 1, midnight: 3}
    hours = {f.key: f.value for f in asked("offered", supervisor, by="hour")}
    assert hours == {
        midnight - timedelta(hours=1): 1, midnight: 2, midnight + timedelta(hours=1): 1
    }  # fmt: skip
    medians = {f.key: f.denominator for f in asked("median_wait_of_answered", supervisor, by="hour")}
    assert medians == {}


def test_when_the_company_moves_to_another_zone_its_days_are_summed_again(
    orders: Queue, supervisor: Agent, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with nine_o_clock_is(datetime(2026, 5, 4, 18, 15, tzinfo=UTC), monkeypatch):  # midnight in Kathmandu
        for moment in (-1, 0, 3599):
            Contact(orders, moment).abandoned(moment + 100)
    absorb_all()
    midnight = datetime(2026, 5, 4, 18, 15, tzinfo=UTC)
    whole = Period(start=midnight - timedelta(days=3), end=midnight + timedelta(days=3))

    def per_day() -> dict[Any, float | None]:
        found = actions.figures(
            kpi_ids=["offered"], period=whole, by="day", viewer=supervisor, now=midnight + timedelta(days=9)
        )
        return {f.key: f.value for f in found}

    assert per_day() == {datetime(2026, 5, 4, tzinfo=UTC): 3}
    settings.TIME_ZONE = "Asia/Kathmandu"
    actions.fold(limit=1)
    assert per_day() == {midnight - timedelta(days=1): 1, midnight: 2}
    assert Cursor.objects.get().zone == "Asia/Kathmandu"
    assert actions.recompute(day=midnight, now=midnight + timedelta(days=9)) == []


def test_an_event_that_comes_a_day_late_changes_the_day_it_belongs_to(orders: Queue, supervisor: Agent) -> None:
    contact = Contact(orders, 0)
    Contact(orders, DAY).abandoned(DAY + 60)
    absorb_all()
    first = Period(start=day_of(MORNING), end=next_day(day_of(MORNING)))
    assert figure("still_waiting", supervisor, first) == (1, None)
    contact.abandoned(30)
    absorb_all()
    assert figure("still_waiting", supervisor, first) == (0, None)
    assert figure("abandoned", supervisor, first) == (1, None)
    assert figure("abandoned", supervisor) == (2, None)


def test_a_reopened_case_is_not_settled_and_its_reopening_counts_on_its_own_day(
    orders: Queue, amal: Agent, supervisor: Agent
) -> None:
    enquiry = CaseType.objects.create(code="enquiry", name="Enquiry")
    contact = Contact(orders, 0).answered(amal, 5)
    case = contact.case(enquiry, amal, 30)
    contact.case(enquiry, amal, 40)
    absorb_all()
    assert figure("settled_share_of_opened", supervisor) == (2, 2)
    contact.say("case.reopened", 2 * DAY, by=amal.pk, case=case.pk)
    absorb_all()
    first = Period(start=day_of(MORNING), end=next_day(day_of(MORNING)))
    third = Period(start=day_of(after(2 * DAY)), end=next_day(day_of(after(2 * DAY))))
    assert figure("settled_share_of_opened", supervisor, first) == (1, 2)
    assert figure("reopenings", supervisor, first) == (0, None)
    assert figure("reopenings", supervisor, third) == (1, None)
    contact.say("case.settled", 3 * DAY, by=amal.pk, case=case.pk)
    absorb_all()
    assert figure("settled_share_of_opened", supervisor, first) == (2, 2)
    assert figure("settlings", supervisor) == (3, None)


def test_a_case_that_changes_its_type_counts_in_the_new_one(orders: Queue, amal: Agent, supervisor: Agent) -> None:
    enquiry = CaseType.objects.create(code="enquiry", name="Enquiry")
    fault = CaseType.objects.create(code="fault", name="Fault")
    contact = Contact(orders, 0).answered(amal, 5)
    case = contact.case(enquiry, amal, 30, origin=CaseOrigin.AGENT, settled=False)
    absorb_all()
    Case.objects.filter(pk=case.pk).update(type=fault)
    contact.say("case.changed", 60, by=amal.pk, case=case.pk, agent=amal.pk, queue=orders.pk)
    absorb_all()
    assert [(f.key, f.value) for f in asked("cases_opened", supervisor, by="type")] == [(fault.pk, 1)]


def test_each_queue_has_its_share_of_a_transferred_contact(orders: Queue, amal: Agent, supervisor: Agent) -> None:
    cards, boris = queue("cards", answer_within_seconds=20), agent("boris", Permission.HANDLE)
    contact = Contact(orders, 0).answered(amal, 10)
    about = {"queue": orders.pk, "agent": amal.pk, "segment": contact.segment}
    contact.say("segment.ended", 110, **about)
    contact.say("transfer.made", 110, by=amal.pk, segment=contact.segment)
    contact.say("wrap_up.ended", 120, **about)
    contact.queue, contact.entry, contact.segment = cards, contact.entry + 10**6, contact.segment + 10**6
    contact.say("queue.entered", 110, entry=contact.entry, queue=cards.pk, channel="webchat", priority=2)
    contact.answered(boris, 160).finished(boris, 460, 30)
    absorb_all()
    first, second = {"queues": (orders.pk,)}, {"queues": (cards.pk,)}
    assert figure("offered", supervisor, **first) == figure("offered", supervisor, **second) == (1, None)
    assert figure("average_wait_of_answered", supervisor, **first) == (10, 1)
    assert figure("average_wait_of_answered", supervisor, **second) == (50, 1)
    assert figure("service_level_of_answered", supervisor, **first) == (1, 1)
    assert figure("service_level_of_answered", supervisor, **second) == (0, 1)
    assert figure("average_handling_time_of_handled", supervisor, **first) == (100 + 10, 1)
    assert figure("average_handling_time_of_handled", supervisor, **second) == (300 + 30, 1)
    assert figure("transfer_rate_of_handled", supervisor, **first) == (1, 1)
    assert figure("transfer_rate_of_handled", supervisor, **second) == (0, 1)
    assert figure("contacts", supervisor) == (1, None)
    assert figure("contacts", supervisor, **second) == (0, None)


def test_who_leaves_within_five_seconds_came_by_mistake(orders: Queue, amal: Agent, supervisor: Agent) -> None:
    Contact(orders, 0).abandoned(5)  # five seconds to the millisecond: short
    Contact(orders, 100).abandoned(105.001)  # not short any more, but before T
    Contact(orders, 200).abandoned(220)  # at T
    Contact(orders, 300).abandoned(320.001)  # after T
    Contact(orders, 400).answered(amal, 420).finished(amal, 500)  # at T: in time
    Contact(orders, 600).answered(amal, 621).finished(amal, 700)  # late
    absorb_all()
    assert figure("abandonment_rate_of_offered", supervisor) == (3, 5)
    assert figure("service_level_of_answered_and_abandoned", supervisor) == (1, 3)
    assert figure("service_level_of_answered", supervisor) == (1, 2)
    assert figure("service_level_of_offered_without_short", supervisor) == (1, 5)
    assert figure("service_level_with_abandoned_of_offered", supervisor) == (4, 6)


def test_the_time_of_people_who_practise_is_in_no_figure(orders: Queue, supervisor: Agent) -> None:
    pupil, amal = agent("jules", Permission.HANDLE, practising=True), agent("amal", Permission.HANDLE)
    for who, said in ((pupil, {"practice": True}), (amal, {})):
        for state, at in (("available", 0), ("offline", 3600)):
            data = {"agent": who.pk, "state": state, "reason": None} | said
            publish(kind="agent.state_changed", data=data, audience=[], now=after(at), by=who.pk)
    Contact(orders, 0, practice=True).answered(pupil, 10).replied(pupil, 15).finished(pupil, 610)
    absorb_all()
    assert figure("signed_in_time", supervisor) == (3600, None)
    assert figure("occupancy_of_busy_and_idle", supervisor) == (0, 3600)
    assert figure("handled", supervisor) == (0, None)
    assert asked("p90_handling_time_of_handled", supervisor)[0].value is None
    assert [f.key for f in asked("signed_in_time", supervisor, by="agent")] == [amal.pk]
