"""Messages of many visitors at the same moment: each stored once before it is answered, whatever happens to the lot."""

import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError, connection, connections
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fanal.api import limits
from fanal.api.widget import asking, door
from fanal.channels.models import ChannelAccount, RawEvent
from fanal.events.models import Event
from fanal.intake import straight
from fanal.interactions.models import Interaction, Message
from fanal.routing.models import Queue
from fanal.scenarios.models import Scenario
from tests.channels.visitors import Browser

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "buckets", limits.Buckets())
    asking._accounts.clear()


@pytest.fixture
def browsers() -> list[Browser]:
    """Visitors who have each written their first word."""
    queue = Queue.objects.create(code="orders", name="Orders")
    Scenario.objects.create(code="rest", name="Everything", position=1, queue=queue, opens="search")
    ChannelAccount.objects.create(kind="webchat", code="shop", name="Shop", settings={"queue": "orders"})
    found = [Browser() for _ in range(6)]
    for browser in found:
        assert browser.say("Hello", "first-word").status_code == 202
    return found


@pytest.fixture
def lots(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many messages went into each lot; the first lot waits until all the others have come."""
    sizes: list[int] = []
    write = straight._together._write

    def counted(lot: Any) -> Any:
        if not sizes:
            for _ in range(500):
                if len(straight._together._waiting) == 5:
                    break
                threading.Event().wait(0.01)
        sizes.append(len(lot))
        return write(lot)

    monkeypatch.setattr(straight._together, "_write", counted)
    return sizes


def at_once(*asked: Callable[[], Any]) -> list[Any]:
    answers: list[Any] = [None] * len(asked)

    def one(place: int) -> None:
        try:
            answers[place] = asked[place]()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=[place], daemon=True) for place in range(len(asked))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


def second_words(browsers: list[Browser]) -> list[Any]:
    return at_once(*(lambda b=browser, n=n: b.say(f"Word {n}", "second-word") for n, browser in enumerate(browsers)))


def each_said_once(browsers: list[Browser]) -> None:
    """One message, one processed input and one event of each."""
    messages = Message.objects.filter(external_id__endswith=":second-word")
    assert sorted(messages.values_list("text", flat=True)) == [f"Word {n}" for n in range(len(browsers))]
    assert messages.values("interaction").distinct().count() == len(browsers)
    raws = RawEvent.objects.filter(external_id__endswith=":second-word")
    assert list(raws.values_list("state", flat=True)) == ["processed"] * len(browsers)
    for message in messages:
        assert Event.objects.filter(kind="message.added", data__message=message.pk).count() == 1


def test_what_comes_at_once_is_written_in_one_transaction_and_each_is_answered(
    browsers: list[Browser], lots: list[int]
) -> None:
    answers = second_words(browsers)
    assert [answer.status_code for answer in answers] == [202] * 6
    assert lots == [1, 5]
    each_said_once(browsers)
    xids = Event.objects.filter(
        data__message__in=list(Message.objects.filter(external_id__endswith="second-word").values_list("pk", flat=True))
    ).values_list("xid", flat=True)
    assert len(set(xids)) == 2


def test_a_lot_whose_connection_is_cut_is_taken_apart_and_nothing_is_lost_or_doubled(
    browsers: list[Browser], lots: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    write = straight._together._write
    cut: list[int] = []

    def cut_afterwards(lot: Any) -> Any:
        done = write(lot)
        if not cut:
            cut.append(len(lot))
            connection.connection.close()
            raise OperationalError("the connection was lost, after the commit")
        return done

    monkeypatch.setattr(straight._together, "_write", cut_afterwards)
    answers = second_words(browsers)
    assert [answer.status_code for answer in answers] == [202] * 6
    assert cut == [1]
    each_said_once(browsers)


def test_the_same_message_twice_at_once_is_one(browsers: list[Browser], lots: list[int]) -> None:
    answers = at_once(*[lambda: browsers[0].say("Word 0", "second-word")] * 6)
    assert [answer.status_code for answer in answers] == [202] * 6
    assert len({answer.json()["stored_at"] for answer in answers}) == 1
    each_said_once(browsers[:1])


def test_a_contact_that_somebody_holds_keeps_no_other_waiting(browsers: list[Browser]) -> None:
    """Its own message is stored at once and processed as soon as the contact is free."""
    held = Interaction.objects.order_by("pk").first()
    assert held is not None
    said = [
        straight.Said(
            account=one.account_id, source=one.source, external_id=f"{one.source}:x", body={"text": "x"}, text="x",
            at=one.started_at,
        )
        for one in Interaction.objects.order_by("pk")
    ]  # fmt: skip
    of = settings.DATABASES["default"]
    with psycopg.connect(
        host=of["HOST"], port=of["PORT"] or None, user=of["USER"], password=of["PASSWORD"],
        dbname=connection.settings_dict["NAME"],
    ) as holder:  # fmt: skip
        holder.execute("SELECT 1 FROM interactions_interaction WHERE id = %s FOR UPDATE", [held.pk])
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = '5s'")
        try:
            taken = straight._write(said)
        finally:
            connection.close()
    assert [one and one[2] for one in taken] == [False, *[True] * 5]


def test_the_long_statement_is_planned_once_per_connection(browsers: list[Browser]) -> None:
    browsers[0].say("Again", "second-word")
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        assert any("FOR NO KEY UPDATE OF i SKIP LOCKED" in row[0] for row in cursor.fetchall())


def test_the_door_stands_where_the_api_says_and_asks_the_database_nothing_else(browsers: list[Browser]) -> None:
    assert reverse("api:say") == door.PATH
    with CaptureQueriesContext(connection) as asked:
        answer = browsers[0].say("Again", "second-word")
    assert answer.status_code == 202
    # The one statement goes past Django's cursor; once a second the limits are shared.
    assert [one["sql"] for one in asked.captured_queries if "rate_limit" not in one["sql"]] == []


def test_both_doors_answer_alike(browsers: list[Browser]) -> None:
    by_the_door = browsers[0].say("Again", "second-word")
    stack = [name for name in settings.MIDDLEWARE if not name.endswith("messages_first")]
    assert len(stack) == len(settings.MIDDLEWARE) - 1
    with override_settings(MIDDLEWARE=stack):
        ordinary = Browser("shop")
        assert ordinary.say("Hello", "first-word").status_code == 202
        in_the_hall = ordinary.say("Again", "second-word")
    assert by_the_door.json().keys() == in_the_hall.json().keys()
    assert len(by_the_door.content) == len(in_the_hall.content)
    for header in ("Content-Type", "Content-Length", "Content-Security-Policy", "Cache-Control", "Referrer-Policy",
                   "X-Content-Type-Options", "Permissions-Policy", "Cross-Origin-Opener-Policy"):  # fmt: skip
        assert by_the_door[header] == in_the_hall[header], header


@pytest.mark.parametrize("wrong", ["token", "body", "empty", "often", "host"])
def test_what_the_door_does_not_take_is_refused_as_ever(browsers: list[Browser], wrong: str) -> None:
    browser = browsers[0]
    match wrong:
        case "token":
            browser.token = "x" + browser.token
            answer, expected = browser.say("Again", "second-word"), (401, "token_unknown")
        case "body":
            answer, expected = browser.say("Again", "second-word", odd=1), (422, "invalid")
        case "empty":
            answer, expected = browser.say(" ", "second-word"), (422, "empty")
        case "host":
            answer = browser.send(
                "POST", "/messages", {"id": "second-word", "text": "x"}, HTTP_HOST="elsewhere.example"
            )
            assert answer.status_code == 400
            return
        case _:
            for n in range(30):
                answer = browser.say("Again", f"one-of-many-{n}")
            expected = (429, "too_often")
            assert answer["Retry-After"]
    assert (answer.status_code, answer.json()["error"]) == expected
    assert not Message.objects.filter(external_id__endswith=":second-word").exists()
