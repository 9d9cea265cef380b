"""A real back office on loopback: what it knows is shown with its age, and what is slow or down is said."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from fanal.demo.back_office.server import BackOffice
from fanal.events.models import Event
from fanal.holdings import actions as holdings
from fanal.holdings.models import Holding, Reading
from fanal.holdings.port import Answer, Down
from fanal.holdings.rules.asking import LOST
from tests.servers import until


def test_what_the_bank_knows_is_read_and_its_age_is_kept(shop: Any, sources: Any, carry: Any) -> None:
    now = timezone.now()
    reading = holdings.want(thing=shop.account, source=sources["accounts"], by=shop.agent, now=now)
    assert (reading.wanted_at, reading.outcome) == (now, "")
    carry()
    reading.refresh_from_db()
    shop.account.refresh_from_db()
    assert (reading.outcome, reading.wanted_at) == ("answered", None)
    assert str(shop.account.balance) == "99.10"
    assert shop.account.balance_at == reading.as_of
    [event] = Event.objects.filter(kind="reading.ended")
    assert event.data == {"holding": shop.account.pk, "outcome": "answered", "changed": True}
    assert event.audience == [f"agent:{shop.agent.pk}"]


def test_what_is_fresh_is_not_asked_again(shop: Any, sources: Any, carry: Any) -> None:
    want = {"thing": shop.account, "source": sources["accounts"], "by": shop.agent}
    holdings.want(**want, now=timezone.now())
    carry()
    assert holdings.want(**want, now=timezone.now()).wanted_at is None
    assert holdings.want(**want, now=timezone.now(), anyway=True).wanted_at is not None


def test_the_way_of_an_order_grows_by_what_is_new(shop: Any, sources: Any, carry: Any, store: Any) -> None:
    way = [{"status": "paid", "at": "2026-03-01T09:00:00Z", "note": "Thank you"}]
    store.keep("order", shop.order.number, {"status": "in transit", "carrier": {"name": "Tern"}, "way": way})
    for _ in range(2):
        holdings.want(thing=shop.order, source=sources["orders"], by=None, now=timezone.now(), anyway=True)
        carry()
    shop.order.refresh_from_db()
    assert (shop.order.state, shop.order.carrier) == ("shipped", "Tern")
    assert [(step.state, step.note) for step in shop.order.steps.all()] == [("paid", "Thank you")]


def test_what_makes_no_sense_is_named_and_not_taken_over(shop: Any, sources: Any, carry: Any, store: Any) -> None:
    store.keep("account", shop.account.number, {"balance": {"amount": "a lot", "currency": "EUR"}, "state": "asleep"})
    reading = holdings.want(thing=shop.account, source=sources["accounts"], by=None, now=timezone.now())
    carry()
    reading.refresh_from_db()
    shop.account.refresh_from_db()
    assert (reading.outcome, sorted(reading.not_understood)) == ("answered", ["balance", "state"])
    assert (str(shop.account.balance), shop.account.state) == ("12.50", "active")


@pytest.mark.parametrize(("switch", "outcome"), [("slow", "slow"), ("down", "down")])
def test_what_is_slow_or_down_is_said_and_what_we_have_stays(
    shop: Any, sources: Any, carry: Any, store: Any, switch: str, outcome: str
) -> None:
    store.turn(switch, True)
    reading = holdings.want(thing=shop.account, source=sources["accounts"], by=shop.agent, now=timezone.now())
    carry()
    reading.refresh_from_db()
    shop.account.refresh_from_db()
    assert (reading.outcome, reading.read_at) == (outcome, None)
    assert str(shop.account.balance) == "12.50"
    # A page that is opened again a moment later does not ask again.
    again = holdings.want(thing=shop.account, source=sources["accounts"], by=shop.agent, now=timezone.now())
    assert again.wanted_at is None


def test_the_late_answer_to_a_question_that_was_given_up_changes_nothing(shop: Any, sources: Any) -> None:
    now, source = timezone.now(), sources["accounts"]
    holdings.want(thing=shop.account, source=source, by=shop.agent, now=now)
    [frozen] = holdings.claim_readings(source=source.pk, limit=1, now=now)
    [claimed] = holdings.claim_readings(source=source.pk, limit=1, now=now + LOST + timedelta(seconds=1))
    holdings.learnt(claimed=frozen, said=Down(code="not_reached"), now=now + LOST * 2)
    claimed.refresh_from_db()
    assert (claimed.outcome, claimed.wanted_at) == ("", now)
    holdings.learnt(claimed=claimed, said=Answer(fields={}), now=now + LOST * 2)
    claimed.refresh_from_db()
    assert (claimed.outcome, claimed.wanted_at) == ("answered", None)


def test_a_dead_source_is_left_alone_and_answers_for_it_come_at_once(
    shop: Any, sources: Any, carry: Any, store: Any
) -> None:
    store.turn("down", True)
    for number in range(4):
        holdings.want(thing=shop.account, source=sources["accounts"], by=None, now=timezone.now(), anyway=True)
        carrier = carry()
        problem = Reading.objects.get().problem
        assert problem == ("cut" if number < 3 else "left_alone")
    room = carrier.rooms[sources["accounts"].pk]
    assert room.breaker.open
    # Another source is asked all the same.
    store.turn("down", False)
    holdings.want(thing=shop.order, source=sources["orders"], by=None, now=timezone.now())
    carry()
    assert Reading.objects.get(order=shop.order).outcome == "answered"
    assert not carrier.rooms[sources["orders"].pk].breaker.open


@pytest.mark.parametrize(
    ("headers", "title", "direction"),
    [
        ({}, "The demo&#x27;s back office", "ltr"),
        ({"HTTP_ACCEPT_LANGUAGE": "de-CH, fr;q=0.8"}, "Le back-office de la démonstration", "ltr"),
        ({"HTTP_COOKIE": "language=ar", "HTTP_ACCEPT_LANGUAGE": "fr"}, "النظام الخلفي للعرض التجريبي", "rtl"),
        (
            {"HTTP_COOKIE": "language=../x", "HTTP_ACCEPT_LANGUAGE": "ru-RU,ru;q=0.9"},
            "Учётная система демо",
            "ltr",
        ),
    ],
)
def test_its_page_of_switches_speaks_the_readers_language(
    store: Any, headers: dict[str, str], title: str, direction: str
) -> None:
    store.turn("slow", True)
    store.note("cancellation", "HL-1<2")
    said: list[str] = []
    environ = {"PATH_INFO": "/", "REQUEST_METHOD": "GET", "HTTP_HOST": "127.0.0.1:1", **headers}
    page = b"".join(BackOffice(store)(environ, lambda status, _headers: said.append(status))).decode()
    assert said == ["200 OK"]
    assert f"<h1>{title}</h1>" in page
    assert f'dir="{direction}"' in page
    assert page.count("<form") == 3
    assert page.count('aria-pressed="true"') == 1
    assert "HL-1&lt;2" in page
    assert ("Make it fail" in page) == (headers == {})


@pytest.mark.django_db(transaction=True)
def test_an_action_that_wants_a_thing_read_and_the_answer_that_comes_do_not_wait_for_each_other(
    shop: Any, sources: Any
) -> None:
    now = timezone.now()
    want = {"thing": shop.account, "source": sources["accounts"], "by": None, "anyway": True}
    holdings.want(**want, now=now)
    [claimed] = holdings.claim_readings(source=sources["accounts"].pk, limit=1, now=now)

    def answer_comes() -> None:
        holdings.learnt(claimed=claimed, said=Answer(fields={}), now=now)
        connection.close()

    other = threading.Thread(target=answer_comes)
    with transaction.atomic():
        Holding.objects.select_for_update().get(pk=shop.account.pk)
        other.start()
        until(_somebody_waits)
        holdings.want(**want, now=now + timedelta(seconds=1))
    other.join(10)
    assert Reading.objects.get().outcome == "answered"


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])
