"""Input that meets a database that goes away, or its own twin: kept, tried again, and never quarantined for it."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connections

from fanal.api import limits
from fanal.api.widget import asking
from fanal.channels.models import ChannelAccount, RawEvent, RawState
from fanal.intake import actions as intake
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
    assert intake.sweep(older_than=NOW + timedelta(minutes=1), now=NOW) == 1
    raw.refresh_from_db()
    assert raw.state == RawState.PROCESSED
    assert Message.objects.get().text == "message-1"


def test_one_input_that_fails_does_not_keep_the_sweep_from_the_next(
    shop: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = received(shop, "first", "v1"), received(shop, "second", "v2")
    break_down(monkeypatch, times=1)
    assert intake.sweep(older_than=NOW + timedelta(minutes=1), now=NOW) == 2
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (RawState.RECEIVED, RawState.PROCESSED)


def test_input_that_kills_its_transaction_each_time_is_set_aside_in_the_end(
    shop: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = received(shop)
    break_down(monkeypatch, times=1000)
    for _ in range(intake.MOST_ATTEMPTS):
        intake.sweep(older_than=NOW + timedelta(minutes=1), now=NOW)
    raw.refresh_from_db()
    assert (raw.state, raw.reason) == (RawState.QUARANTINED, "failed: OperationalError")


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
