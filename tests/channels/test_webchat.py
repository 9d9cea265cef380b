"""The widget's API as its script uses it: contacts, messages, marks, and the end of a chat."""

import json
from datetime import UTC, datetime

import pytest
from django.test import Client

from fanal.agents.models import Agent, Role
from fanal.api.widget import sending
from fanal.channels.models import ChannelAccount, RawEvent, RawState
from fanal.events.models import Event
from fanal.interactions import actions as interactions
from fanal.interactions.models import Author, Interaction, Message
from fanal.routing.models import Queue
from tests.channels.visitors import PNG, Browser

pytestmark = pytest.mark.django_db


def test_a_first_message_begins_a_contact_that_waits_in_the_queue(shop: ChannelAccount) -> None:
    browser = Browser()
    assert browser.see()["state"]["phase"] == "none"
    assert browser.say("Where is my order?").status_code == 202
    seen = browser.see()
    assert [one["text"] for one in seen["messages"]] == ["Where is my order?"]
    assert seen["messages"][0]["client_id"] == "message-1"
    assert (seen["state"]["phase"], seen["state"]["position"]) == ("waiting", 1)
    assert Interaction.objects.get(queue_entries__isnull=False).source == RawEvent.objects.get().source


def test_the_same_message_sent_again_is_one_message(shop: ChannelAccount) -> None:
    browser = Browser()
    first, again = browser.say("Hello"), browser.say("Hello")
    assert first.json() == again.json()
    assert (RawEvent.objects.count(), Message.objects.count()) == (1, 1)


def test_the_form_goes_into_the_contact_and_a_card_number_is_never_stored(shop: ChannelAccount) -> None:
    browser = Browser()
    given = {"name": "Ana", "order": "88102", "card": "4111 1111 1111 1111"}
    answer = browser.send(
        "POST", "/contacts", {"id": "contact-1", "given": given, "page": "https://shop.example/orders/"}
    )
    assert answer.status_code == 202
    interaction = Interaction.objects.get()
    assert interaction.given["order"] == "88102"
    assert interaction.entry_page == "https://shop.example/orders/"
    assert "4111" not in json.dumps(RawEvent.objects.get().body)


def test_a_demanded_field_that_is_missing_is_named(shop: ChannelAccount) -> None:
    shop.settings |= {"form": [{"name": "email", "required": True}, {"name": "order"}], "consent_text": "I agree."}
    shop.save()
    answer = Browser().send("POST", "/contacts", {"id": "contact-1", "given": {"order": "1"}})
    assert answer.status_code == 422
    assert [field["field"] for field in answer.json()["fields"]] == ["email", "consent"]
    assert not RawEvent.objects.exists()


def test_known_and_unknown_numbers_are_answered_alike_and_as_slowly(shop: ChannelAccount) -> None:
    import time

    answers, times = [], []
    for card in ("4111 1111 1111 1111", "5555 5555 5555 4444"):
        browser, began = Browser(), time.monotonic()
        answer = browser.send("POST", "/contacts", {"id": "contact-1", "given": {"card": card}})
        times.append((time.monotonic() - began) / sending.STEP_SECONDS)
        answers.append((answer.status_code, sorted(answer.json()), browser.see()["state"]))
    assert answers[0][:2] == answers[1][:2]
    assert all(abs(one - round(one)) < 0.25 for one in times), times


def test_what_fails_to_be_processed_is_kept_and_still_accepted(shop: ChannelAccount) -> None:
    Queue.objects.update(active=False)
    shop.settings = {}
    shop.save()
    assert Browser().say("Hello").status_code == 202
    raw = RawEvent.objects.get()
    assert raw.state == RawState.QUARANTINED
    assert raw.body["text"] == "Hello"


def test_marks_travel_both_ways(shop: ChannelAccount) -> None:
    browser = Browser()
    browser.say("Hello")
    interaction = Interaction.objects.get()
    agent = Agent.objects.create_user(
        "sara@example.org", name="Sara Haddad", role=Role.objects.create(code="agent", name="Agent")
    )
    now = datetime.now(UTC)
    own = Message.objects.get()
    interactions.mark(interaction=interaction, by_customer=False, delivered_up_to=own.pk, read_up_to=own.pk, now=now)
    reply = interactions.add_message(
        interaction=interaction, author=Author.AGENT, text="Hi", external_id="a1", agent=agent, now=now
    )
    seen = browser.see(after=own.pk, interaction=interaction.pk)
    assert [(one["text"], one["name"]) for one in seen["messages"]] == [("Hi", "Sara")]
    assert seen["read_up_to"] == own.pk
    answer = browser.send("POST", "/marks", {"delivered_up_to": reply.pk, "read_up_to": reply.pk})
    assert answer.status_code == 202
    reply.refresh_from_db()
    assert reply.read_at
    assert "Haddad" not in json.dumps(seen)


def test_leaving_ends_the_contact_and_a_new_message_begins_another(shop: ChannelAccount) -> None:
    browser = Browser()
    assert browser.send("DELETE", "/contacts/current").status_code == 404
    browser.say("Hello")
    assert browser.send("DELETE", "/contacts/current").status_code == 202
    seen = browser.see()
    assert seen["state"]["phase"] == "ended"
    browser.say("One more thing", name="message-2")
    again = browser.see(after=seen["messages"][-1]["id"], interaction=seen["interaction"])
    assert again["interaction"] != seen["interaction"]
    assert [one["text"] for one in again["messages"]] == ["One more thing"]


def test_another_visitor_sees_nothing_of_it(shop: ChannelAccount) -> None:
    one, other = Browser(), Browser()
    one.say("A secret")
    kept = one.upload("a.png", PNG).json()
    assert other.see()["messages"] == []
    assert other.send("GET", f"/attachments/{kept['id']}").status_code == 404
    assert other.send("DELETE", "/contacts/current").status_code == 404


def test_typing_reaches_nobody_while_nobody_is_there_and_stores_nothing(shop: ChannelAccount) -> None:
    browser = Browser()
    browser.say("Hello")
    before = Event.objects.count()
    assert browser.send("POST", "/typing", {"on": True}).status_code == 204
    assert Event.objects.count() == before


def test_the_state_is_told_before_anybody_writes(shop: ChannelAccount) -> None:
    state = Client().get("/api/v1/widget/state?account=shop").json()
    assert (state["phase"], state["open"], state["available"]) == ("none", True, False)
    assert Client().get("/api/v1/widget/state?account=sh%00p").status_code == 422
