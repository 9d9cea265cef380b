"""The clocks of cases that become one, and of those that were two after all."""

from datetime import timedelta

from fanal.cases import actions as cases
from fanal.cases.models import Case
from fanal.clocks.models import Clock
from fanal.interactions import actions as interactions
from fanal.scenarios import actions as scenarios
from tests.clocks.following import followed, kinds, of

HOUR = 3600


def opened(shop, clock, after=1, **more) -> Case:
    given = {"type": shop.enquiry, "subject": "Wet box", "customer": shop.customer, "by": shop.agent}
    return cases.open(**given | {"now": clock.after(after)} | more)


def running(case: Case) -> dict[str, Clock]:
    followed()
    return {clock.kind: clock for clock in Clock.objects.filter(case=case, ended_at=None)}


def said(chat, author, shop, clock, after=60) -> None:
    now = clock.after(after)
    agent = shop.agent if author == "agent" else None
    interactions.add_message(
        interaction=chat, author=author, text="…", external_id=f"m-{now.timestamp()}", agent=agent, now=now
    )


def test_the_earliest_due_of_each_kind_goes_on_with_the_case_that_goes_on(shop, clock, target):
    older, newer = opened(shop, clock), opened(shop, clock, after=HOUR / 2)
    due = of(older, "resolution").due_at
    followed()
    cases.merge(case=older, into=newer, now=clock.after(60), by=shop.agent)
    assert running(older) == {}
    assert kinds(older) == {"first_response": "dropped", "resolution": "dropped"}
    assert {kind: one.due_at for kind, one in running(newer).items()} == {
        "first_response": older.opened_at + timedelta(hours=1),
        "resolution": due,
    }
    newer.refresh_from_db()
    older.refresh_from_db()
    assert newer.due_at == older.opened_at + timedelta(hours=1)
    assert older.due_at is None


def test_a_newer_case_that_joins_an_older_one_changes_nothing_there(shop, clock, target):
    older, newer = opened(shop, clock), opened(shop, clock, after=HOUR / 2)
    before = {kind: one.pk for kind, one in running(older).items()}
    cases.merge(case=newer, into=older, now=clock.after(60), by=shop.agent)
    assert {kind: one.pk for kind, one in running(older).items()} == before
    assert running(newer) == {}


def test_taken_back_both_run_as_if_there_had_been_no_merge(shop, clock, target):
    older, newer = opened(shop, clock), opened(shop, clock, after=HOUR / 2)
    before = {case.pk: {kind: one.due_at for kind, one in running(case).items()} for case in (older, newer)}
    cases.merge(case=older, into=newer, now=clock.after(60), by=shop.agent)
    followed()
    cases.unmerge(case=older, now=clock.after(60), by=shop.agent)
    after = {case.pk: {kind: one.due_at for kind, one in running(case).items()} for case in (older, newer)}
    assert after == before


def test_what_was_answered_meanwhile_does_not_run_again(shop, talk, clock, target):
    chat = talk(customer=shop.customer, agent=shop.agent)
    lasting, _ = scenarios.open_in(interaction=chat, type=shop.enquiry, subject="Wet", now=clock.now, by=shop.agent)
    double = opened(shop, clock)
    cases.merge(case=double, into=lasting, now=clock.after(60), by=shop.agent)
    followed()
    said(chat, "agent", shop, clock)
    assert set(running(lasting)) == {"resolution"}
    cases.unmerge(case=double, now=clock.after(60), by=shop.agent)
    assert set(running(double)) == {"resolution"}


def test_what_is_said_in_the_contact_of_a_merged_case_moves_the_clocks_of_the_other(shop, talk, clock, target):
    lasting = opened(shop, clock)
    chat = talk(customer=shop.customer, agent=shop.agent)
    double, _ = scenarios.open_in(interaction=chat, type=shop.enquiry, subject="Wet", now=clock.now, by=shop.agent)
    cases.merge(case=double, into=lasting, now=clock.after(60), by=shop.agent)
    followed()
    said(chat, "agent", shop, clock)
    assert set(running(lasting)) == {"resolution"}
    said(chat, "customer", shop, clock)
    assert set(running(lasting)) == {"resolution", "next_response"}
    assert running(double) == {}


def test_a_case_that_waited_for_the_customer_waits_again(shop, clock, target):
    lasting, double = opened(shop, clock), opened(shop, clock)
    cases.wait_for_customer(case=double, waiting=True, now=clock.after(60), by=shop.agent)
    followed()
    cases.merge(case=double, into=lasting, now=clock.after(60), by=shop.agent)
    followed()
    cases.unmerge(case=double, now=clock.after(60), by=shop.agent)
    followed()
    double.refresh_from_db()
    assert double.state == "pending"
    assert kinds(double)["resolution"] == "still"
