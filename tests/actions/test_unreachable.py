"""An agent's browser is gone in the middle of a talk: the customer does not wait for somebody who is not there."""

import pytest
from routing_world import after, agent, load, match, queue, state_of, talk, waiting

from fanal.agents.models import BreakReason, Presence
from fanal.events.models import Event
from fanal.interactions.models import Author
from fanal.routing import actions
from fanal.routing.models import EntryState, QueueEntry

pytestmark = pytest.mark.django_db(transaction=True)


def a_talk(line, *, language="en"):
    someone = agent("Adam")
    actions.heartbeat(agent=someone, now=after(0))
    running = talk(someone, line, now=after(0))
    running.language = language
    running.save(update_fields=["language"])
    return someone, running


def test_a_talk_goes_back_to_the_front_when_its_agent_stays_silent_longer_than_the_grace():
    line = queue(return_after_seconds=60)
    someone, running = a_talk(line)
    later = waiting(line, now=after(10))
    assert actions.return_talks(now=after(59)) == 0
    assert running.segments.filter(ended_at=None, agent=someone).exists()
    assert actions.return_talks(now=after(60)) == 1
    entry = running.queue_entries.get(state=EntryState.WAITING)
    assert entry.queue == line
    assert entry.position_at < later.position_at
    assert state_of(someone) == Presence.UNREACHABLE
    assert load(someone).open_work == {"webchat": 0}
    other = agent("Other", available_at=after(61))
    (offer,) = match(after(61))
    assert (offer.agent, offer.entry) == (other, entry)
    assert actions.return_talks(now=after(70)) == 0


def test_the_customer_is_told_in_their_language_and_the_supervisor_why():
    line = queue()
    _someone, running = a_talk(line, language="fr")
    actions.return_talks(now=after(61))
    said = running.messages.get(author=Author.SYSTEM)
    assert said.clearance is not None
    assert "file d’attente" in said.text or "file d'attente" in said.text
    entered = Event.objects.filter(kind="queue.entered", data__interaction=running.pk).latest("id")
    assert entered.data["reason"] == "unreachable"
    assert {"supervision", f"queue:{line.pk}", f"visitor:{running.source}"} <= set(entered.audience)


def test_nothing_happens_to_a_talk_whose_agent_is_back_within_the_grace():
    line = queue(return_after_seconds=120)
    someone, running = a_talk(line)
    assert actions.lose_unreachable(now=after(46)) == 1
    actions.heartbeat(agent=someone, now=after(100))
    assert state_of(someone) == Presence.AVAILABLE
    assert actions.return_talks(now=after(121)) == 0
    assert running.segments.filter(ended_at=None, agent=someone).exists()
    assert not running.messages.exists()


def test_an_agent_who_comes_back_late_has_their_own_talk_again_if_it_still_waits():
    line = queue()
    someone, running = a_talk(line)
    actions.return_talks(now=after(61))
    actions.heartbeat(agent=someone, now=after(80))
    agent("Quicker", available_at=after(80))
    (offer,) = match(after(80))
    assert (offer.agent, offer.entry.interaction) == (someone, running)


def test_who_was_on_a_break_comes_back_to_the_break():
    line = queue()
    someone, _running = a_talk(line)
    lunch = BreakReason.objects.create(code="lunch", name="Lunch")
    actions.set_presence(agent=someone, state=Presence.BREAK, reason=lunch, by=someone, now=after(5))
    actions.return_talks(now=after(61))
    actions.heartbeat(agent=someone, now=after(90))
    assert state_of(someone) == Presence.BREAK


def test_our_own_restart_counts_for_nobody_as_silence():
    line = queue()
    _someone, running = a_talk(line)
    assert actions.return_talks(listening_since=after(600), now=after(630)) == 0
    assert actions.return_talks(listening_since=after(600), now=after(661)) == 1
    assert QueueEntry.objects.filter(interaction=running, state=EntryState.WAITING).count() == 1


def test_a_queue_may_let_talks_stay_with_whoever_has_them():
    line = queue(return_after_seconds=0)
    _someone, _running = a_talk(line)
    assert actions.return_talks(now=after(3600)) == 0
