"""One contact the whole way: it arrives, is understood, waits, is answered, makes its case, ends and is wrapped up."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fanal.agents.models import Presence
from fanal.channels.models import ChannelAccount, ChannelKind, RawEvent, RawState
from fanal.channels.webchat.wire import safe_body
from fanal.customers.models import Customer
from fanal.events.models import Event
from fanal.holdings.keys import card_key
from fanal.holdings.models import Order
from fanal.identity.models import Assurance, Recognition
from fanal.intake import actions as intake
from fanal.intake import looking_after
from fanal.interactions import actions as interactions
from fanal.interactions.models import Author, EndReason, Interaction, Message
from fanal.routing import actions as routing
from fanal.routing.models import EntryState, Queue, QueueEntry
from fanal.scenarios.models import Scenario
from tests.people import an_agent
from tests.routing_world import match

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop() -> ChannelAccount:
    queue = Queue.objects.create(code="t-general", name="General")
    orders = Queue.objects.create(code="t-orders", name="Orders")
    Scenario.objects.create(
        code="t-order",
        name="An order number was given",
        position=1,
        queue=orders,
        opens="order",
        conditions=[{"what": "order_number", "is": "present"}],
    )
    Scenario.objects.create(code="t-rest", name="Everything else", position=9, queue=queue, opens="search")
    return ChannelAccount.objects.create(kind=ChannelKind.WEBCHAT, code="t-shop", name="Shop")


def send(
    shop: ChannelAccount, kind: str, body: dict[str, Any], *, external_id: str = "", source: str = "v1"
) -> RawEvent:
    raw = intake.receive(
        account=shop, external_id=external_id or f"{kind}-1", kind=kind, source=source, body=body, now=NOW
    )
    return intake.process(raw_id=raw.pk, now=NOW)


def test_the_first_word_begins_a_contact_that_waits_in_a_queue(shop: ChannelAccount) -> None:
    raw = send(shop, "message", {"text": "Hello"})
    interaction = Interaction.objects.get()
    assert (raw.state, interaction.recognition) == (RawState.PROCESSED, Recognition.UNKNOWN)
    assert interaction.messages.get().text == "Hello"
    assert QueueEntry.objects.get(interaction=interaction).queue.code == "t-general"


def test_a_repeat_is_received_and_said_once(shop: ChannelAccount) -> None:
    for _ in range(3):
        send(shop, "message", {"text": "Hello"})
    assert (RawEvent.objects.count(), Message.objects.count(), Interaction.objects.count()) == (1, 1, 1)


def test_an_order_number_pops_the_order_and_proves_nothing(shop: ChannelAccount) -> None:
    owner = Customer.objects.create(name="Ines Okafor")
    order = Order.objects.create(customer=owner, number="88102", placed_at=NOW)
    send(shop, "contact", {"given": {"order": "88102", "name": "Somebody Quite Else"}})
    interaction = Interaction.objects.get()
    assert (interaction.about_kind, interaction.about_id) == ("order", order.pk)
    assert interaction.assurance < Assurance.MATCHED
    assert QueueEntry.objects.get().queue.code == "t-orders"


def test_a_card_number_is_stored_nowhere_but_as_hash_and_last_four(shop: ChannelAccount) -> None:
    body = safe_body(
        "contact", {"given": {"card": "4111 1111 1111 1111"}, "note": "my card 4111111111111111"}, card_key()
    )
    assert "4111111111111111" not in str(body).replace(" ", "")
    assert body["given"]["card_last_four"] == "1111"
    send(shop, "contact", body)
    assert Interaction.objects.get().given["card_last_four"] == "1111"


@pytest.mark.parametrize(
    ("kind", "body", "reason"),
    [
        ("message", {"text": "x" * 4001}, "text_too_long"),
        ("message", {"text": ["no"]}, "text_too_long"),
        ("message", {"text": "a", "attachments": "all"}, "bad_attachments"),
        ("contact", {"given": []}, "bad_form"),
        ("marks", {"read_up_to": -1}, "bad_number"),
        ("dance", {}, "unknown_kind"),
    ],
)
def test_what_cannot_be_understood_is_quarantined_with_its_reason(
    shop: ChannelAccount, kind: str, body: dict[str, Any], reason: str
) -> None:
    raw = send(shop, kind, body)
    assert (raw.state, raw.reason) == (RawState.QUARANTINED, reason)
    assert Event.objects.filter(kind="raw.quarantined").exists()
    assert RawEvent.objects.get(pk=raw.pk).body == body


def test_quarantined_input_is_replayed_once_it_can_be_understood(shop: ChannelAccount) -> None:
    raw = send(shop, "message", {"text": "x" * 4001})
    RawEvent.objects.filter(pk=raw.pk).update(body={"text": "shorter"})
    again = looking_after.replay(raw_id=raw.pk, by=an_agent("supervisor"), now=NOW)
    assert (again.state, again.reason) == (RawState.PROCESSED, "")
    assert Message.objects.get().text == "shorter"


def test_what_a_dead_process_left_behind_is_swept_up(shop: ChannelAccount) -> None:
    intake.receive(account=shop, external_id="m1", kind="message", source="v1", body={"text": "Hello"}, now=NOW)
    later = NOW + timedelta(minutes=1)
    assert looking_after.sweep(older_than=later, now=later) == 1
    assert Message.objects.get().text == "Hello"
    assert looking_after.sweep(older_than=later, now=later) == 0


def test_a_blocked_visitor_is_kept_but_not_served(shop: ChannelAccount) -> None:
    send(shop, "message", {"text": "Rude"})
    interactions.block(
        interaction=Interaction.objects.get(), reason="threats", until=NOW + timedelta(days=1), by=an_agent(), now=NOW
    )
    send(shop, "message", {"text": "More"}, external_id="m2")
    assert RawEvent.objects.filter(state=RawState.PROCESSED).count() == 2
    assert Message.objects.count() == 1


def test_leaving_the_queue_is_abandoning_and_leaving_the_talk_is_ending_it(shop: ChannelAccount) -> None:
    send(shop, "message", {"text": "Hello"})
    send(shop, "leave", {})
    gone = Interaction.objects.get()
    assert (gone.end_reason, QueueEntry.objects.get().state) == (EndReason.ABANDONED, EntryState.ABANDONED)


def test_the_whole_way_from_the_first_word_to_the_end_of_the_wrap_up(shop: ChannelAccount) -> None:
    agent = an_agent()
    send(shop, "message", {"text": "Where is my order?"})
    interaction = Interaction.objects.get()
    routing.set_presence(agent=agent, state=Presence.AVAILABLE, by=agent, now=NOW)
    (offer,) = match(NOW)
    segment = routing.accept(offer_id=offer.pk, agent=agent, now=NOW + timedelta(seconds=5))
    assert segment is not None
    interactions.add_message(
        interaction=interaction, author=Author.AGENT, text="Let me look.", external_id="a1", agent=agent, now=NOW
    )
    routing.finish_talk(interaction=interaction, by=agent, now=NOW + timedelta(seconds=65))
    routing.complete_wrap_up(segment_id=segment.pk, by=agent, now=NOW + timedelta(seconds=70))
    segment.refresh_from_db()
    interaction.refresh_from_db()
    assert segment.wrapped_up_at is not None
    assert interaction.end_reason == EndReason.AGENT
    kinds = list(Event.objects.order_by("id").values_list("kind", flat=True))
    wanted = [
        "interaction.started",
        "queue.entered",
        "message.added",
        "offer.accepted",
        "interaction.ended",
        "wrap_up.ended",
    ]
    assert [kind for kind in kinds if kind in wanted] == [
        "interaction.started",
        "queue.entered",
        "message.added",
        "offer.accepted",
        "message.added",
        "interaction.ended",
        "wrap_up.ended",
    ]


def test_who_waits_with_the_window_closed_for_long_has_left_and_what_they_wrote_is_kept(shop: ChannelAccount) -> None:
    send(shop, "message", {"text": "Hello"})
    interaction = Interaction.objects.get()
    looking_after.seen(interaction=interaction, now=NOW + timedelta(minutes=9))
    assert looking_after.let_go(now=NOW + timedelta(minutes=12)) == 0
    assert looking_after.let_go(now=NOW + timedelta(minutes=20)) == 1
    interaction.refresh_from_db()
    assert interaction.end_reason == EndReason.ABANDONED
    assert interaction.messages.get().text == "Hello"
