"""Whoever handed a talk on and only wraps up: nothing that they still press changes it, and notes they may write."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from fanal.agents.models import Agent, Presence
from fanal.channels.models import ChannelAccount
from fanal.interactions import actions as interactions
from fanal.interactions.models import Interaction, Message, Note, Participation, Segment
from fanal.routing import actions as routing
from fanal.routing.models import Queue
from tests.people import an_agent
from tests.routing_world import match, queue

pytestmark = pytest.mark.django_db(transaction=True)

ACTS = [
    ("post", "ending", {}),
    ("get", "transfer", {}),
    ("post", "transfer", {"target": "queue:{queue}", "summary": "s", "tried": "t", "expected": "e"}),
    ("post", "transfer", {"number": "+33612345999"}),
    ("post", "hold", {}),
    ("delete", "hold", {}),
    ("post", "recording/pause", {}),
    ("delete", "recording/pause", {}),
    ("post", "recording/objection", {}),
    ("post", "card", {}),
    ("delete", "card", {}),
    ("get", "others", {}),
    ("post", "others", {"target": "queue:{queue}"}),
    ("post", "leaving", {}),
    ("post", "voicemail", {}),
    ("post", "blocking", {"reason": "r", "days": "1"}),
    ("post", "typing", {}),
    ("post", "attachments", {}),
]


def there(name: str, role: str = "manager") -> Agent:
    who = an_agent(role)
    Agent.objects.filter(pk=who.pk).update(name=name, capacity={"voice": 1, "webchat": 1})
    who.refresh_from_db()
    routing.set_presence(agent=who, state=Presence.AVAILABLE, by=who, now=timezone.now())
    return who


def given_to(agent: Agent, kind: str) -> Interaction:
    now = timezone.now()
    account = ChannelAccount.objects.create(kind=kind, code="v", name="Theirs", address="+33199005678")
    contact = interactions.start(account=account, source="+33612345678", thread="line-1", now=now)
    routing.enqueue(interaction=contact, queue=queue("first"), now=now)
    (offer,) = match(now)
    routing.accept(offer_id=offer.pk, agent=agent, now=now)
    return contact


def state_of(contact: Interaction) -> list[Any]:
    rows: list[Any] = [*Interaction.objects.filter(pk=contact.pk).values()]
    for model in (Segment, Message, Participation):
        rows += [*model._default_manager.filter(interaction=contact).order_by("pk").values()]
    return rows


def sent(desk: Client, method: str, address: str, form: dict[str, str]) -> int:
    to = Queue.objects.get(code="first").pk
    body = {name: value.format(queue=to) for name, value in form.items()}
    return int(getattr(desk, method)(address, body if method == "post" else "").status_code)


@pytest.fixture
def ann() -> Agent:
    return there("Ann")


@pytest.fixture
def desk(ann: Agent) -> Client:
    client = Client()
    client.force_login(ann)
    return client


def handed_on(contact: Interaction, ann: Agent, to: str) -> None:
    now = timezone.now()
    if to == "a colleague":
        part = routing.ask(interaction=contact, to_agent=there("Bob"), by=ann, now=now)
        interactions.has_answered(part, now=now)
        part.refresh_from_db()
        routing.hand_to(participation=part, summary="s", tried="t", expected="e", by=ann, now=now)
    else:
        routing.transfer(interaction=contact, to_queue=queue("second"), by=ann, now=now)


@pytest.mark.parametrize("to", ["a colleague", "a queue"])
def test_a_call_that_was_handed_on_is_changed_by_whoever_has_it_alone(ann: Agent, desk: Client, to: str) -> None:
    call = given_to(ann, "voice")
    handed_on(call, ann, to)
    before = state_of(call)
    told = [(m, what, sent(desk, m, f"/interactions/{call.pk}/{what}/", form)) for m, what, form in ACTS]
    assert [one for one in told if one[2] != 403] == []
    assert state_of(call) == before


def test_nobody_is_brought_in_or_let_go_by_who_handed_the_call_on(ann: Agent, desk: Client) -> None:
    call, now = given_to(ann, "voice"), timezone.now()
    handed_on(call, ann, "a colleague")
    bob = Segment.objects.get(interaction=call, ended_at=None).agent
    assert bob is not None
    asked = routing.ask(interaction=call, to_agent=there("Cleo"), by=bob, now=now)
    before = state_of(call)
    told = [
        desk.post(f"/participations/{asked.pk}/together/").status_code,
        desk.post(f"/participations/{asked.pk}/handing/", {"summary": "s"}).status_code,
        desk.delete(f"/participations/{asked.pk}/").status_code,
    ]
    assert told == [403, 403, 403]
    assert state_of(call) == before


def test_who_handed_a_chat_on_writes_to_the_customer_no_more_but_may_note_and_wrap_up(ann: Agent, desk: Client) -> None:
    chat = given_to(ann, "webchat")
    handed_on(chat, ann, "a queue")
    said = desk.post(f"/interactions/{chat.pk}/messages/", {"text": "Hello", "external_id": "m-1"})
    assert said.status_code == 403
    assert not Message.objects.filter(interaction=chat).exists()
    assert desk.post(f"/interactions/{chat.pk}/messages/", {"text": "Rude", "as": "note"}).status_code == 200
    assert Note.objects.get().text == "Rude"
    mine = Segment.objects.get(interaction=chat, agent=ann)
    assert desk.post(f"/segments/{mine.pk}/wrap-up/").status_code == 200
    mine.refresh_from_db()
    assert mine.wrapped_up_at is not None


def test_whoever_has_the_call_is_let_through_by_the_same_addresses(ann: Agent, desk: Client) -> None:
    call = given_to(ann, "voice")
    mine = [("post", "hold", {}), ("delete", "hold", {}), ("post", "typing", {}), ("post", "transfer", ACTS[2][2])]
    assert [one in ACTS for one in mine] == [True] * 4
    told = [sent(desk, method, f"/interactions/{call.pk}/{what}/", form) for method, what, form in mine]
    assert told == [200, 200, 204, 200]
    assert Segment.objects.get(interaction=call, ended_at=None).agent is None


def test_a_supervisor_may_step_in_whoever_has_it(ann: Agent) -> None:
    call = given_to(ann, "voice")
    handed_on(call, ann, "a colleague")
    client = Client()
    client.force_login(an_agent("supervisor"))
    assert client.post(f"/interactions/{call.pk}/hold/").status_code == 200
