"""Recordings as rows: who may hear them, that they were heard, how long they are kept, and cards that are keyed in."""

import io
import wave
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from fanal.agents.models import Agent
from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.events.models import Event
from fanal.intake import leaving
from fanal.interactions import actions, files
from fanal.interactions.models import (
    Hearing,
    Interaction,
    Keying,
    KeyingEnd,
    RecordedCall,
    Recording,
    RecordingState,
)
from fanal.interactions.rules import recording as rules
from fanal.routing import actions as routing
from fanal.routing.models import EntryState, QueueEntry
from tests.people import an_agent
from tests.routing_world import queue

pytestmark = pytest.mark.django_db
NOW = timezone.now()
CARD = "4111111111111111"


def sound(seconds: float = 1.5) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(8000)
        written.writeframes(b"\x00\x10" * int(8000 * seconds))
    return file.getvalue()


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def number() -> ChannelAccount:
    line = queue("calls")
    given: dict[str, Any] = {"queue": line.code, "region": "NO", "recording": {"policy": "announced", "days": 30}}
    return ChannelAccount.objects.create(
        kind=ChannelKind.VOICE, code="phone", name="Phone", address="+4780012345", settings=given
    )


@pytest.fixture
def robin() -> Agent:
    return an_agent()


@pytest.fixture
def talk(number: ChannelAccount, robin: Agent) -> Interaction:
    call = actions.start(account=number, source="+4722334455", thread="line-1", now=NOW)
    actions.give_to_agent(interaction=call, agent=robin, now=NOW)
    return call


@pytest.fixture
def part(talk: Interaction) -> Recording:
    head = actions.decide_recording(interaction=talk, policy=rules.policy_of(talk.account.settings))
    return actions.want_talk(call=head, now=NOW)


def kept(recording: Recording, content: bytes | None = None) -> Recording:
    actions.note_recording(name=recording.name, now=NOW)
    actions.end_recording(name=recording.name, now=NOW + timedelta(seconds=3))
    actions.keep_recording(name=recording.name, content=content or sound(), now=NOW + timedelta(seconds=4))
    recording.refresh_from_db()
    return recording


def close(answer: Any) -> None:
    """The file alone: a whole answer that is closed closes the connection of the test as well."""
    for closes in answer._resource_closers:
        closes()


def at_desk(agent: Agent) -> Client:
    client = Client()
    client.force_login(agent, backend="fanal.desk.accounts.backend.AgentBackend")
    return client


def test_a_talk_is_heard_by_those_with_the_right_and_each_time_is_a_fact(part: Recording, robin: Agent) -> None:
    kept(part)
    supervisor = an_agent("supervisor")
    address = f"/recordings/{part.pk}/sound/"
    assert at_desk(robin).get(address).status_code == 404
    answer = at_desk(supervisor).get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "audio/wav")
    assert b"".join(answer.streaming_content) == sound()
    close(answer)
    assert list(Hearing.objects.values_list("by", "recording")) == [(supervisor.pk, part.pk)]
    told = Event.objects.get(kind="recording.heard")
    assert told.data["recording"] == part.pk


def test_a_message_is_heard_by_whoever_works_and_sees_its_contact(number: ChannelAccount, robin: Agent) -> None:
    other, contact = an_agent(), left(number)
    actions.give_to_agent(interaction=contact, agent=robin, now=NOW)
    recording = kept_of(contact)
    answer = at_desk(robin).get(f"/recordings/{recording.pk}/sound/")
    assert b"".join(answer.streaming_content) == sound()
    close(answer)
    assert at_desk(other).get(f"/recordings/{recording.pk}/sound/").status_code == 404


def test_the_sound_goes_when_its_days_are_over_and_the_row_says_so(part: Recording) -> None:
    found = kept(part)
    path = files.path_of(found.sha256)
    assert found.keep_until
    assert actions.remove_old_recordings(now=found.keep_until - timedelta(seconds=1)) == 0
    assert path.exists()
    assert actions.remove_old_recordings(now=found.keep_until) == 1
    found.refresh_from_db()
    assert not path.exists()
    assert (found.state, bool(found.removed_at), found.days) == (RecordingState.FETCHED, True, 30)
    assert actions.remove_old_recordings(now=found.keep_until + timedelta(days=1)) == 0
    assert at_desk(an_agent("supervisor")).get(f"/recordings/{found.pk}/sound/").status_code == 404


def test_the_same_sound_of_another_recording_stays(part: Recording, talk: Interaction) -> None:
    first = kept(part)
    Recording.objects.filter(pk=first.pk).update(days=1, keep_until=NOW)
    second = kept(actions.want_talk(call=RecordedCall.objects.get(interaction=talk), now=NOW))
    actions.remove_old_recordings(now=NOW + timedelta(seconds=1))
    assert files.path_of(second.sha256).exists()


def test_what_is_no_sound_is_not_kept(part: Recording) -> None:
    actions.note_recording(name=part.name, now=NOW)
    actions.end_recording(name=part.name, now=NOW)
    for content in (b"", b"<html>no such file</html>", b"RIFF....WAVEnothing"):
        with pytest.raises(ValueError, match=r"file_|no sound"):
            actions.keep_recording(name=part.name, content=content, now=NOW)
    part.refresh_from_db()
    assert part.state == RecordingState.STOPPED


