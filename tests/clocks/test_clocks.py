"""The clocks of a case: what starts, stops and ends them, and when each is due."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction

from fanal.cases import actions as cases
from fanal.cases.models import Case, CaseType
from fanal.clocks.models import Clock, Pause, Target
from fanal.customers.models import Customer
from fanal.events.actions import publish
from fanal.events.models import Event
from fanal.hours.models import Calendar, OpeningPeriod, SpecialDay
from fanal.interactions import actions as interactions
from fanal.interactions.models import Interaction, TopicOrigin
from fanal.routing import actions as routing
from fanal.scenarios import actions as scenarios
from tests.clocks.following import followed, kinds, of

HOUR = 3600


def opened(shop, clock, **more) -> Case:
    given = {"type": shop.enquiry, "subject": "Wet box", "customer": shop.customer, "by": shop.agent}
    return cases.open(**given | {"now": clock.after(1)} | more)


def in_a_chat(shop, talk, clock) -> tuple[Interaction, Case]:
    chat = talk(customer=shop.customer, agent=shop.agent)
    case, _ = scenarios.open_in(interaction=chat, type=shop.enquiry, subject="Wet box", now=clock.now, by=shop.agent)
    return chat, case


def says(chat: Interaction, author: str, clock, after: float = 60) -> datetime:
    now = clock.after(after)
    agent = chat.segments.filter(agent__isnull=False).latest("pk").agent if author == "agent" else None
    interactions.add_message(
        interaction=chat, author=author, text="…", external_id=f"m-{now.timestamp()}", agent=agent, now=now
    )
    return now


def test_a_case_opens_with_a_clock_for_the_first_response_and_one_for_the_resolution(shop, clock, target):
    case = opened(shop, clock)
    assert kinds(case) == {"first_response": "running", "resolution": "running"}
    assert of(case, "first_response").due_at == case.opened_at + timedelta(hours=1)
    assert of(case, "resolution").at_risk_at == case.opened_at + timedelta(hours=6)
    case.refresh_from_db()
    assert case.due_at == case.opened_at + timedelta(hours=1)
    assert case.at_risk_at == case.opened_at + timedelta(minutes=45)


def test_without_a_target_nothing_is_promised(shop, clock):
    assert kinds(opened(shop, clock)) == {}


def test_a_case_that_is_settled_at_once_promised_nothing(shop, clock, target):
    assert kinds(opened(shop, clock, settled=True)) == {}


def test_practice_promises_nothing(shop, clock, target):
    assert kinds(opened(shop, clock, customer=None, practice=True)) == {}


def test_our_reply_meets_the_first_response_and_the_programs_does_not(shop, talk, clock, target):
    chat, case = in_a_chat(shop, talk, clock)
    says(chat, "system", clock)
    assert kinds(case)["first_response"] == "running"
    at = says(chat, "agent", clock)
    first = of(case, "first_response")
    assert (first.outcome, first.ended_at, first.ended_by) == ("met", at, "replied")


def test_a_case_opened_when_we_have_answered_already_has_no_first_response(shop, talk, clock, target):
    chat = talk(customer=shop.customer, agent=shop.agent)
    says(chat, "agent", clock)
    case, _ = scenarios.open_in(
        interaction=chat, type=shop.enquiry, subject="Wet box", now=clock.after(5), by=shop.agent
    )
    assert kinds(case) == {"resolution": "running"}


def test_the_customers_word_starts_the_next_response_and_another_one_lets_it_run_on(shop, talk, clock, target):
    chat, case = in_a_chat(shop, talk, clock)
    says(chat, "agent", clock)
    asked = says(chat, "customer", clock)
    says(chat, "customer", clock)
    following = of(case, "next_response")
    assert (following.started_at, following.due_at) == (asked, asked + timedelta(hours=2))
    says(chat, "agent", clock, after=3 * HOUR)
    assert of(case, "next_response").outcome == "missed"
    assert Clock.objects.filter(case=case, kind="next_response").count() == 1


def test_before_the_first_response_the_customers_word_starts_nothing_more(shop, talk, clock, target):
    chat, case = in_a_chat(shop, talk, clock)
    says(chat, "customer", clock)
    assert kinds(case) == {"first_response": "running", "resolution": "running"}


def test_a_reply_followed_after_the_case_was_settled_still_counts_at_its_time(shop, talk, clock, target):
    chat, case = in_a_chat(shop, talk, clock)
    at = says(chat, "agent", clock)
    cases.settle(case=case, now=clock.after(1), by=shop.agent)
    assert of(case, "first_response").ended_at == at
    assert kinds(case) == {"first_response": "met", "resolution": "met"}


def test_what_is_said_when_the_case_is_settled_starts_nothing(shop, talk, clock, target):
    chat, case = in_a_chat(shop, talk, clock)
    says(chat, "agent", clock)
    cases.settle(case=case, now=clock.after(1), by=shop.agent)
    says(chat, "customer", clock)
    assert "next_response" not in kinds(case)


def test_waiting_for_the_customer_stops_the_resolution_and_drops_the_next_response(shop, talk, clock, target):
    chat, case = in_a_chat(shop, talk, clock)
    says(chat, "agent", clock)
    says(chat, "customer", clock)
    cases.wait_for_customer(case=case, waiting=True, now=clock.after(HOUR), by=shop.agent)
    assert kinds(case) == {"first_response": "met", "resolution": "still", "next_response": "dropped"}
    resolution = of(case, "resolution")
    assert resolution.due_at is None
    assert resolution.left_seconds == 8 * HOUR - (clock.now - resolution.started_at).total_seconds()


def test_the_first_response_is_owed_also_while_we_say_that_we_wait(shop, clock, target):
    case = opened(shop, clock)
    cases.wait_for_customer(case=case, waiting=True, now=clock.after(60), by=shop.agent)
    assert kinds(case)["first_response"] == "running"


def test_the_customers_word_ends_the_waiting_and_the_resolution_goes_on_with_what_was_left(shop, talk, clock, target):
    chat, case = in_a_chat(shop, talk, clock)
    says(chat, "agent", clock)
    cases.wait_for_customer(case=case, waiting=True, now=clock.after(HOUR), by=shop.agent)
    left = of(case, "resolution").left_seconds
    at = says(chat, "customer", clock, after=100 * HOUR)
    resolution = of(case, "resolution")
    assert resolution.due_at == at + timedelta(seconds=left)
    case.refresh_from_db()
    assert case.state == "open"
    assert kinds(case)["next_response"] == "running"


def test_who_marks_the_waiting_after_the_customers_word_is_not_overruled(shop, talk, clock, target):
    chat, case = in_a_chat(shop, talk, clock)
    says(chat, "agent", clock)
    says(chat, "customer", clock)
    cases.wait_for_customer(case=case, waiting=True, now=clock.after(5), by=shop.agent)
    followed()
    case.refresh_from_db()
    assert case.state == "pending"


def test_hand_over_and_another_queue_let_every_clock_go_on(shop, clock, target):
    case = opened(shop, clock)
    followed()
    before = list(Clock.objects.filter(case=case).order_by("pk").values())
    cases.assign(case=case, owner=shop.colleague, now=clock.after(60), by=shop.agent)
    routing.enqueue_case(case=case, queue=shop.queue, by=shop.agent, now=clock.after(60))
    followed()
    assert list(Clock.objects.filter(case=case).order_by("pk").values()) == before


def test_settling_meets_the_resolution_and_drops_a_response_that_nobody_waits_for(shop, clock, target):
    case = opened(shop, clock)
    cases.settle(case=case, now=clock.after(HOUR), by=shop.agent)
    assert kinds(case) == {"first_response": "dropped", "resolution": "met"}
    case.refresh_from_db()
    assert case.due_at is None


def test_settling_too_late_misses_it(shop, clock, target):
    case = opened(shop, clock)
    cases.settle(case=case, now=clock.after(8 * HOUR + 1), by=shop.agent)
    assert of(case, "resolution").outcome == "missed"


def test_a_reopened_case_goes_on_with_what_was_left(shop, clock, target):
    case = opened(shop, clock)
    cases.settle(case=case, now=clock.after(6 * HOUR), by=shop.agent)
    cases.reopen(case=case, reason="Wet again", now=clock.after(500 * HOUR), by=shop.agent)
    resolution = of(case, "resolution")
    assert resolution.due_at == clock.now + timedelta(hours=2)
    assert (resolution.outcome, resolution.ended_at) == ("", None)
    assert [pause.reason for pause in resolution.pauses.all()] == ["settled"]
    cases.settle(case=case, now=clock.after(HOUR), by=shop.agent)
    assert of(case, "resolution").outcome == "met"
    assert Clock.objects.filter(case=case, kind="resolution").count() == 1


def test_settled_while_waiting_and_reopened_stood_still_for_both(shop, clock, target):
    case = opened(shop, clock)
    cases.wait_for_customer(case=case, waiting=True, now=clock.after(HOUR), by=shop.agent)
    cases.settle(case=case, now=clock.after(50 * HOUR), by=shop.agent)
    assert of(case, "resolution").outcome == "met"
    cases.reopen(case=case, reason="Again", now=clock.after(50 * HOUR), by=shop.agent)
    assert of(case, "resolution").due_at == clock.now + timedelta(hours=7)


def test_not_this_drops_every_clock(shop, clock, target):
    case = opened(shop, clock, origin="rule")
    cases.withdraw(case=case, now=clock.after(60), by=shop.agent)
    assert kinds(case) == {"first_response": "dropped", "resolution": "dropped"}


def test_a_case_split_off_has_been_on_its_way_as_long_as_the_first(shop, talk, clock, target):
    chat, first = in_a_chat(shop, talk, clock)
    says(chat, "agent", clock)
    cases.wait_for_customer(case=first, waiting=True, now=clock.after(HOUR), by=shop.agent)
    cases.wait_for_customer(case=first, waiting=False, now=clock.after(HOUR), by=shop.agent)
    second = cases.split(case=first, subject="The other half", now=clock.after(HOUR), by=shop.agent)
    assert kinds(second) == {"resolution": "running"}
    one, two = of(first, "resolution"), of(second, "resolution")
    assert (one.started_at, one.due_at) == (two.started_at, two.due_at)
    assert two.pauses.count() == 1


def test_another_priority_gives_new_due_times_from_the_same_start_and_says_why(shop, clock, target):
    Target.objects.create(code="urgent", name="Urgent", priority=4, resolution_minutes=60)
    case = opened(shop, clock)
    followed()
    cases.change(case=case, priority=4, now=clock.after(600), by=shop.agent)
    resolution = of(case, "resolution")
    assert resolution.due_at == case.opened_at + timedelta(hours=1)
    assert (resolution.target.code, resolution.why) == ("urgent", ["priority"])
    assert Event.objects.filter(kind="clock.changed").latest("id").data["why"] == "priority"
    assert of(case, "first_response").target.code == "all"


def test_a_type_for_which_nothing_is_promised_drops_and_one_for_which_it_is_starts_from_the_beginning(shop, clock):
    promised = CaseType.objects.create(code="t-fault", name="Fault")
    Target.objects.create(code="faults", name="Faults", case_type=promised, resolution_minutes=60)
    case = opened(shop, clock, type=promised)
    followed()
    cases.change(case=case, type=shop.enquiry, now=clock.after(600), by=shop.agent)
    assert kinds(case) == {"resolution": "dropped"}
    cases.change(case=case, type=promised, now=clock.after(600), by=shop.agent)
    assert of(case, "resolution").due_at == case.opened_at + timedelta(hours=1)


def test_a_valuable_customer_found_later_brings_their_target(shop, clock, target):
    Target.objects.create(code="gold", name="Gold", value_band=3, resolution_minutes=30)
    gold = Customer.objects.create(name="Amal Haddad", value_band=3)
    case = opened(shop, clock, customer=None)
    cases.attach_customer(case=case, customer=gold, now=clock.after(60), by=shop.agent)
    assert of(case, "resolution").due_at == case.opened_at + timedelta(minutes=30)


def test_a_changed_target_does_not_rewrite_what_was_promised(shop, clock, target):
    case = opened(shop, clock)
    followed()
    target.resolution_minutes = 10
    target.save()
    cases.change(case=case, subject="Dry box", now=clock.after(60), by=shop.agent)
    assert of(case, "resolution").due_at == case.opened_at + timedelta(hours=8)


def a_calendar(*days: int) -> Calendar:
    calendar = Calendar.objects.create(code="office", name="Office", zone="Europe/Paris")
    for day in days:
        OpeningPeriod.objects.create(calendar=calendar, weekday=day, opens_at=time(9), closes_at=time(17))
    return calendar


def test_a_holiday_announced_later_moves_what_runs_and_not_what_has_ended(shop, clock, target):
    target.calendar = a_calendar(0, 1, 2, 3, 4)
    target.save()
    done, running = opened(shop, clock), opened(shop, clock)
    cases.settle(case=done, now=clock.after(60), by=shop.agent)
    ended, before = of(done, "resolution").due_at, of(running, "resolution").due_at
    SpecialDay.objects.create(calendar=target.calendar, on=before.date(), name="Holiday")
    publish(kind="config.changed", data={"what": "calendars", "id": target.calendar_id}, now=clock.after(60))
    assert of(running, "resolution").due_at == before + timedelta(days=1)
    assert of(done, "resolution").due_at == ended


def test_a_calendar_that_never_opens_has_no_due_time(shop, clock, target):
    target.calendar = a_calendar()
    target.save()
    case = opened(shop, clock)
    resolution = of(case, "resolution")
    assert (resolution.due_at, resolution.left_seconds, resolution.outcome) == (None, None, "")
    cases.settle(case=case, now=clock.after(HOUR), by=shop.agent)
    assert of(case, "resolution").outcome == "met"


def test_one_clock_of_a_kind_runs_at_once(shop, clock, target):
    case = opened(shop, clock)
    first = of(case, "resolution")
    first.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        first.save()


def test_paused_time_is_never_negative(shop, clock, target):
    case = opened(shop, clock)
    resolution = of(case, "resolution")
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    with pytest.raises(IntegrityError), transaction.atomic():
        Pause.objects.create(clock=resolution, started_at=at, ended_at=at - timedelta(1), reason="waiting")


def test_what_was_said_before_a_contact_was_about_the_case_answers_nothing_in_it(shop, talk, clock):
    """Also where all of it is followed at once, because the worker stood still meanwhile."""
    Target.objects.create(code="all", name="Everybody", first_response_minutes=60)
    case = opened(shop, clock)
    chat = talk(customer=shop.customer, agent=shop.agent)
    says(chat, "agent", clock)
    interactions.add_topic(interaction=chat, case=case, origin=TopicOrigin.RULE, now=clock.after(60))
    assert kinds(case) == {"first_response": "running"}
    says(chat, "agent", clock)
    assert kinds(case) == {"first_response": "met"}
