"""The contract of an exchange: stories of calls, each told on the one that is only played and on a real Asterisk.

Whatever one does, the rows say the same of it: events, lines, talks, offers and their order, as they are kept in
`recorded/rows/` (`FANAL_RECORD_CALLS=1` keeps those of the real one). What the played one does otherwise is a fault of
it. Only with real sound can be told: recordings, messages that are left, tones, transcripts
(`test_recording.py`, `test_voicemail.py`, `test_transcripts.py`); only with real SIP: refusals and their codes.
"""

from collections.abc import Callable

import pytest
from django.utils import timezone

from fanal.agents.models import Presence
from fanal.channels.asterisk.ari import Address, path_of
from fanal.channels.asterisk.rules import Seen
from fanal.channels.models import ChannelAccount
from fanal.customers.models import ContactPoint, Customer
from fanal.identity.models import Recognition
from fanal.intake.voice.room import Room
from fanal.interactions import actions as interactions
from fanal.interactions.models import EndReason, Interaction, Leg, LegKind, Segment, SegmentKind
from fanal.routing import actions
from fanal.routing.models import EntryState, Offer, OfferState, Queue, QueueEntry
from tests.channels.asterisk.test_room import (
    OURS,
    THEIRS,
    call,
    lines,
    nobody_calls_yet,
    number,
    room,
    room_for,
    voice,
    waits_in,
)
from tests.channels.asterisk.two_exchanges import (
    Callers,
    Telephones,
    address,
    agree,
    caller,
    played,
    talks_in,
    telephone,
    until,
)
from tests.routing_world import agent, queue

__all__ = ["address", "agree", "caller", "lines", "nobody_calls_yet", "number", "played", "room", "telephone", "voice"]
pytestmark = [pytest.mark.timeout(240), pytest.mark.django_db(transaction=True)]
HELD = "w-held"


def test_a_call_waits_with_music_rings_is_answered_and_ends_in_wrap_up(
    room: Room, caller: Callers, telephone: Telephones, lines: Callable[[], dict[str, str]], agree: Callable[[], None]
) -> None:
    who = Customer.objects.create(name="Kari Nordmann")
    ContactPoint.objects.create(customer=who, kind="phone", value=THEIRS)
    robin = agent(capacity={"voice": 1}, available_at=None)
    with telephone.there(lifts_after=0.5) as phone, caller.calls(OURS, of=THEIRS, seconds=8) as calling:
        until(lambda: QueueEntry.objects.filter(state=EntryState.WAITING).exists())
        until(lambda: room.exchange.seen().music)
        assert call().recognition == Recognition.KNOWN
        actions.set_presence(agent=robin, state=Presence.AVAILABLE, by=robin, now=timezone.now())
        until(lambda: Offer.objects.filter(state=OfferState.ACCEPTED, agent=robin).exists())
        talk = f"t-{call().pk}"
        until(lambda: len(room.exchange.seen().bridges.get(talk, ())) == 2)
        assert set(lines().values()) == {"Up"}
        assert calling.wait(60) == 0, caller.errors()
        assert phone.wait(60) == 0
    until(lambda: call().ended_at)
    until(lambda: not lines())
    assert call().end_reason == EndReason.CUSTOMER
    until(lambda: not Leg.objects.filter(ended_at=None).exists())
    assert {(leg.kind, leg.cause, leg.estimated) for leg in Leg.objects.all()} == {
        (LegKind.CUSTOMER, 16, False),
        (LegKind.AGENT, 16, False),
    }
    talked = Segment.objects.get(kind=SegmentKind.AGENT)
    assert talked.wrapped_up_at is None
    assert talked.wrap_up_due_at
    until(lambda: talk not in room.exchange.seen().bridges)
    agree()


