"""What was said as rows: who reads it, what is hidden, how long it stays, and what is missing is said."""

from datetime import timedelta

import pytest
from django.utils import timezone

from fanal.agents.models import Agent
from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.channels.speech.opening import is_for, opened, sealed_key
from fanal.desk.workplace.lines import lines_of
from fanal.events.models import Event
from fanal.intake.voice.transcribing import sides_of
from fanal.interactions import actions
from fanal.interactions.models import (
    InCall,
    Interaction,
    Participation,
    RecordedCall,
    SpeechService,
    Spoken,
    Unheard,
)
from fanal.interactions.rules import recording as rules
from fanal.running.doctor import calls as doctor
from tests.people import an_agent
from tests.routing_world import queue

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def robin() -> Agent:
    return an_agent()


@pytest.fixture
def talk(robin: Agent) -> Interaction:
    number = ChannelAccount.objects.create(
        kind=ChannelKind.VOICE, code="phone", name="Phone", address="+4780012345",
        settings={
            "queue": queue("calls").code, "recording": {"policy": "announced", "days": 30, "transcribed": True},
        },
    )  # fmt: skip
    call = actions.start(account=number, source="+4722334455", thread="line-1", now=NOW)
    actions.give_to_agent(interaction=call, agent=robin, now=NOW)
    actions.decide_recording(interaction=call, policy=rules.policy_of(number.settings))
    actions.announced_recording(interaction=call, now=NOW)
    return call


def says(call: Interaction, key: str, text: str, *, side: str = "in", final: bool = True, after: float = 0) -> None:
    at = NOW + timedelta(seconds=after)
    actions.note_spoken(interaction=call, key=key, side=side, text=text, at=at, final=final, now=at)


def test_a_sentence_grows_and_once_it_is_finished_nothing_changes_it(talk: Interaction) -> None:
    says(talk, "1", "my parcel", final=False)
    says(talk, "1", "my parcel has not come", final=False, after=1)
    says(talk, "1", "My parcel has not come.", after=2)
    says(talk, "1", "late nonsense", final=False, after=3)
    row = Spoken.objects.get()
    assert (row.text, row.at, row.ended_at) == ("My parcel has not come.", NOW, NOW + timedelta(seconds=2))
    told = Event.objects.get(kind="transcript.said")
    assert set(told.data) == {"interaction", "spoken", "side"}, "ids only"


def test_what_one_agent_says_has_their_name_and_what_several_may_have_said_has_none(
    talk: Interaction, robin: Agent
) -> None:
    says(talk, "1", "Good morning.", side="out")
    began = {"began_at": NOW, "joined_at": NOW, "by": robin}
    Participation.objects.create(interaction=talk, agent=an_agent(), how=InCall.TOGETHER, **began)
    says(talk, "2", "Hello from us both.", side="out", after=1)
    assert Spoken.objects.get(key="2").agent_id is None
    assert Spoken.objects.get(key="1").agent_id == robin.pk


def test_a_card_that_is_said_in_pieces_is_hidden_in_all_of_them(talk: Interaction) -> None:
    for at, part in enumerate(("four one one one", "one one one one", "one one one one", "one one one one")):
        says(talk, str(at), part, after=3 * at)
    says(talk, "them", "twelve euros", side="out", after=4)
    says(talk, "more", "one one one", after=13)
    assert set(Spoken.objects.filter(side="in").values_list("text", flat=True)) == {"••••"}
    assert Spoken.objects.get(side="out").text == "twelve euros"


def test_whoever_talks_reads_it_until_they_have_wrapped_up_and_others_need_the_right(
    talk: Interaction, robin: Agent
) -> None:
    says(talk, "1", "Hello.")
    supervisor = an_agent("supervisor")
    assert [Spoken.objects.read_by(one).count() for one in (robin, supervisor, an_agent())] == [1, 1, 0]
    actions.end_talk(interaction=talk, reason="customer", now=NOW)
    [segment] = talk.segments.filter(agent=robin)
    actions.complete_wrap_up(segment=segment, by=robin, now=NOW)
    assert [Spoken.objects.read_by(one).count() for one in (robin, supervisor)] == [0, 1]
    assert not [line for line in lines_of(talk, agent=robin) if line.kind == "spoken"]


def test_words_go_with_the_recordings_days_and_that_something_was_said_stays(talk: Interaction) -> None:
    says(talk, "1", "Hello.")
    assert actions.remove_old_transcripts(now=NOW + timedelta(days=29)) == 0
    assert actions.remove_old_transcripts(now=NOW + timedelta(days=30, seconds=1)) == 1
    row = Spoken.objects.get()
    assert (row.text, bool(row.removed_at)) == ("", True)
    assert Event.objects.filter(kind="transcript.removed").count() == 1
    assert [line.kind for line in lines_of(talk, agent=an_agent("supervisor"))][-1] == "unspoken"


