"""What can be done to a contact: said once, marked forward, identified with its cases, ended once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from fanal.cases.models import Case, CaseOrigin, CaseType
from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.consent.actions import clear
from fanal.consent.models import Clearance, Suppression
from fanal.consent.rules import NotAllowed
from fanal.customers.models import Customer
from fanal.events.models import Event
from fanal.identity.models import Assurance, Recognition
from fanal.interactions import actions as interactions
from fanal.interactions.models import Author, DeliveryState, Interaction, Message, Segment, TopicSpan
from tests.people import an_agent

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def chat() -> Interaction:
    account = ChannelAccount.objects.create(kind=ChannelKind.WEBCHAT, code="t-shop", name="Shop")
    return interactions.start(account=account, source="visitor-1", now=NOW)


def say(chat: Interaction, author: str = Author.CUSTOMER, external_id: str = "m1", **more: object) -> Message:
    return interactions.add_message(
        interaction=chat, author=author, text="Hello", external_id=external_id, now=NOW, **more
    )


def test_a_repeated_message_is_said_once(chat: Interaction) -> None:
    first, again = say(chat), say(chat)
    assert first.pk == again.pk
    assert Event.objects.filter(kind="message.added").count() == 1


def test_what_we_say_refers_to_the_clearance_that_allows_it(chat: Interaction) -> None:
    message = say(chat, author=Author.AGENT, agent=an_agent())
    assert message.clearance is not None
    assert message.clearance.purpose == "reply"
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(interaction=chat, author=Author.AGENT, text="no", external_id="x", at=NOW)


def test_marketing_is_refused_and_leaves_no_clearance() -> None:
    with pytest.raises(NotAllowed) as refusal:
        clear(purpose="marketing", channel="email", address="a@example.com", basis="contract", now=NOW)
    assert refusal.value.code == "marketing_without_consent"
    assert not Clearance.objects.exists()


def test_an_address_that_asked_to_be_left_alone_still_gets_the_reply_it_waits_for() -> None:
    Suppression.objects.create(kind="email", value="a@example.com", since=NOW, evidence="wrote so")
    with pytest.raises(NotAllowed):
        clear(purpose="service", channel="email", address="a@example.com", basis="contract", now=NOW)
    assert clear(purpose="reply", channel="email", address="a@example.com", basis="own_contact", now=NOW).pk


def test_marks_only_move_forward(chat: Interaction) -> None:
    message = say(chat, author=Author.AGENT, agent=an_agent())
    later = NOW + timedelta(seconds=5)
    interactions.mark(interaction=chat, by_customer=True, read_up_to=message.pk, now=later)
    interactions.mark(interaction=chat, by_customer=True, delivered_up_to=message.pk, now=later + timedelta(seconds=5))
    message.refresh_from_db()
    assert (message.state, message.read_at, message.delivered_at) == (DeliveryState.READ, later, later)


def test_attaching_the_person_carries_the_cases_that_were_nobodys(chat: Interaction) -> None:
    enquiry = CaseType.objects.create(code="t-enquiry", name="Enquiry")
    other = Customer.objects.create(name="Somebody Else")
    mine, theirs = (
        Case.objects.create(
            type=enquiry, subject="s", origin=CaseOrigin.AGENT, customer=owner, opened_at=NOW, updated_at=NOW
        )
        for owner in (None, other)
    )
    for case in (mine, theirs):
        interactions.add_topic(interaction=chat, case=case, now=NOW)
    person = Customer.objects.create(name="Found Later")
    before = Customer.objects.count()
    interactions.identify(
        interaction=chat, customer=person, assurance=Assurance.MATCHED, why="picked", by=an_agent(), now=NOW
    )
    mine.refresh_from_db()
    theirs.refresh_from_db()
    chat.refresh_from_db()
    assert (mine.customer, theirs.customer, chat.customer) == (person, other, person)
    assert Customer.objects.count() == before


def test_leaving_it_open_with_candidates_is_ambiguous_again(chat: Interaction) -> None:
    people = [Customer.objects.create(name=f"Person {number}") for number in range(5)]
    interactions.set_candidates(
        interaction=chat,
        candidates=[{"customer_id": person.pk, "likelihood": 0.15} for person in people],
        now=NOW,
    )
    agent = an_agent()
    interactions.identify(
        interaction=chat, customer=people[2], assurance=Assurance.CLAIMED, why="picked", by=agent, now=NOW
    )
    interactions.identify(interaction=chat, customer=None, assurance=Assurance.NONE, why="left_open", by=agent, now=NOW)
    chat.refresh_from_db()
    assert (chat.recognition, chat.customer, chat.assurance) == (Recognition.AMBIGUOUS, None, Assurance.NONE)
    assert chat.identifications.count() == 2


def test_the_time_goes_to_the_topic_that_is_turned_to(chat: Interaction) -> None:
    agent = an_agent()
    first = interactions.add_topic(interaction=chat, label="Delivery", now=NOW)
    segment = interactions.give_to_agent(interaction=chat, agent=agent, now=NOW)
    second = interactions.add_topic(interaction=chat, label="Warranty", now=NOW + timedelta(seconds=60), by=agent)
    interactions.focus_topic(topic=first, now=NOW + timedelta(seconds=90), by=agent)
    interactions.end_talk(interaction=chat, reason="agent", now=NOW + timedelta(seconds=100), by=agent)
    interactions.complete_wrap_up(segment=segment, now=NOW + timedelta(seconds=120), by=agent)
    spent = {
        topic.pk: sum((span.ended_at - span.started_at).total_seconds() for span in topic.spans.all())
        for topic in (first, second)
    }
    assert spent == {first.pk: 90, second.pk: 30}


def test_a_withdrawn_topic_gives_its_time_back(chat: Interaction) -> None:
    agent = an_agent()
    kept = interactions.add_topic(interaction=chat, label="Delivery", now=NOW)
    interactions.give_to_agent(interaction=chat, agent=agent, now=NOW)
    mistake = interactions.add_topic(interaction=chat, label="Not this", now=NOW + timedelta(seconds=10), by=agent)
    interactions.withdraw_topic(topic=mistake, now=NOW + timedelta(seconds=20), by=agent)
    assert set(TopicSpan.objects.values_list("topic_id", flat=True)) == {kept.pk}


def test_a_contact_ends_once_and_has_one_owner_at_a_time(chat: Interaction) -> None:
    interactions.give_to_agent(interaction=chat, agent=an_agent(), now=NOW)
    assert interactions.end_talk(interaction=chat, reason="agent", now=NOW) is not None
    assert interactions.end_talk(interaction=chat, reason="customer", now=NOW) is None
    assert Segment.objects.filter(interaction=chat).count() == 2
    assert Event.objects.filter(kind="interaction.ended").count() == 1


def test_a_blocked_source_is_not_served_until_the_block_ends_or_is_lifted(chat: Interaction) -> None:
    agent = an_agent()
    fact = interactions.block(interaction=chat, reason="threats", until=NOW + timedelta(days=1), by=agent, now=NOW)
    assert interactions.is_blocked(account=chat.account, source=chat.source, now=NOW)
    assert not interactions.is_blocked(account=chat.account, source=chat.source, now=NOW + timedelta(days=2))
    interactions.lift_block(block_id=fact.pk, by=agent, now=NOW)
    assert not interactions.is_blocked(account=chat.account, source=chat.source, now=NOW)