def test_who_hangs_up_while_waiting_has_abandoned_and_the_telephone_stops_ringing(
    room: Room, caller: Callers, telephone: Telephones, lines: Callable[[], dict[str, str]], agree: Callable[[], None]
) -> None:
    agent(capacity={"voice": 1}, available_at=timezone.now())
    with telephone.there(lifts_after=30), caller.calls(OURS, of="anonymous", seconds=6) as calling:
        until(lambda: "Ringing" in lines().values() or len(lines()) == 2)
        assert call().source == ""
        assert calling.wait(60) == 0, caller.errors()
        until(lambda: call().end_reason == EndReason.ABANDONED)
        until(lambda: not lines())
    assert Offer.objects.get().state == OfferState.WITHDRAWN
    agree()


def test_the_agent_lays_down_and_the_customer_is_not_left_in_silence(
    room: Room, caller: Callers, telephone: Telephones, lines: Callable[[], dict[str, str]], agree: Callable[[], None]
) -> None:
    agent(capacity={"voice": 1}, available_at=timezone.now())
    with telephone.there(ends=True) as phone, caller.calls(OURS, of=THEIRS, seconds=20):
        assert phone.wait(60) == 0, (telephone.folder / f"phone-{telephone.port}").read_text()
        until(lambda: call().end_reason == EndReason.AGENT)
        until(lambda: not lines())
    agree()


def test_two_calls_of_one_number_are_two_contacts(room: Room, caller: Callers, agree: Callable[[], None]) -> None:
    with caller.calls(OURS, of=THEIRS, seconds=6, at_once=2) as calling:
        until(lambda: Interaction.objects.filter(source=THEIRS, ended_at=None).count() == 2)
        assert calling.wait(60) == 0, caller.errors()
    until(lambda: not Interaction.objects.filter(ended_at=None).exists())
    agree()


def test_a_line_that_is_lost_ends_nothing_and_the_telephone_is_called_again(
    room: Room,
    caller: Callers,
    telephone: Telephones,
    address: Address,
    lines: Callable[[], dict[str, str]],
    agree: Callable[[], None],
) -> None:
    """The exchange says what a browser that died says: nothing, and the line is cleared for another reason."""
    agent(capacity={"voice": 1}, available_at=timezone.now())
    orders = address.orders("breaking", lines=1)
    with caller.calls(OURS, of=THEIRS, seconds=20) as calling:
        with telephone.there():
            until(lambda: Offer.objects.filter(state=OfferState.ACCEPTED).exists())
            talk = f"t-{call().pk}"
            until(lambda: len(room.exchange.seen().bridges.get(talk, ())) == 2)
            orders.ask("DELETE", path_of("channels", Leg.objects.get(kind=LegKind.AGENT).line), {"reason_code": 38})
        assert call().ended_at is None
        with telephone.there():
            until(lambda: len(room.exchange.seen().bridges.get(talk, ())) == 2)
            assert calling.wait(60) == 0, caller.errors()
    orders.close()
    until(lambda: call().end_reason == EndReason.CUSTOMER)
    assert Segment.objects.filter(kind=SegmentKind.AGENT).count() == 1
    agree()


def test_a_transfer_takes_the_caller_back_into_the_music_and_lays_down_the_first_telephone(
    room: Room, caller: Callers, telephone: Telephones, lines: Callable[[], dict[str, str]], agree: Callable[[], None]
) -> None:
    robin = agent(capacity={"voice": 1}, available_at=timezone.now())
    other = queue("second", ring_seconds=20)
    with telephone.there() as phone, caller.calls(OURS, of=THEIRS, seconds=10) as calling:
        until(lambda: len(room.exchange.seen().bridges.get(f"t-{call().pk}", ())) == 2)
        actions.transfer(interaction=call(), by=robin, to_queue=other, now=timezone.now())
        assert phone.wait(60) == 0
        until(lambda: call().thread in room.exchange.seen().bridges.get(f"w-{other.pk}", ()))
        assert calling.wait(60) == 0, caller.errors()
    until(lambda: call().end_reason == EndReason.ABANDONED)
    agree()


