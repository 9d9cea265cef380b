"""A chat becomes a call: one person, one matter, first to whoever has the chat; and who is let in is let in once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from fanal.cases import actions as cases
from fanal.cases.models import CaseType
from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.channels.port import CallArrived, Unprocessable
from fanal.customers.models import Customer
from fanal.desk.calling import caller_of
from fanal.identity.models import Assurance, Recognition
from fanal.intake import webcalls
from fanal.interactions import actions as interactions
from fanal.interactions.models import Interaction, Topic, WebCall
from fanal.routing import actions as routing
from fanal.routing.models import Queue, QueueEntry
from tests.routing_world import agent, queue

pytestmark = pytest.mark.django_db
VISITOR = "v" * 32


@pytest.fixture
def calls() -> Queue:
    return queue("calls")


@pytest.fixture
def number(calls: Queue) -> ChannelAccount:
    return ChannelAccount.objects.create(
        kind=ChannelKind.VOICE, code="phone", name="Phone", settings={"queue": calls.code}
    )


@pytest.fixture
def widget(number: ChannelAccount) -> ChannelAccount:
    return ChannelAccount.objects.create(
        kind=ChannelKind.WEBCHAT, code="shop", name="Shop", settings={"calls": "phone", "queue": "calls"}
    )


def chat_of(widget: ChannelAccount) -> Interaction:
    return interactions.start(account=widget, source=VISITOR, given={"name": "Ada"}, now=timezone.now())


def let_in(widget: ChannelAccount, number: ChannelAccount, *, chat: Interaction | None = None) -> WebCall:
    web, _secret = interactions.let_in(
        account=widget, number=number, visitor=VISITOR, chat=chat, given={"name": "Ada"}, now=timezone.now()
    )
    return web


def calling(web: WebCall, line: str = "1.1") -> Interaction:
    now = timezone.now()
    return webcalls.take(signal=CallArrived(source="", web_call=web.pk, line=line, run="r", at=now), now=now)


def test_the_secret_is_good_for_one_line_and_forgotten(widget: ChannelAccount, number: ChannelAccount) -> None:
    web = let_in(widget, number)
    (guest,) = interactions.wanted_guests()
    assert (guest.name, guest.key) == (web.name, web.pk)
    assert guest.secret not in web.secret
    call = calling(web)
    assert calling(web) == call, "told twice, it is the same call"
    assert interactions.wanted_guests() == []
    with pytest.raises(Unprocessable):
        calling(web, line="1.2")
    web.refresh_from_db()
    assert (web.secret, web.line, web.interaction) == ("", "1.1", call)


def test_one_at_a_time_and_an_unused_one_makes_way_or_runs_out(widget: ChannelAccount, number: ChannelAccount) -> None:
    first, second = let_in(widget, number), let_in(widget, number)
    assert [guest.key for guest in interactions.wanted_guests()] == [second.pk]
    with pytest.raises(Unprocessable):
        calling(first)
    later = timezone.now() + timedelta(minutes=2)
    assert interactions.end_web_calls_left(now=later) == 1
    with pytest.raises(Unprocessable):
        calling(second)
    calling(let_in(widget, number), line="1.3")
    with pytest.raises(interactions.NotLetIn):
        let_in(widget, number)


def test_from_the_chat_it_is_the_same_person_no_surer_and_the_same_matter(
    widget: ChannelAccount, number: ChannelAccount, calls: Queue
) -> None:
    now, chat = timezone.now(), chat_of(widget)
    ada = Customer.objects.create(name="Ada Berg")
    interactions.identify(interaction=chat, customer=ada, assurance=Assurance.CLAIMED, why="picked", by=None, now=now)
    kind = CaseType.objects.create(code="fault", name="Fault")
    case = cases.open_case(type=kind, subject="It leaks", customer=ada, by=None, now=now)
    interactions.add_topic(interaction=chat, case=case, now=now)
    interactions.add_topic(interaction=chat, label="The bill", now=now)
    routing.enqueue(interaction=chat, queue=calls, now=now)

    call = calling(let_in(widget, number, chat=chat))
    call.refresh_from_db()
    assert (call.customer, call.assurance, call.recognition) == (ada, Assurance.CLAIMED, Recognition.KNOWN)
    assert [topic.case for topic in call.topics.filter(case__isnull=False)] == [case]
    bill = call.topics.get(label="The bill")
    later = cases.open_case(type=kind, subject="Twice on the bill", customer=ada, by=None, now=now)
    interactions.link_case(topic=bill, case=later, now=now, by=None)
    assert set(Topic.objects.filter(interaction=chat).values_list("case", flat=True)) == {case.pk, later.pk}
    assert chat.topics.get(label="The bill").case == later


def test_whoever_has_the_chat_is_asked_first_and_an_unknown_visitor_is_nobody(
    widget: ChannelAccount, number: ChannelAccount, calls: Queue
) -> None:
    now, chat = timezone.now(), chat_of(widget)
    robin = agent("Robin")
    routing.enqueue(interaction=chat, queue=calls, now=now)
    interactions.give_to_agent(interaction=chat, agent=robin, now=now)
    call = calling(let_in(widget, number, chat=chat))
    entry = QueueEntry.objects.get(interaction=call)
    assert (entry.queue, entry.channel) == (calls, ChannelKind.VOICE)
    assert (entry.preferred_agent, entry.preferred_why) == (robin, "has_chat")
    assert (call.customer, call.source) == (None, f"web:{VISITOR}")
    assert caller_of(call).name == "Ada"


def test_without_a_chat_it_is_a_contact_of_its_own(widget: ChannelAccount, number: ChannelAccount) -> None:
    call = calling(let_in(widget, number))
    assert (call.account, call.customer, call.recognition) == (number, None, Recognition.UNKNOWN)
    assert QueueEntry.objects.get(interaction=call).queue.code == "calls"
    assert interactions.other_ends(call) == []


def test_who_is_blocked_in_the_chat_does_not_get_through(widget: ChannelAccount, number: ChannelAccount) -> None:
    now, web = timezone.now(), let_in(widget, number)
    chat = chat_of(widget)
    interactions.block(interaction=chat, reason="abuse", until=now + timedelta(hours=1), by=agent("Robin"), now=now)
    with pytest.raises(Unprocessable):
        calling(web)
