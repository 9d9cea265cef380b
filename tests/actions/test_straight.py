"""The straight way of a message leaves the same rows as the ordinary one, and steps aside whenever it does not fit."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fanal.agents.models import Agent, Role
from fanal.channels.models import ChannelAccount, RawEvent
from fanal.events.models import Event
from fanal.intake import actions as intake
from fanal.intake import straight
from fanal.interactions import actions as interactions
from fanal.interactions.models import Interaction, Message
from fanal.routing.models import Queue

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def account() -> ChannelAccount:
    Queue.objects.create(code="orders", name="Orders")
    return ChannelAccount.objects.create(kind="webchat", code="shop", name="Shop", settings={"queue": "orders"})


def ordinary(account: ChannelAccount, source: str, name: str, text: str, **more: Any) -> None:
    raw = intake.receive(
        account=account, external_id=name, kind="message", source=source, body={"text": text, **more}, now=NOW
    )
    intake.process(raw_id=raw.pk, now=NOW)


def went_straight(account: ChannelAccount, source: str, name: str, text: str, **more: Any) -> Any:
    body = {"text": text, **more}
    return straight.message(account=account, external_id=name, source=source, body=body, key=b"k", now=LATER)


def with_agent(interaction: Interaction) -> None:
    role, _ = Role.objects.get_or_create(code="agent", defaults={"name": "Agent"})
    agent = Agent.objects.create_user(f"{interaction.pk}@example.org", name="A", role=role)
    interactions.give_to_agent(interaction=interaction, agent=agent, now=NOW)


def rows(source: str) -> list[Any]:
    """All that a message leaves behind, without the ids and times in which two messages must differ."""
    message = Message.objects.filter(interaction__source=source).order_by("pk").last()
    assert message is not None
    event = Event.objects.filter(kind="message.added", data__message=message.pk).get()
    raw = RawEvent.objects.get(external_id=message.external_id)
    own = {str(message.interaction_id): "interaction", str(message.pk): "message", source: "source"}
    named = {key: own.get(str(value), value) for key, value in event.data.items()}
    keys = sorted(one.replace(source, "source").split(":")[0] for one in event.audience)
    said = [
        message.author,
        message.text,
        message.state,
        message.agent_id,
        message.clearance_id,
        bool(message.segment_id),
    ]
    stored = [raw.kind, raw.body, raw.state, raw.reason, raw.attempts, bool(raw.processed_at)]
    return [said, named, keys, event.by, stored, message.interaction.last_message_at == message.at]


@pytest.mark.parametrize("owner", ["queue", "agent"])
@pytest.mark.parametrize("practice", [False, True])
def test_both_ways_leave_the_same_rows(account: ChannelAccount, owner: str, practice: bool) -> None:
    for source in ("one", "two"):
        ordinary(account, source, f"{source}-first", "Hello")
        Interaction.objects.filter(source=source).update(practice=practice)
        if owner == "agent":
            with_agent(Interaction.objects.get(source=source))
    ordinary(account, "one", "one-second", "مرحبا 👋")
    assert went_straight(account, "two", "two-second", "مرحبا 👋")[2] is True
    assert rows("one") == rows("two")


def test_a_repeat_steps_aside_and_writes_nothing(account: ChannelAccount) -> None:
    ordinary(account, "one", "first", "Hello")
    assert went_straight(account, "one", "second", "Again")
    assert went_straight(account, "one", "second", "Again") is None
    assert Message.objects.count() == 2


def test_without_an_open_contact_it_is_received_and_left_to_the_ordinary_way(account: ChannelAccount) -> None:
    raw_id, _, done = went_straight(account, "one", "first", "Hello")
    assert done is False
    assert RawEvent.objects.get(pk=raw_id).state == "received"
    intake.process(raw_id=raw_id, now=LATER)
    assert Message.objects.get().text == "Hello"


def test_a_blocked_sender_is_not_heard(account: ChannelAccount) -> None:
    ordinary(account, "one", "first", "Hello")
    with_agent(interaction := Interaction.objects.get())
    by = Agent.objects.get()
    interactions.block(interaction=interaction, reason="abuse", until=LATER + timedelta(hours=1), by=by, now=NOW)
    assert went_straight(account, "one", "second", "Rude")[2] is False
    assert Message.objects.count() == 1


def test_files_and_what_must_be_refused_go_the_ordinary_way(account: ChannelAccount) -> None:
    ordinary(account, "one", "first", "Hello")
    assert went_straight(account, "one", "second", "See", attachments=[1]) is None
    assert went_straight(account, "one", "third", "x" * 4001) is None
    assert RawEvent.objects.count() == 1