def test_who_went_while_the_room_was_gone_is_found_gone_and_who_came_is_found_there(
    address: Address, number: ChannelAccount, caller: Callers, telephone: Telephones, agree: Callable[[], None]
) -> None:
    with room_for(address, telephone) as room, caller.calls(OURS, of=THEIRS, seconds=6) as calling:
        until(lambda: call().thread in room.exchange.seen().bridges.get(f"w-{waits_in(call()).pk}", ()))
        gone = call()
        room.stop.set()
        assert calling.wait(60) == 0, caller.errors()
    assert Leg.objects.get(interaction=gone).ended_at is None
    with room_for(address, telephone):
        until(lambda: Interaction.objects.get(pk=gone.pk).end_reason == EndReason.ABANDONED)
        assert Leg.objects.get(interaction=gone).estimated
    agree()


def test_a_room_that_stands_by_asks_for_nothing(
    address: Address,
    number: ChannelAccount,
    room: Room,
    caller: Callers,
    telephone: Telephones,
    agree: Callable[[], None],
) -> None:
    """It sees nothing of the exchange, so to it every phone would still have to ring."""
    with room_for(address, telephone, leads=False) as second, caller.calls(OURS, of=THEIRS, seconds=4) as calling:
        until(lambda: call().thread in room.exchange.seen().bridges.get(f"w-{waits_in(call()).pk}", ()))
        second.look_at(call().pk)
        agent(capacity={"voice": 1}, available_at=timezone.now())
        assert calling.wait(60) == 0, caller.errors()
    assert second.exchange.seen() == Seen()
    until(lambda: call().ended_at)
    agree()


def test_who_is_held_hears_music_and_is_talked_to_again(
    room: Room, caller: Callers, telephone: Telephones, agree: Callable[[], None]
) -> None:
    robin = agent(capacity={"voice": 1}, available_at=timezone.now())
    with telephone.there() as phone, caller.calls(OURS, of=THEIRS, seconds=10) as calling:
        talk = talks_in(room)
        interactions.hold(interaction=call(), by=robin, now=timezone.now())
        until(lambda: call().thread in room.exchange.seen().bridges.get(HELD, ()))
        interactions.unhold(interaction=call(), by=robin, now=timezone.now())
        until(lambda: len(room.exchange.seen().bridges.get(talk, ())) == 2)
        assert calling.wait(60) == 0, caller.errors()
        assert phone.wait(60) == 0
    agree()


def test_a_telephone_that_is_busy_declines_and_the_caller_waits_on(
    room: Room, caller: Callers, telephone: Telephones, agree: Callable[[], None]
) -> None:
    agent(capacity={"voice": 1}, available_at=timezone.now())
    with telephone.there(does="busy"), caller.calls(OURS, of=THEIRS, seconds=6) as calling:
        until(lambda: Offer.objects.filter(state=OfferState.DECLINED).exists())
        assert call().thread in room.exchange.seen().bridges[f"w-{waits_in(call()).pk}"]
        assert calling.wait(60) == 0, caller.errors()
    agree()


def test_a_telephone_that_nobody_lifts_stops_and_the_caller_waits_on(
    room: Room, caller: Callers, telephone: Telephones, agree: Callable[[], None]
) -> None:
    Queue.objects.update(ring_seconds=3)
    agent(capacity={"voice": 1}, available_at=timezone.now())
    with telephone.there(lifts_after=60), caller.calls(OURS, of=THEIRS, seconds=10) as calling:
        until(lambda: Offer.objects.filter(state=OfferState.EXPIRED).exists())
        until(lambda: Leg.objects.filter(kind=LegKind.AGENT, ended_at__isnull=False).exists())
        assert call().ended_at is None
        assert calling.wait(60) == 0, caller.errors()
    agree()


def test_a_talk_goes_on_while_the_room_is_gone_and_is_found_as_it_was(
    address: Address, number: ChannelAccount, caller: Callers, telephone: Telephones, agree: Callable[[], None]
) -> None:
    agent(capacity={"voice": 1}, available_at=timezone.now())
    with telephone.there() as phone, caller.calls(OURS, of=THEIRS, seconds=14) as calling:
        with room_for(address, telephone) as room:
            talk = talks_in(room)
        with room_for(address, telephone) as again:
            until(lambda: len(again.exchange.seen().bridges.get(talk, ())) == 2)
            again.look_at(call().pk)
            assert calling.wait(60) == 0, caller.errors()
            assert phone.wait(60) == 0
            agree()
