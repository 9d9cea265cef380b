"""The contract of an exchange, fourth part: it dies, an order is given twice, and who was cut off is called back.

How it is kept stands in `test_contract_of_calls.py`.
"""

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.utils import timezone

from fanal.channels.asterisk.ari import Declined, Orders
from fanal.channels.models import ChannelAccount
from fanal.events.models import Event
from fanal.intake.voice.room import Room
from fanal.interactions.models import EndReason, Interaction, Leg, LegKind, Segment
from fanal.routing.models import Callback, CallbackEnd, Offer, OfferState, Queue
from tests.channels.asterisk.test_room import OURS, THEIRS, call, nobody_calls_yet, number, room
from tests.channels.asterisk.two_exchanges import (
    Callers,
    Telephones,
    address,
    agree,
    at_trunk,
    caller,
    dies,
    played,
    talks_in,
    telephone,
    until,
)
from tests.routing_world import agent

__all__ = [
    "address",
    "agree",
    "at_trunk",
    "caller",
    "dies",
    "nobody_calls_yet",
    "number",
    "played",
    "room",
    "telephone",
]
pytestmark = [pytest.mark.timeout(240), pytest.mark.django_db(transaction=True)]


class Twice(Orders):
    """Gives each order twice, as whoever does not know whether it arrived."""

    def __init__(self, orders: Orders) -> None:
        self.orders, self.address = orders, orders.address

    def ask(
        self, method: str, path: str, query: Mapping[str, Any] | None = None, body: Mapping[str, Any] | None = None
    ) -> Any:
        answer = self.orders.ask(method, path, query, body)
        if method != "GET":
            with contextlib.suppress(Declined):
                self.orders.ask(method, path, query, body)
        return answer

    def close(self) -> None:
        self.orders.close()


def test_orders_that_are_given_twice_have_no_second_effect(
    room: Room, caller: Callers, telephone: Telephones, agree: Callable[[], None]
) -> None:
    room.exchange.orders = Twice(room.exchange.orders)
    agent(capacity={"voice": 1}, available_at=timezone.now())
    with telephone.there() as phone, caller.calls(OURS, of=THEIRS, seconds=5) as calling:
        talks_in(room)
        assert calling.wait(60) == 0, caller.errors()
        assert phone.wait(60) == 0
    until(lambda: call().end_reason == EndReason.CUSTOMER)
    until(lambda: not room.exchange.lines())
    agree()


def test_who_was_cut_off_by_an_exchange_that_died_is_called_back_once_and_reached(
    number: ChannelAccount,
    room: Room,
    caller: Callers,
    telephone: Telephones,
    at_trunk: Callable[[str], Telephones],
    dies: Callable[[], None],
) -> None:
    """Which of its lines is found gone first is not told; the rows are not compared, but what holds in any order."""
    Queue.objects.update(calls_back_cut=True, wrap_up_seconds=0)
    number.settings["dialling"] = {"trunk": "carrier", "countries": ["NO"], "opens": "00:00", "closes": "23:59:59"}
    number.save()
    agent(capacity={"voice": 1}, available_at=timezone.now())
    with telephone.there(), caller.calls(OURS, of=THEIRS, seconds=60):
        talks_in(room)
        first, before = call(), room.exchange.run
        dies()
        until(lambda: room.exchange.run != before)
        until(lambda: Interaction.objects.get(pk=first.pk).ended_at)
    customer = at_trunk("carrier")
    with customer.there(does="answers-and-ends", lifts_after=0.5), telephone.there():
        until(lambda: Callback.objects.filter(how=CallbackEnd.REACHED).exists())
    until(lambda: not Interaction.objects.filter(ended_at=None).exists())
    until(lambda: not Leg.objects.filter(ended_at=None).exists())
    assert Callback.objects.get().wished_in == first
    assert list(Interaction.objects.order_by("id")) == [first, Callback.objects.get().contact]
    assert Leg.objects.filter(kind=LegKind.CUSTOMER).count() == 2, "they are called once"
    for leg in Leg.objects.all():
        assert Event.objects.filter(kind="leg.ended", data__leg=leg.pk).count() == 1
    assert Offer.objects.filter(state=OfferState.ACCEPTED).count() == 2
    assert not Segment.objects.filter(ended_at=None).exists()
