"""The demo's customers and what they hold."""

from datetime import UTC, datetime

import pytest

from fanal.customers.models import ContactPoint, Customer, Relationship
from fanal.demo import cast
from fanal.demo.loading import load
from fanal.holdings.models import Fault, Holding, HoldingKind, Order, OrderState
from fanal.norms import cards, phones

NOW = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)


@pytest.fixture
def company(db: None) -> None:
    load(people=600, days=3, seed=7, now=NOW)


def test_orders_are_in_every_state_and_some_are_late(company: None) -> None:
    assert {state for state in Order.objects.values_list("state", flat=True)} == set(OrderState.values)
    assert Order.objects.filter(state="shipped", promised_on__lt=NOW.date()).exists()
    assert set(Holding.objects.values_list("kind", flat=True)) == set(HoldingKind.values)
    assert Fault.objects.filter(settled_at=None).exists()
    assert Fault.objects.exclude(settled_at=None).exists()


def test_every_phone_number_is_one_its_country_hands_out(company: None) -> None:
    for value in ContactPoint.objects.filter(kind="phone").values_list("value", flat=True).distinct():
        phone = phones.normalise(value, None)
        assert phone is not None, value
        assert phone.valid, value
        assert phone.e164 == value


def test_people_are_written_in_three_scripts_and_some_of_them_twice(company: None) -> None:
    written = " ".join(Customer.objects.values_list("name", flat=True))
    assert any("а" <= char <= "я" for char in written)
    assert any("ء" <= char <= "ي" for char in written)
    assert Customer.objects.exclude(survivor=None).exists()
    assert ContactPoint.objects.filter(shared=True).count() > 10
    assert ContactPoint.objects.filter(state="bounced").exists()
    assert Relationship.objects.exclude(powers=[]).exists()


def test_the_cast_of_the_tour_is_there(company: None) -> None:
    for player in cast.PLAYERS:
        customer = Customer.objects.get(name=player.name)
        assert customer.contact_points.filter(value=player.email).exists()
        if player.signed:
            assert customer.external_id == player.signed
        if player.order:
            assert customer.orders.filter(number=player.order).exists()
        if player.card:
            assert cards.is_card(player.card)
            assert customer.holdings.filter(kind="card", number=player.card[-4:]).exists()
    assert ContactPoint.objects.filter(value=cast.HOUSEHOLD_PHONE).count() == 3
    assert not ContactPoint.objects.filter(value=cast.UNKNOWN.email).exists()


def test_the_same_seed_makes_the_same_company(db: None) -> None:
    def drawn() -> list[tuple[object, ...]]:
        from django.db import transaction

        with transaction.atomic():
            load(people=80, days=2, seed=3, now=NOW)
            found = [*Customer.objects.order_by("pk").values_list("name", "address", "born_on", "external_id")]
            found += [*Order.objects.order_by("pk").values_list("number", "state", "placed_at", "total")]
            transaction.set_rollback(True)
        return found

    assert drawn() == drawn()
