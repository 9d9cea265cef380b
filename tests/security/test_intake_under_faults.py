"""Input that meets a database that goes away, or its own twin: kept, tried again, and never quarantined for it."""

import errno
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connections
from psycopg.errors import DiskFull

from fanal.api import limits
from fanal.api.widget import asking
from fanal.channels.models import ChannelAccount, RawEvent, RawState
from fanal.intake import actions as intake
from fanal.intake import looking_after, straight
from fanal.interactions.models import Interaction, Message
from fanal.routing.models import Queue
from fanal.scenarios.models import Scenario
from tests.channels.visitors import Browser

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "buckets", limits.Buckets())
    asking._accounts.clear()


@pytest.fixture
def shop() -> ChannelAccount:
    queue = Queue.objects.create(code="orders", name="Orders")
    Scenario.objects.create(code="rest", name="Everything", position=1, queue=queue, opens="search")
    return ChannelAccount.objects.create(kind="webchat", code="shop", name="Shop", settings={"queue": "orders"})


def received(shop: ChannelAccount, name: str = "message-1", source: str = "v1") -> RawEvent:
    return intake.receive(
        account=shop, external_id=f"{source}:{name}", kind="message", source=source, body={"text": name}, now=NOW
    )


def break_down(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """The next `times` attempts meet a database that goes away in the middle."""
    follow, left = intake.follow, iter([True] * times)

    def failing(**given: Any) -> None:
        if next(left, False):
            raise OperationalError("the connection is lost")
        follow(**given)

    monkeypatch.setattr(intake, "follow", failing)


def test_a_database_that_goes_away_leaves_the_input_received_and_the_sweep_takes_it_up(
    shop: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = received(shop)
    break_down(monkeypatch, times=1)
    with pytest.raises(OperationalError):
        intake.process(raw_id=raw.pk, now=NOW)
    raw.refresh_from_db()
    assert (raw.state, raw.attempts) == (RawState.RECEIVED, 1)
    assert looking_after.sweep(older_than=NOW + timedelta(minutes=1), now=NOW) == 1
    raw.refresh_from_db()
    assert raw.state == RawState.PROCESSED
    assert Message.objects.get().text == "message-1"


@pytest.mark.parametrize("straight_way", [True, False])
def test_what_a_fault_left_behind_is_said_before_what_comes_after_it(
    shop: ChannelAccount, monkeypatch: pytest.MonkeyPatch, straight_way: bool
) -> None:
    begun = received(shop, "message-0")
    intake.process(raw_id=begun.pk, now=NOW)
    left = received(shop, "message-1")
    break_down(monkeypatch, times=1)
    with pytest.raises(OperationalError):
        intake.process(raw_id=left.pk, now=NOW)
    if straight_way:
        taken = straight.message(
            account=shop, external_id="v1:message-2", source="v1", body={"text": "message-2"}, key=b"k", now=NOW
        )
        assert taken
        assert not taken.processed
        intake.process(raw_id=taken.raw, now=NOW)
    else:
        intake.process(raw_id=received(shop, "message-2").pk, now=NOW)
    assert [one.text for one in Message.objects.order_by("pk")] == ["message-0", "message-1", "message-2"]


def test_while_what_came_before_cannot_be_processed_what_comes_after_waits_too(
    shop: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = received(shop, "message-1"), received(shop, "message-2")
    elsewhere = received(shop, "message-3", source="v2")
    break_down(monkeypatch, times=1)
    with pytest.raises(OperationalError):
        intake.process(raw_id=second.pk, now=NOW)
    intake.process(raw_id=elsewhere.pk, now=NOW)
    assert [one.text for one in Message.objects.all()] == ["message-3"]
    assert looking_after.sweep(older_than=NOW + timedelta(minutes=1), now=NOW) == 2
    first.refresh_from_db()
    assert first.state == RawState.PROCESSED
    assert [one.text for one in Message.objects.filter(interaction__source="v1")] == ["message-1", "message-2"]


def test_one_input_that_fails_does_not_keep_the_sweep_from_the_next(
    shop: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = received(shop, "first", "v1"), received(shop, "second", "v2")
    break_down(monkeypatch, times=1)
    assert looking_after.sweep(older_than=NOW + timedelta(minutes=1), now=NOW) == 2
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (RawState.RECEIVED, RawState.PROCESSED)


def test_whatever_is_said_of_a_connection_that_is_gone_the_input_stays(
    shop: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is said then is not always that it is gone, and is never about the input."""
    raw = received(shop)
    follow, left = intake.follow, iter([True])

    def losing(**given: Any) -> None:
        if next(left, False):
            connections["default"].close()
            raise InterfaceError("connection already closed")
        follow(**given)

    monkeypatch.setattr(intake, "follow", losing)
    with pytest.raises(OperationalError):
        intake.process(raw_id=raw.pk, now=NOW)
    raw.refresh_from_db()
    assert raw.state == RawState.RECEIVED
    intake.process(raw_id=raw.pk, now=NOW)
    assert Message.objects.get().text == "message-1"


def test_input_that_kills_its_transaction_each_time_is_set_aside_in_the_end(
    shop: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = received(shop)
    break_down(monkeypatch, times=1000)
    for _ in range(intake.MOST_ATTEMPTS):
        looking_after.sweep(older_than=NOW + timedelta(minutes=1), now=NOW)
    raw.refresh_from_db()
    assert (raw.state, raw.reason) == (RawState.QUARANTINED, "failed: OperationalError")


@pytest.mark.parametrize("full", [DiskFull("could not extend file"), OSError(errno.ENOSPC, "No space left on device")])
def test_a_full_disk_may_last_as_long_as_it_likes_and_then_the_input_goes_on_by_itself(
    shop: ChannelAccount, monkeypatch: pytest.MonkeyPatch, full: Exception
) -> None:
    raw = received(shop)

    def refused(**_given: Any) -> None:
        if isinstance(full, OSError):
            raise full
        raise OperationalError("could not extend file") from full

    monkeypatch.setattr(intake, "follow", refused)
    for _ in range(intake.MOST_ATTEMPTS * 3):
        looking_after.sweep(older_than=NOW + timedelta(minutes=1), now=NOW)
    monkeypatch.undo()
    looking_after.sweep(older_than=NOW + timedelta(minutes=1), now=NOW)
    raw.refresh_from_db()
    assert (raw.state, Message.objects.get().text) == (RawState.PROCESSED, "message-1")


def test_a_sender_is_told_to_try_again_while_the_database_does_not_answer(
    shop: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fanal.intake import straight

    def away(**_given: Any) -> None:
        raise OperationalError("the connection is lost")

    browser = Browser()
    monkeypatch.setattr(straight, "message", away)
    answer = browser.say("Hello")
    assert (answer.status_code, answer.json()["error"]) == (503, "not_now")
    assert answer["Retry-After"]
    monkeypatch.undo()
    assert browser.say("Hello").status_code == 202
    assert Message.objects.get().text == "Hello"


def test_two_first_words_at_once_are_one_contact_and_both_are_kept(shop: ChannelAccount) -> None:
    for round_ in range(5):
        raws = [received(shop, f"word-{n}", f"visitor-{round_}") for n in range(4)]
        together = threading.Barrier(len(raws))

        def take(raw: RawEvent, together: threading.Barrier = together) -> None:
            try:
                together.wait(10)
                intake.process(raw_id=raw.pk, now=NOW)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=take, args=[raw]) for raw in raws]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert set(RawEvent.objects.values_list("state", "reason")) == {(RawState.PROCESSED, "")}
        assert Interaction.objects.get(source=f"visitor-{round_}").messages.count() == 4
