"""A chat that nobody could answer goes on by e-mail: the same case, an address that proves nothing, and back."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from fanal.agents.models import Tier
from fanal.cases import actions as cases
from fanal.cases.models import Case, CaseType
from fanal.channels.models import ChannelAccount, RawEvent
from fanal.customers.models import ContactPoint, Customer
from fanal.hours.models import Calendar
from fanal.identity.models import Assurance
from fanal.interactions import actions as interactions
from fanal.interactions import matters
from fanal.interactions.models import Interaction, Letter
from fanal.routing import actions as routing
from fanal.routing.models import Queue, QueueEntry
from tests.channels.email.letters import ADDRESS, letter
from tests.channels.visitors import Browser, a_shop
from tests.people import an_agent

pytestmark = pytest.mark.django_db
ANA = "ana@customer.example"


@pytest.fixture
def shop() -> ChannelAccount:
    found = a_shop()
    ChannelAccount.objects.create(
        kind="email", code="support", name="Support", address=ADDRESS, settings={"queue": "orders"}
    )
    return found


def close(shop: ChannelAccount) -> None:
    """The queue opens on no day of the week."""
    Queue.objects.update(calendar=Calendar.objects.create(code="never", name="Never", zone="UTC"))


def ask(visitor: Browser, email: str = ANA, name: str = "by-mail-1") -> Any:
    return visitor.send("POST", "/answers-by-mail", {"id": name, "email": email})


def test_out_of_hours_the_answer_is_offered_by_mail_and_the_matter_is_one_case(shop: ChannelAccount) -> None:
    close(shop)
    visitor = Browser()
    visitor.say("My router does not start")
    assert visitor.see()["state"]["by_mail"] == "possible"
    assert ask(visitor).status_code == 202
    assert ask(visitor).status_code == 202
    assert visitor.see()["state"]["by_mail"] == "asked"
    talk = Interaction.objects.get()
    assert (talk.answer_to, talk.ended_at is not None) == (ANA, True)
    case = talk.topics.get().case
    assert case is not None
    assert QueueEntry.objects.filter(case=case, state="waiting").count() == 1


def test_the_widget_is_told_which_address_was_asked_for_and_never_the_whole_of_it(shop: ChannelAccount) -> None:
    close(shop)
    visitor = Browser()
    visitor.say("My router does not start")
    assert visitor.see()["state"]["answer_to"] == ""
    ask(visitor)
    assert visitor.see()["state"]["answer_to"] == "a••••@customer.example"
    assert ANA not in str(visitor.see()["state"])


def test_who_leaves_the_queue_and_wants_it_by_mail_is_not_lost(shop: ChannelAccount) -> None:
    visitor = Browser()
    visitor.say("Is anybody there?")
    ask(visitor)
    visitor.send("DELETE", "/contacts/current")
    talk = Interaction.objects.get()
    assert talk.end_reason == "abandoned"
    case = talk.topics.get().case
    assert QueueEntry.objects.filter(case=case, state="waiting").count() == 1
    other = Browser()
    other.say("And me?")
    other.send("DELETE", "/contacts/current")
    assert not Interaction.objects.latest("pk").topics.exists(), "who asks for nothing leaves nothing behind"


def test_what_an_agent_has_finished_is_not_offered_again(shop: ChannelAccount) -> None:
    visitor = Browser()
    visitor.say("Hello")
    talk, agent = Interaction.objects.get(), an_agent()
    interactions.give_to_agent(interaction=talk, agent=agent, now=timezone.now())
    interactions.end_talk(interaction=talk, reason="agent", now=timezone.now())
    assert visitor.see()["state"]["by_mail"] == ""


def test_an_address_that_is_none_is_refused_and_nothing_is_said_of_one_that_is_known(shop: ChannelAccount) -> None:
    known = Customer.objects.create(name="Ana Diaz")
    ContactPoint.objects.create(customer=known, kind="email", value=ANA)
    visitor = Browser()
    visitor.say("Hello")
    assert ask(visitor, "nobody at home").status_code == 422
    answers = [ask(visitor, email, name).json() for email, name in ((ANA, "known-one"), ("x@y.example", "other-one"))]
    assert [sorted(one) for one in answers] == [["id", "stored_at"]] * 2
    talk = Interaction.objects.get()
    assert (talk.customer, talk.assurance) == (None, Assurance.NONE), "a claim finds nobody"
    assert RawEvent.objects.filter(kind="answer_to", state="processed").count() == 2


def test_without_an_e_mail_account_nothing_is_promised() -> None:
    a_shop()
    visitor = Browser()
    visitor.say("Hello")
    assert visitor.see()["state"]["by_mail"] == ""


def test_the_answer_goes_out_in_a_thread_of_the_case_and_the_reply_comes_back_to_it(
    shop: ChannelAccount, settings: Any, tmp_path: Any
) -> None:
    from fanal.intake.actions import process
    from fanal.intake.mail.taking import take

    settings.MEDIA_ROOT = tmp_path
    close(shop)
    visitor = Browser()
    visitor.say("My router does not start")
    ask(visitor)
    case, agent, now = Interaction.objects.get().topics.get().case, an_agent(), timezone.now()
    assert case is not None
    way = interactions.way_to(case)
    assert way.route is not None
    assert (way.route.means, way.route.address) == ("asked_for", ANA)
    contact = routing.begin_mail(
        route=way.route, customer=case.customer, cases=[case], practice=False, by=agent, now=now
    )
    assert (contact.channel, contact.source, contact.assurance) == ("email", ANA, Assurance.NONE)
    said = interactions.add_message(
        interaction=contact, author="agent", text="Pull the plug once.", external_id="a1", agent=agent,
        envelope=interactions.proposed(contact), now=now,
    )  # fmt: skip
    assert said.clearance is not None
    assert (said.clearance.purpose, said.clearance.basis) == ("reply", "own_contact")
    ours = Letter.objects.get()
    routing.finish_talk(interaction=contact, by=agent, now=now)
    content = letter("It starts now.", in_reply_to=f"<{ours.header_id}>")
    raw = take(account=contact.account, content=content, way="imap", now=now + timedelta(minutes=1))
    assert process(raw_id=raw.pk, now=now + timedelta(minutes=1)).reason == ""
    back = Interaction.objects.latest("pk")
    assert (back.thread, back.topics.get().case) == (contact.thread, case)
    assert back.assurance <= Assurance.CLAIMED


def test_who_comes_back_to_a_chat_whose_case_was_merged_is_in_the_surviving_one(shop: ChannelAccount) -> None:
    close(shop)
    visitor = Browser()
    visitor.say("My router does not start")
    ask(visitor)
    visitor.send("DELETE", "/contacts/current")
    double = Interaction.objects.get().topics.get().case
    assert double is not None
    agent, now = an_agent(), timezone.now()
    lasting = cases.open_case(type=double.type, subject="Router", now=now, by=agent)
    routing.merge_case(case=double, into=lasting, by=agent, now=now)
    visitor.say("It still does not", "message-2")
    assert Interaction.objects.count() == 2
    second = Interaction.objects.latest("pk")
    assert second.topics.get().case == lasting
    assert Case.objects.count() == 2


def test_a_running_chat_whose_case_was_merged_takes_the_surviving_one_to_another_line(shop: ChannelAccount) -> None:
    visitor = Browser()
    visitor.say("My router does not start")
    talk, agent, now = Interaction.objects.get(), an_agent(), timezone.now()
    more = {"type": CaseType.objects.create(code="fault", name="Fault"), "now": now, "by": agent}
    double, lasting = (cases.open_case(subject=subject, **more) for subject in ("Router", "Router is dead"))
    interactions.add_topic(interaction=talk, case=double, now=now, by=agent)
    routing.merge_case(case=double, into=lasting, by=agent, now=now)
    visitor.say("Hello?", "message-2")
    assert matters.open_cases_of(talk) == [lasting]
    QueueEntry.objects.filter(interaction=talk).update(state="accepted", left_at=now)
    interactions.give_to_agent(interaction=talk, agent=agent, now=timezone.now())
    line = Tier.objects.create(code="second", name="Second line", rank=72)
    Queue.objects.create(code="second", name="Second line", tier=line)
    fact = routing.transfer(
        interaction=talk, by=agent, to_tier=line, summary="Dead", tried="Power", expected="Replace", now=timezone.now()
    )
    assert fact.hand_over is not None
    assert fact.hand_over.case == lasting
