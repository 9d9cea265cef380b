"""Whoever follows a case hears that the customer writes about it: once for each burst, and only who may see it."""

from datetime import timedelta
from typing import Any

import pytest

from fanal.agents.models import Agent
from fanal.cases import actions as cases
from fanal.cases.actions import notices
from fanal.cases.models import Case, Notice
from fanal.clocks.actions.hearing import BURST, absorb
from fanal.events.following import Happening
from fanal.events.models import Event
from fanal.interactions import actions as interactions
from fanal.interactions.models import Letter, TopicOrigin
from fanal.scenarios import actions as scenarios


@pytest.fixture
def heard(clock: Any) -> Any:
    """Everything that is not followed yet, as the worker does it."""
    last = 0

    def follow() -> None:
        nonlocal last
        events = list(Event.objects.filter(pk__gt=last).order_by("pk"))
        last = events[-1].pk if events else last
        absorb([Happening(id=e.pk, kind=e.kind, at=e.at, data=e.data) for e in events], now=clock.now)

    return follow


@pytest.fixture
def case(shop: Any, clock: Any) -> Case:
    found = cases.open_case(
        type=shop.enquiry, subject="No light", customer=shop.customer, owner=shop.agent, now=clock.now, by=shop.agent
    )
    cases.follow(case=found, agent=shop.supervisor, now=clock.now, by=shop.supervisor)
    return found


def about(case: Case, talk: Any, clock: Any, **more: Any) -> Any:
    chat = talk(customer=case.customer, **more)
    interactions.add_topic(interaction=chat, case=case, origin=TopicOrigin.RULE, now=clock.now)
    return chat


def writes(chat: Any, clock: Any, after: float = 1, author: str = "customer", by: Agent | None = None) -> Any:
    now = clock.after(after)
    return interactions.add_message(
        interaction=chat, author=author, text="…", external_id=f"m-{now.timestamp()}", agent=by, now=now
    )


def unread(agent: Agent) -> list[str]:
    return list(Notice.objects.filter(agent=agent, read_at=None).order_by("pk").values_list("kind", flat=True))


def test_followers_and_an_owner_who_is_not_in_the_contact_hear_that_the_customer_wrote(
    shop: Any, clock: Any, talk: Any, case: Case, heard: Any
) -> None:
    writes(about(case, talk, clock, agent=shop.colleague), clock)
    heard()
    assert unread(shop.agent) == unread(shop.supervisor) == ["wrote"]
    assert unread(shop.colleague) == []


def test_who_has_the_contact_reads_it_there(shop: Any, clock: Any, talk: Any, case: Case, heard: Any) -> None:
    chat = about(case, talk, clock, agent=shop.agent)
    writes(chat, clock)
    heard()
    assert (unread(shop.agent), unread(shop.supervisor)) == ([], ["wrote"])


def test_while_nobody_has_the_contact_the_owner_hears_of_it(
    shop: Any, clock: Any, talk: Any, case: Case, heard: Any
) -> None:
    writes(about(case, talk, clock), clock)
    heard()
    assert unread(shop.agent) == ["wrote"]


def test_what_we_write_or_what_a_stranger_writes_is_no_news(
    shop: Any, clock: Any, talk: Any, case: Case, heard: Any
) -> None:
    writes(about(case, talk, clock, agent=shop.colleague), clock, author="agent", by=shop.colleague)
    writes(talk(customer=shop.other), clock)
    heard()
    assert not Notice.objects.exists()


def test_never_somebody_who_may_not_see_the_case(shop: Any, clock: Any, talk: Any, case: Case, heard: Any) -> None:
    shop.supervisor.role = shop.agent.role
    shop.supervisor.save()
    writes(about(case, talk, clock), clock)
    heard()
    assert unread(shop.supervisor) == []


def test_a_burst_is_one_notice_and_one_event_and_what_comes_after_reading_it_makes_it_unread_again(
    shop: Any, clock: Any, talk: Any, case: Case, heard: Any
) -> None:
    chat = about(case, talk, clock)
    for _ in range(5):
        writes(chat, clock, after=20)
        heard()
    mine = Notice.objects.filter(agent=shop.agent)
    assert mine.count() == 1
    assert Event.objects.filter(kind="notice.made").count() == 1
    notices.read(agent=shop.agent, case=case, now=clock.now)
    writes(chat, clock, after=20)
    heard()
    assert (mine.count(), unread(shop.agent)) == (1, ["wrote"])
    assert mine.get().at == clock.now
    notices.read(agent=shop.agent, case=case, now=clock.now)
    writes(chat, clock, after=BURST.total_seconds() + 1)
    heard()
    assert (mine.count(), unread(shop.agent)) == (2, ["wrote"])


def test_a_contact_that_somebody_says_is_about_the_case_is_heard_of_then(
    shop: Any, clock: Any, talk: Any, case: Case, heard: Any
) -> None:
    chat = talk(customer=shop.customer, agent=shop.colleague)
    writes(chat, clock)
    heard()
    assert unread(shop.agent) == []
    topic = scenarios.link_in(interaction=chat, case=case, now=clock.after(60), by=shop.colleague)
    heard()
    assert unread(shop.agent) == ["wrote"]
    Notice.objects.all().delete()
    interactions.set_disposition(topic=topic, disposition=shop.answered, now=clock.after(60), by=shop.colleague)
    heard()
    assert not Notice.objects.exists()


def test_what_is_said_in_a_contact_about_a_merged_case_is_heard_by_those_of_the_one_that_goes_on(
    shop: Any, clock: Any, talk: Any, case: Case, heard: Any
) -> None:
    double = cases.open_case(
        type=shop.enquiry, subject="Dark", customer=shop.customer, now=clock.now, by=shop.supervisor
    )
    chat = about(double, talk, clock)
    cases.merge(case=double, into=case, now=clock.after(1), by=shop.supervisor)
    Notice.objects.all().delete()
    writes(chat, clock)
    heard()
    told = Notice.objects.filter(kind="wrote")
    assert set(told.values_list("agent", "case")) == {(shop.agent.pk, case.pk), (shop.supervisor.pk, case.pk)}


def test_what_a_program_answers_is_not_the_customers_word(
    shop: Any, clock: Any, talk: Any, case: Case, heard: Any
) -> None:
    message = writes(about(case, talk, clock), clock)
    account = shop.webchat
    Letter.objects.create(message=message, account=account, at=clock.now, header_id="x@y", automatic=True)
    heard()
    assert not Notice.objects.exists()


def test_after_a_standstill_old_words_are_no_news(shop: Any, clock: Any, talk: Any, case: Case, heard: Any) -> None:
    writes(about(case, talk, clock), clock)
    clock.after(timedelta(hours=2).total_seconds())
    heard()
    assert not Notice.objects.exists()
