"""A contact under legal hold: its sound and its words outlive their days, and who did it and why is in the record."""

from datetime import timedelta

import pytest
from django.test import Client

from fanal.agents.models import Agent
from fanal.events.models import Event
from fanal.interactions import actions, files
from fanal.interactions.models import Interaction, LegalHold, Recording, RecordingState, Spoken, SpokenSide
from tests.actions.test_recordings import NOW, kept_of, left, number, own_files, part, robin, sound, talk
from tests.people import an_agent

__all__ = ["number", "own_files", "part", "robin", "talk"]
pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=4000)


def browser_of(agent: Agent) -> Client:
    client = Client()
    client.force_login(agent, backend="fanal.desk.accounts.backend.AgentBackend")
    return client


@pytest.fixture
def kept(part: Recording) -> Recording:
    actions.note_recording(name=part.name, now=NOW)
    actions.end_recording(name=part.name, seconds=2, spoken=2, now=NOW)
    row = actions.keep_recording(name=part.name, content=sound(), now=NOW)
    assert row
    Spoken.objects.create(
        interaction=row.interaction, key="s-1", side=SpokenSide.CUSTOMER, text="I want my money back.", at=NOW,
        ended_at=NOW, keep_until=NOW + timedelta(days=30),
    )  # fmt: skip
    return row


def what_is_left(recording: Recording) -> tuple[bool, bool, str]:
    """Once all days are over: whether the sound is there, by its row and its file, and the words."""
    actions.remove_old_recordings(now=LATER)
    actions.remove_old_transcripts(now=LATER)
    recording.refresh_from_db()
    there = files.path_of(recording.sha256).exists()
    return recording.removed_at is None, there, Spoken.objects.get().text


def test_what_is_held_outlives_its_days_and_goes_once_that_is_lifted(
    kept: Recording, talk: Interaction, robin: Agent
) -> None:
    first = actions.hold_for_law(interaction=talk, reason="Claim 17", by=robin, now=NOW)
    assert actions.hold_for_law(interaction=talk, reason="Again", by=robin, now=NOW) == first
    assert what_is_left(kept) == (True, True, "I want my money back.")
    assert actions.lift_hold(interaction=talk, reason="Settled", by=robin, now=LATER)
    assert actions.lift_hold(interaction=talk, reason="Settled", by=robin, now=LATER) is None
    assert what_is_left(kept) == (False, False, "")
    told = Event.objects.filter(kind__startswith="legal_hold.").order_by("pk")
    assert [(event.kind, event.data, event.by) for event in told] == [
        ("legal_hold.set", {"interaction": talk.pk, "legal_hold": first.pk}, robin.pk),
        ("legal_hold.lifted", {"interaction": talk.pk, "legal_hold": first.pk}, robin.pk),
    ]
    first.refresh_from_db()
    assert (first.reason, first.lifted_why, first.lifted_by) == ("Claim 17", "Settled", robin)


def test_without_a_hold_both_go_when_their_days_are_over(kept: Recording) -> None:
    assert what_is_left(kept) == (False, False, "")


def test_a_message_is_held_with_the_contact_that_it_became(number: object, robin: Agent) -> None:
    contact = left(number)  # type: ignore[arg-type]
    row = kept_of(contact)
    actions.hold_for_law(interaction=contact, reason="Threat", by=robin, now=NOW)
    assert actions.remove_old_recordings(now=LATER) == 0
    row.refresh_from_db()
    assert row.state == RecordingState.FETCHED


@pytest.mark.parametrize("reason", ["", "   \n "])
def test_nobody_holds_or_lifts_without_a_reason(reason: str, kept: Recording, talk: Interaction, robin: Agent) -> None:
    with pytest.raises(ValueError, match="Say why"):
        actions.hold_for_law(interaction=talk, reason=reason, by=robin, now=NOW)
    actions.hold_for_law(interaction=talk, reason="Claim 17", by=robin, now=NOW)
    with pytest.raises(ValueError, match="Say why"):
        actions.lift_hold(interaction=talk, reason=reason, by=robin, now=NOW)


def test_whose_role_may_hold_does_it_at_the_contact_and_everybody_who_sees_it_reads_why(
    kept: Recording, talk: Interaction
) -> None:
    sue, ann = an_agent("supervisor"), an_agent("administrator")
    address = f"/interactions/{talk.pk}/legal-hold/"
    assert browser_of(ann).get(address).status_code == 403
    assert browser_of(ann).post(address, {"reason": "Mine"}).status_code == 403
    assert not LegalHold.objects.exists()
    assert "Legal hold" in browser_of(sue).get(address).content.decode()
    assert browser_of(sue).post(address, {"reason": " "}).status_code == 409
    assert browser_of(sue).post(address, {"reason": "Claim 17"}).status_code == 200
    shown = browser_of(ann).get(f"/interactions/{talk.pk}/lines/").content.decode()
    assert "«Claim 17»" in shown
    assert address not in shown
    assert address in browser_of(sue).get(f"/interactions/{talk.pk}/lines/").content.decode()
    assert "Lift the legal hold" in browser_of(sue).get(address).content.decode()
    assert browser_of(sue).post(address, {"reason": "Settled", "lift": "1"}).status_code == 200
    assert "«Settled»" in browser_of(ann).get(f"/interactions/{talk.pk}/lines/").content.decode()
