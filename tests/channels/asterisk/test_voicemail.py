"""Callers who leave a message, on a real Asterisk: what they said is in the file, and the file is work for a queue."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from django.utils import timezone

from fanal.channels.asterisk.ari import Address, Orders, path_of
from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.customers.models import ContactPoint, Customer
from fanal.intake.voice.room import Room
from fanal.interactions import files
from fanal.interactions.models import EndReason, Interaction, Recording, RecordingState
from fanal.routing.models import EntryState, Offer, OfferState, QueueEntry
from tests import servers
from tests.channels.asterisk.phones import Caller, Telephone
from tests.channels.asterisk.test_room import (
    OURS,
    THEIRS,
    a_flow,
    call,
    nobody_calls_yet,
    number,
    room,
    room_for,
    telephone,
)
from tests.channels.asterisk.voices import says, seconds_of
from tests.routing_world import agent, queue

__all__ = ["nobody_calls_yet", "number", "room", "telephone"]
pytestmark = [pytest.mark.timeout(240), pytest.mark.django_db(transaction=True)]
until = partial(servers.until, seconds=60)
VOICE = 1000.0


@pytest.fixture
def voice(tmp_path: Path) -> Path:
    return says(tmp_path / "caller.al", [VOICE] * 40)


@pytest.fixture
def leaves(number: ChannelAccount) -> ChannelAccount:
    """A number at which one leaves a message at once, for its own queue."""
    messages = queue("messages")
    a_flow(number, leave={"kind": "voicemail", "queue": messages.code, "prompt": "Speak after the tone.", "silence": 2})
    return number


@pytest.fixture
def orders(address: Address) -> Iterator[Orders]:
    own = Orders(address, "tests-messages", lines=1)
    for one in own.ask("GET", path_of("recordings", "stored")):
        own.ask("DELETE", path_of("recordings", "stored", one["name"]))
    yield own
    own.close()


def test_a_message_is_recorded_fetched_deleted_there_and_waits_for_an_agent(
    leaves: ChannelAccount, orders: Orders, room: Room, caller: Caller, voice: Path
) -> None:
    who = Customer.objects.create(name="Kari Nordmann")
    ContactPoint.objects.create(customer=who, kind="phone", value=THEIRS)
    with caller.calls(OURS, of=THEIRS, seconds=10, says=voice) as calling:
        until(lambda: Recording.objects.filter(state=RecordingState.RECORDING).exists())
        assert calling.wait(60) == 0, caller.errors()
    until(lambda: Recording.objects.filter(state=RecordingState.FETCHED, cleared_at__isnull=False).exists())
    found = Recording.objects.get()
    assert seconds_of(files.path_of(found.sha256), VOICE) > 2
    assert orders.ask("GET", path_of("recordings", "stored")) == []
    assert found.interaction.end_reason == EndReason.MESSAGE
    work = found.left_as
    assert work
    assert (work.channel, work.source, work.customer) == (ChannelKind.VOICEMAIL, THEIRS, who)
    assert QueueEntry.objects.get(interaction=work).queue.code == "messages"
    robin = agent(capacity={"voice": 1}, available_at=timezone.now())
    until(lambda: Offer.objects.filter(agent=robin, state=OfferState.OPEN, entry__interaction=work).exists())


def test_the_key_ends_it_and_so_does_silence(
    leaves: ChannelAccount, room: Room, caller: Caller, tmp_path: Path
) -> None:
    with caller.calls(OURS, of=THEIRS, seconds=20, keys="        #", says=says(tmp_path / "on.al", [VOICE] * 40)):
        until(lambda: Recording.objects.exclude(left_as=None).exists())
    assert Recording.objects.get().interaction.end_reason == EndReason.MESSAGE
    quiet = says(tmp_path / "quiet.al", [VOICE] * 8 + [0] * 60)
    with caller.calls(OURS, of=THEIRS, seconds=30, says=quiet):
        until(lambda: Interaction.objects.filter(channel="voice", end_reason=EndReason.MESSAGE).count() == 2)
    assert Recording.objects.exclude(left_as=None).count() == 2


def test_who_hangs_up_at_once_has_left_nothing_that_would_be_work(
    leaves: ChannelAccount, room: Room, caller: Caller, tmp_path: Path
) -> None:
    nothing = says(tmp_path / "nothing.al", [0] * 30)
    with caller.calls(OURS, of=THEIRS, seconds=1.5, says=nothing) as calling:
        assert calling.wait(60) == 0, caller.errors()
    until(lambda: call().ended_at)
    until(lambda: not Recording.objects.filter(state__in=["wanted", "recording", "stopped"]).exists())
    assert not QueueEntry.objects.exists()
    assert Recording.objects.get().left_as is None


def test_whoever_left_a_message_while_the_room_was_gone_is_heard_all_the_same(
    address: Address, leaves: ChannelAccount, orders: Orders, caller: Caller, telephone: Telephone, voice: Path
) -> None:
    with (
        room_for(address, telephone) as room,
        caller.calls(OURS, of=THEIRS, seconds=12, says=voice) as calling,
    ):
        until(lambda: Recording.objects.filter(state=RecordingState.RECORDING).exists())
        room.stop.set()
        assert calling.wait(60) == 0, caller.errors()
    assert Recording.objects.get().state == RecordingState.RECORDING
    with room_for(address, telephone):
        until(lambda: Recording.objects.filter(state=RecordingState.FETCHED, cleared_at__isnull=False).exists())
    found = Recording.objects.get()
    assert seconds_of(files.path_of(found.sha256), VOICE) > 2
    assert found.left_as
    assert QueueEntry.objects.get(interaction=found.left_as).state == EntryState.WAITING