def test_what_is_missing_is_said_once_and_from_when_to_when(talk: Interaction, robin: Agent) -> None:
    actions.note_unheard(interaction=talk, why="away", now=NOW)
    actions.note_unheard(interaction=talk, why="slow", now=NOW)
    actions.note_heard_again(interaction=talk, now=NOW + timedelta(minutes=1))
    [gap] = Unheard.objects.all()
    assert (gap.why, gap.ended_at) == ("away", NOW + timedelta(minutes=1))
    [line] = [line for line in lines_of(talk, agent=robin) if line.kind == "unheard"]
    assert line.label == "the speech service does not answer"


def test_sentences_of_a_process_that_died_are_finished(talk: Interaction) -> None:
    says(talk, "1", "and then", final=False)
    assert actions.end_spoken_left(now=NOW + timedelta(seconds=30)) == 0
    assert actions.end_spoken_left(now=NOW + timedelta(minutes=2)) == 1
    assert Spoken.objects.get().text == "and then"


def test_both_sides_may_be_heard_while_a_recording_may_run_and_not_otherwise(talk: Interaction, robin: Agent) -> None:
    def heard(*, held: bool = False) -> list[str]:
        return [side.spies for side in sides_of(talk, beside="n-1-", held=held, now=timezone.now())]

    assert heard() == [], "nobody is there to write it down"
    SpeechService.objects.create(code="ears", name="Ears", address="wss://ears.example")
    assert heard() == ["in", "out"]
    assert heard(held=True) == []
    actions.pause_recording(interaction=talk, by=robin, now=NOW)
    assert heard() == []
    actions.resume_recording(interaction=talk, by=robin, now=NOW - timedelta(seconds=1))
    assert heard() == ["in", "out"]
    actions.ask_for_card(interaction=talk, by=robin, now=NOW)
    assert heard() == []
    actions.stop_asking(interaction=talk, by=robin, now=NOW - timedelta(seconds=1))
    assert heard() == ["in", "out"]
    actions.object_to_recording(interaction=talk, by=robin, now=NOW)
    assert heard() == []


@pytest.mark.parametrize(
    ("number", "of_queue", "written"),
    [(True, "", True), (True, "off", False), (False, "on", True), (False, "", False), ("yes", "", False)],
)
def test_the_queue_says_it_before_the_number(number: object, of_queue: str, written: bool) -> None:
    settings = {"recording": {"policy": "announced", "transcribed": number}}
    assert rules.policy_of(settings, written=of_queue).transcribed is written


def test_the_service_of_the_language_comes_before_the_one_of_all() -> None:
    for code, language in (("all", ""), ("french", "fr"), ("off", "ru")):
        SpeechService.objects.create(
            code=code, name=code, address="wss://a.example", language=language, active=code != "off"
        )
    found = [actions.speech_service_for(language) for language in ("fr", "fr-CA", "ru", "")]
    assert [one and one.code for one in found] == ["french", "french", "all", "all"]


def test_a_key_is_for_its_address_alone() -> None:
    sealed = sealed_key("theirs", address="wss://ears.example/a")
    assert "theirs" not in str(sealed)
    assert opened("wss://ears.example/b", sealed).key == "theirs"  # type: ignore[attr-defined]
    assert opened("wss://elsewhere.example/a", sealed).key == ""  # type: ignore[attr-defined]
    assert is_for(sealed, "wss://ears.example/b")
    assert not is_for(sealed, "wss://elsewhere.example/")


def test_nothing_is_kept_of_a_call_that_nobody_wants_written_down(talk: Interaction) -> None:
    RecordedCall.objects.update(transcribed=False)
    says(talk, "1", "Hello.")
    assert not Spoken.objects.exists()


def test_the_doctor_says_what_is_missing(talk: Interaction) -> None:
    def said() -> list[str]:
        return [finding.what for finding in doctor.transcripts()]

    assert said() == ["wanted, and no speech service is set up"]
    SpeechService.objects.create(code="ears", name="Ears", address="wss://ears.example")
    assert said() == ["by 1 speech service"]
    actions.note_unheard(interaction=talk, why="slow", now=timezone.now())
    assert said() == ["1 gaps since yesterday: slow"]
    ChannelAccount.objects.update(active=False)
    assert said() == []
