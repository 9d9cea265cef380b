"""Calls that an agent begins, on a real Asterisk: their own phone first, then the customer by the carrier's line."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from fanal.agents.models import Agent
from fanal.channels.models import ChannelAccount
from fanal.customers.models import Customer
from fanal.intake.voice import outgoing
from fanal.intake.voice.room import Room
from fanal.interactions import actions as interactions
from fanal.interactions.models import Dial, Direction, EndReason, Interaction, Leg, LegKind, Segment
from fanal.routing import actions
from fanal.routing.models import Callback, CallbackEnd, Queue
from fanal.running.pbx.configuration import Pbx
from tests.channels.asterisk.phones import Telephone
from tests.channels.asterisk.test_room import (  # noqa: F401
    OURS,
    THEIRS,
    lines,
    nobody_calls_yet,
    number,
    room,
    room_for,
    telephone,
    until,
)
from tests.routing_world import agent

pytestmark = [pytest.mark.timeout(240), pytest.mark.django_db(transaction=True)]
Lines = Callable[[], dict[str, str]]


@pytest.fixture(autouse=True)
def allowed(number: ChannelAccount) -> None:  # noqa: F811
    """At any hour, so that the tests do not depend on the clock."""
    number.settings["dialling"] = {"trunk": "carrier", "countries": ["NO"], "opens": "00:00", "closes": "23:59:59"}
    number.save()


@pytest.fixture
def customer(exchange: Pbx, tmp_path: Path) -> Telephone:
    """Whoever answers at the carrier."""
    return Telephone(folder=tmp_path, port=exchange.trunks[0].port)


def call(by: Agent, **more: Any) -> Interaction:
    done = actions.call_out(number=THEIRS, by=by, now=timezone.now(), **more)
    assert done.contact, done.dial.refused
    return done.contact


def ended(contact: Interaction) -> str:
    until(lambda: Interaction.objects.get(pk=contact.pk).ended_at)
    return Interaction.objects.get(pk=contact.pk).end_reason


def test_the_agent_is_called_then_the_customer_and_both_talk_until_the_customer_lays_down(
    room: Room,  # noqa: F811
    telephone: Telephone,  # noqa: F811
    customer: Telephone,
    lines: Lines,  # noqa: F811
) -> None:
    who = Customer.objects.create(name="Kari Nordmann")
    robin = agent(capacity={"voice": 1}, available_at=timezone.now())
    with telephone.there(lifts_after=0.8) as phone, customer.there(does="answers-and-ends", lifts_after=1.0) as theirs:
        contact = call(robin, customer=who)
        until(lambda: len(lines()) == 1)
        assert not Leg.objects.filter(kind=LegKind.CUSTOMER).exists(), "nobody is called before the agent is there"
        until(lambda: Leg.objects.filter(kind=LegKind.CUSTOMER).exists())
        until(lambda: room.exchange.seen().tones)
        until(lambda: len(room.exchange.seen().bridges.get(f"t-{contact.pk}", ())) == 2)
        assert not room.exchange.seen().tones
        assert theirs.wait(60) == 0, (customer.folder / f"phone-{customer.port}").read_text()
        assert phone.wait(60) == 0
    assert ended(contact) == EndReason.CUSTOMER
    until(lambda: not lines())
    contact.refresh_from_db()
    assert (contact.direction, contact.customer, contact.source) == (Direction.OUTBOUND, who, THEIRS)
    dial = Dial.objects.get()
    assert dial.leg.line == contact.thread
    assert dial.leg.cause == 16
    talked = Segment.objects.get(interaction=contact, agent=robin)
    assert talked.wrap_up_due_at
    assert not talked.wrapped_up_at


@pytest.mark.parametrize(("does", "outcome"), [("busy", EndReason.BUSY), ("silent", EndReason.NO_ANSWER)])
def test_who_is_not_reached_is_an_outcome_that_is_wrapped_up(
    does: str,
    outcome: str,
    room: Room,  # noqa: F811
    telephone: Telephone,  # noqa: F811
    customer: Telephone,
    lines: Lines,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outgoing, "RINGS_FOR", 3)
    robin = agent(capacity={"voice": 1}, available_at=timezone.now())
    with telephone.there() as phone, customer.there(does=does):
        contact = call(robin)
        assert ended(contact) == outcome
        assert phone.wait(60) == 0
    until(lambda: not lines())
    assert Leg.objects.filter(kind=LegKind.CUSTOMER).count() == 1, "they are called once"
    assert Segment.objects.get(interaction=contact, agent=robin).wrap_up_due_at


def test_the_agent_lays_down_while_it_rings_and_the_customer_is_left_in_peace(
    room: Room,  # noqa: F811
    telephone: Telephone,  # noqa: F811
    customer: Telephone,
    lines: Lines,  # noqa: F811
) -> None:
    robin = agent(capacity={"voice": 1}, available_at=timezone.now())
    with telephone.there(ends=True), customer.there(does="silent") as theirs:
        contact = call(robin)
        assert ended(contact) == EndReason.AGENT
        assert theirs.wait(60) == 0, (customer.folder / f"phone-{customer.port}").read_text()
    until(lambda: not lines())


def test_whose_own_phone_is_busy_calls_nobody(
    room: Room,  # noqa: F811
    telephone: Telephone,  # noqa: F811
    lines: Lines,  # noqa: F811
) -> None:
    robin = agent(capacity={"voice": 1}, available_at=timezone.now())
    with telephone.there(does="busy"):
        contact = call(robin)
        assert ended(contact) == EndReason.NOT_LIFTED
    until(lambda: not lines())
    assert not Leg.objects.filter(kind=LegKind.CUSTOMER).exists()


def test_a_room_that_died_while_it_rang_calls_nobody_twice(
    address: Any,
    number: ChannelAccount,  # noqa: F811
    telephone: Telephone,  # noqa: F811
    customer: Telephone,
) -> None:
    robin = agent(capacity={"voice": 1}, available_at=timezone.now())
    with telephone.there(), customer.there(lifts_after=12):
        with room_for(address, telephone) as first:
            contact = call(robin)
            until(lambda: contact.thread in first.exchange.seen().lines)
        with room_for(address, telephone) as second:
            until(lambda: len(second.exchange.seen().bridges.get(f"t-{contact.pk}", ())) == 2)
            assert Leg.objects.filter(kind=LegKind.CUSTOMER).count() == 1
            actions.finish_talk(interaction=contact, by=robin, now=timezone.now())
            until(lambda: not second.exchange.seen().lines)


def test_who_waits_for_a_call_is_called_when_somebody_takes_it(
    room: Room,  # noqa: F811
    number: ChannelAccount,  # noqa: F811
    telephone: Telephone,  # noqa: F811
    customer: Telephone,
    lines: Lines,  # noqa: F811
) -> None:
    line = Queue.objects.get(code=number.settings["queue"])
    callback = actions.wish_callback(number=THEIRS, queue=line, now=timezone.now())
    assert callback.contact
    talk = f"t-{callback.contact.pk}"
    with telephone.there(lifts_after=0.5) as phone, customer.there(does="answers-and-ends", lifts_after=0.5) as theirs:
        time.sleep(1)
        assert not lines(), "while nobody is there, nobody is called"
        agent(capacity={"voice": 1}, available_at=timezone.now())
        until(lambda: len(room.exchange.seen().bridges.get(talk, ())) == 2)
        assert theirs.wait(60) == 0
        assert phone.wait(60) == 0
    assert ended(callback.contact) == EndReason.CUSTOMER
    until(lambda: Callback.objects.get().how == CallbackEnd.REACHED)
    until(lambda: not lines())


def test_whose_call_was_cut_by_a_restart_of_the_exchange_is_called_back(
    room: Room,  # noqa: F811
    number: ChannelAccount,  # noqa: F811
) -> None:
    """As it is found out: the row of a line is of an earlier run of the exchange."""
    line = Queue.objects.get(code=number.settings["queue"])
    theirs = interactions.start(account=number, source=THEIRS, thread="gone-1", now=timezone.now())
    actions.enqueue(interaction=theirs, queue=line, now=timezone.now())
    Leg.objects.create(interaction=theirs, kind=LegKind.CUSTOMER, line="gone-1", run="before", began_at=timezone.now())
    until(lambda: Callback.objects.exists())
    assert ended(theirs) == EndReason.CALLBACK
    callback = Callback.objects.get()
    assert (callback.number, callback.wished_in) == (THEIRS, theirs)
