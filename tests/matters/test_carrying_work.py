"""Reminders, helpers and what waits go along when two cases become one, and come back exactly."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from fanal.cases import actions
from fanal.cases.actions.reminding import ring
from fanal.cases.history import history_of
from fanal.cases.models import Case, CaseDependency, CaseHelper, Notice, Reminder
from fanal.cases.rules import NotPossible
from fanal.cases.rules.merging import Wait, waits_to_carry
from fanal.events.models import Event

BACKEND = "fanal.desk.accounts.backend.AgentBackend"
HOUR = timedelta(hours=1)


def opened(shop: Any, clock: Any, **more: Any) -> Case:
    given = {"type": shop.enquiry, "owner": shop.agent, "by": shop.agent, "subject": "Wet box"}
    return actions.open_case(**given | {"now": clock.after(1)} | more)


def merged(double: Case, lasting: Case, shop: Any, clock: Any) -> None:
    actions.merge(case=double, into=lasting, now=clock.after(1), by=shop.supervisor)


def unmerged(double: Case, shop: Any, clock: Any) -> None:
    actions.unmerge(case=double, now=clock.after(1), by=shop.supervisor)


def helping(case: Case) -> set[str]:
    rows = CaseHelper.objects.filter(case=case, left_at=None)
    return set(rows.values_list("agent__name", flat=True))


def waits() -> set[tuple[int, int]]:
    return set(CaseDependency.objects.filter(ended_at=None).values_list("case", "on"))


def reminded(case: Case) -> list[str]:
    return list(Reminder.objects.filter(case=case).order_by("pk").values_list("text", flat=True))


def page_of(agent: Any, address: str) -> str:
    client = Client(headers={"HX-Request": "true"})
    client.force_login(agent, backend=BACKEND)
    return str(client.get(address).content.decode())


def test_a_reminder_rings_at_the_case_that_goes_on(shop: Any, clock: Any) -> None:
    double, lasting = opened(shop, clock), opened(shop, clock, owner=shop.supervisor)
    done = actions.remind(case=double, at=clock.now + HOUR, agent=None, text="Old", now=clock.now, by=shop.agent)
    actions.end_reminder(reminder=done, now=clock.after(1), by=shop.agent)
    actions.remind(case=double, at=clock.now + HOUR, agent=None, text="Call", now=clock.now, by=shop.agent)
    merged(double, lasting, shop, clock)
    assert (reminded(double), reminded(lasting)) == (["Old"], ["Call"])
    assert "Call" in page_of(shop.supervisor, f"/cases/{lasting.pk}/together/")
    ring(now=clock.now + 2 * HOUR)
    notice = Notice.objects.get(kind="reminder")
    assert (notice.case, notice.agent) == (lasting, shop.supervisor)
    later = {"at": clock.now + 3 * HOUR, "agent": None, "text": "Later", "now": clock.now, "by": shop.supervisor}
    actions.remind(case=lasting, **later)
    unmerged(double, shop, clock)
    assert (reminded(double), reminded(lasting)) == (["Old", "Call"], ["Later"])


def test_who_helps_goes_on_helping_and_only_they_leave_again(shop: Any, clock: Any) -> None:
    double, lasting = opened(shop, clock), opened(shop, clock, owner=shop.supervisor)
    for who in (shop.colleague, shop.masked, shop.supervisor):
        actions.let_in(case=double, agent=who, now=clock.after(1), by=who)
    actions.let_in(case=lasting, agent=shop.masked, now=clock.after(1), by=shop.masked)
    merged(double, lasting, shop, clock)
    assert helping(lasting) == {"Boris", "Dana"}
    assert Case.objects.visible_to(shop.colleague).filter(pk=lasting.pk).exists()
    told = Event.objects.get(kind="case.changed", data__merged=double.pk)
    assert f"agent:{shop.colleague.pk}" in told.audience
    assert "Boris" in page_of(shop.supervisor, f"/cases/{lasting.pk}/history/")
    actions.let_in(case=lasting, agent=shop.reader, now=clock.after(1), by=shop.reader)
    unmerged(double, shop, clock)
    assert helping(lasting) == {"Dana", "Emil"}
    assert helping(double) == {"Boris", "Dana", "Chen"}
    assert not Case.objects.visible_to(shop.colleague).filter(pk=lasting.pk).exists()
    told = Event.objects.get(kind="case.changed", data__unmerged=double.pk)
    assert f"agent:{shop.colleague.pk}" in told.audience, "their page of it is drawn anew, and is theirs no more"


def test_who_left_and_came_again_since_the_merge_stays_when_it_is_taken_back(shop: Any, clock: Any) -> None:
    double, lasting = opened(shop, clock), opened(shop, clock)
    actions.let_in(case=double, agent=shop.colleague, now=clock.after(1), by=shop.colleague)
    merged(double, lasting, shop, clock)
    actions.let_out(case=lasting, agent=shop.colleague, now=clock.after(1), by=shop.colleague)
    actions.let_in(case=lasting, agent=shop.colleague, now=clock.after(1), by=shop.colleague)
    unmerged(double, shop, clock)
    assert helping(lasting) == {"Boris"}


def test_what_a_case_waits_for_and_what_waits_for_it_is_the_other_ones_now(shop: Any, clock: Any) -> None:
    double, lasting, on, waiter = (opened(shop, clock) for _ in range(4))
    actions.wait_for(case=double, on=on, now=clock.after(1), by=shop.agent)
    actions.wait_for(case=waiter, on=double, now=clock.after(1), by=shop.agent)
    before = waits()
    merged(double, lasting, shop, clock)
    assert waits() == {(lasting.pk, on.pk), (waiter.pk, lasting.pk)}
    assert str(lasting.number) in page_of(shop.agent, f"/cases/{waiter.pk}/together/")
    with pytest.raises(NotPossible, match="waits_in_a_circle"):
        actions.wait_for(case=on, on=waiter, now=clock.after(1), by=shop.agent)
    unmerged(double, shop, clock)
    assert waits() == before

    merged(double, lasting, shop, clock)
    actions.settle(case=on, now=clock.after(1), by=shop.agent)
    assert history_of(lasting)[-1].kind == "waits_no_longer"
    unmerged(double, shop, clock)
    assert waits() == {(waiter.pk, double.pk)}, "what was settled since is waited for no longer"


def test_nothing_waits_for_itself_twice_or_in_a_circle_after_a_merge(shop: Any, clock: Any) -> None:
    double, lasting, both, round_about = (opened(shop, clock) for _ in range(4))
    for case, on in ((lasting, double), (double, both), (lasting, both), (both, round_about)):
        actions.wait_for(case=case, on=on, now=clock.after(1), by=shop.agent)
    before = waits()
    merged(double, lasting, shop, clock)
    assert waits() == {(lasting.pk, both.pk), (both.pk, round_about.pk)}
    ended = Event.objects.filter(kind="case.waits_no_longer").values_list("data__case", "data__on")
    assert set(ended) == {(lasting.pk, double.pk)}, "what is waited for twice is waited for still: nothing to tell"
    unmerged(double, shop, clock)
    assert waits() == before

    actions.wait_no_longer(case=lasting, on=double, now=clock.after(1), by=shop.agent)
    actions.wait_no_longer(case=lasting, on=both, now=clock.after(1), by=shop.agent)
    actions.wait_for(case=both, on=lasting, now=clock.after(1), by=shop.agent)
    before = waits()
    merged(double, lasting, shop, clock)
    assert waits() == {(both.pk, lasting.pk), (both.pk, round_about.pk)}
    unmerged(double, shop, clock)
    assert waits() == before


def test_what_would_close_a_circle_by_now_does_not_come_back(shop: Any, clock: Any) -> None:
    double, lasting, on, waiter = (opened(shop, clock) for _ in range(4))
    for case, other in ((waiter, double), (double, on), (on, lasting)):
        actions.wait_for(case=case, on=other, now=clock.after(1), by=shop.agent)
    merged(double, lasting, shop, clock)
    assert waits() == {(waiter.pk, lasting.pk), (on.pk, lasting.pk)}
    actions.wait_for(case=on, on=waiter, now=clock.after(1), by=shop.agent)
    unmerged(double, shop, clock)
    assert waits() == {(waiter.pk, double.pk), (on.pk, lasting.pk), (on.pk, waiter.pk)}


@pytest.mark.parametrize("known", [False, True])
def test_in_a_chain_each_takes_its_own_back_from_the_end(shop: Any, clock: Any, known: bool) -> None:
    first, second, third, on = (opened(shop, clock) for _ in range(4))
    actions.wait_for(case=first, on=on, now=clock.after(1), by=shop.agent)
    if known:
        actions.wait_for(case=third, on=on, now=clock.after(1), by=shop.agent)
    actions.remind(case=first, at=clock.now + HOUR, agent=None, text="Call", now=clock.now, by=shop.agent)
    actions.let_in(case=first, agent=shop.colleague, now=clock.after(1), by=shop.colleague)
    before = waits()
    merged(first, second, shop, clock)
    merged(second, third, shop, clock)
    assert (helping(third), reminded(third), waits()) == ({"Boris"}, ["Call"], {(third.pk, on.pk)})
    unmerged(first, shop, clock)
    assert [helping(case) for case in (first, second, third)] == [{"Boris"}, set(), set()]
    assert [reminded(case) for case in (first, second, third)] == [["Call"], [], []]
    assert waits() == before
    unmerged(second, shop, clock)
    assert waits() == before


def test_the_dialog_says_what_goes_along(shop: Any, clock: Any) -> None:
    page = page_of(shop.agent, f"/cases/{opened(shop, clock).pk}/merge/")
    for word in ("steps", "reminders", "follows", "helps", "waits for"):
        assert word in page


def test_the_rule_of_what_waits() -> None:
    own = [Wait(id=1, case=7, on=3), Wait(id=2, case=8, on=7), Wait(id=3, case=9, on=7), Wait(id=4, case=7, on=5)]
    found = waits_to_carry(case=7, into=9, own=own, known={(9, 5)}, further={5, 8}, behind={4})
    assert (found.moved, found.over, found.twice) == ([(1, "case")], [2, 3], [4])