def test_who_pauses_goes_on_a_moment_later_and_twice_is_once(part: Recording, talk: Interaction, robin: Agent) -> None:
    for _ in range(2):
        actions.pause_recording(interaction=talk, by=robin, now=NOW)
    head = RecordedCall.objects.get(interaction=talk)
    assert (head.paused_by, Event.objects.filter(kind="recording.paused").count()) == (robin, 1)
    for _ in range(2):
        actions.resume_recording(interaction=talk, by=robin, now=NOW)
    head.refresh_from_db()
    heard = rules.Heard(policy="announced", told=True, quiet_until=head.quiet_until)
    assert rules.pause(heard, now=NOW + timedelta(seconds=0.1)) == rules.SECRET
    assert rules.pause(heard, now=NOW + timedelta(seconds=0.31)) == ""


@pytest.mark.parametrize(
    ("policy", "told", "agreed", "objected", "may"),
    [
        ("off", True, True, False, False),
        ("announced", False, False, False, False),
        ("announced", True, False, False, True),
        ("announced", True, False, True, False),
        ("consent", True, False, False, False),
        ("consent", False, True, False, False),
        ("consent", True, True, False, True),
        ("consent", True, True, True, False),
        ("something else", True, True, False, False),
    ],
)
def test_whether_it_may_be_recorded(policy: str, told: bool, agreed: bool, objected: bool, may: bool) -> None:
    assert rules.may(rules.Heard(policy=policy, told=told, agreed=agreed, objected=objected)) is may


def test_a_queue_may_say_otherwise_than_the_number() -> None:
    said = {"recording": {"policy": "announced", "days": 7, "message_days": "soon"}}
    assert rules.policy_of(said) == rules.Policy(policy="announced", days=7, message_days=rules.DAYS)
    assert rules.policy_of(said, of_queue="off").policy == "off"
    assert rules.policy_of({}).policy == rules.policy_of({"recording": "yes"}).policy == "off"


def test_of_a_card_only_the_hash_and_the_last_four_are_kept(talk: Interaction, robin: Agent) -> None:
    assert actions.take_card(interaction=talk, keyed=CARD, now=NOW) is None, "nobody asked"
    first = actions.ask_for_card(interaction=talk, by=robin, now=NOW)
    assert actions.ask_for_card(interaction=talk, by=robin, now=NOW) == first
    assert actions.take_card(interaction=talk, keyed="4111111111111112", now=NOW) == KeyingEnd.UNFIT
    actions.ask_for_card(interaction=talk, by=robin, now=NOW)
    assert actions.take_card(interaction=talk, keyed=CARD, now=NOW) == KeyingEnd.TAKEN
    talk.refresh_from_db()
    assert talk.given["card_last_four"] == CARD[-4:]
    actions.ask_for_card(interaction=talk, by=robin, now=NOW)
    routing.finish_talk(interaction=talk, by=robin, now=NOW)
    assert Keying.objects.latest("pk").how == KeyingEnd.OVER
    everything = str([list(model._default_manager.values()) for model in apps.get_models()])
    assert CARD[:12] not in everything
    assert "411111111111111" not in everything


def left(number: ChannelAccount, spoken: float | None = 3) -> Interaction:
    """A message that somebody left; else the call in which they said nothing."""
    call = actions.start(account=number, source="+4722334455", thread="line-2", now=NOW)
    wanted = actions.want_message(interaction=call, queue="", longest=60, silence=5, days=90, now=NOW)
    assert wanted
    actions.note_recording(name=wanted.name, now=NOW)
    row = actions.end_recording(name=wanted.name, seconds=4, spoken=spoken, now=NOW)
    assert row
    return leaving.recorded(recording=row, now=NOW) or call


def kept_of(contact: Interaction) -> Recording:
    recording = Recording.objects.get(left_as=contact)
    actions.keep_recording(name=recording.name, content=sound(), now=NOW)
    recording.refresh_from_db()
    return recording


def test_a_message_is_work_once_and_one_in_which_nobody_speaks_is_none(number: ChannelAccount) -> None:
    contact = left(number)
    recording = Recording.objects.get(left_as=contact)
    assert leaving.recorded(recording=recording, now=NOW) == contact
    assert QueueEntry.objects.get(interaction=contact).state == EntryState.WAITING
    silent = left(number, spoken=0)
    assert silent.channel == ChannelKind.VOICE
    assert Recording.objects.get(interaction=silent).left_as is None
    assert QueueEntry.objects.count() == 1


def test_what_could_not_be_recorded_is_kept_as_a_case(number: ChannelAccount) -> None:
    call = actions.start(account=number, source="+4722334455", thread="line-3", now=NOW)
    wanted = actions.want_message(interaction=call, queue="", longest=60, silence=5, days=90, now=NOW)
    assert wanted
    actions.note_recording(name=wanted.name, now=NOW)
    row = actions.end_recording(name=wanted.name, failed="no space left", now=NOW)
    assert row
    assert leaving.recorded(recording=row, now=NOW) is None
    assert QueueEntry.objects.get().case
