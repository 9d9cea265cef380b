"""The running matcher: woken by what happens, timed by what is due, and harmless when it was stopped in between."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import psycopg
import pytest
from django.db import connection
from routing_world import after, agent, match, queue, skill, waiting

from fanal.agents.models import Presence
from fanal.environment import ROOT
from fanal.events.actions import publish
from fanal.routing import acd, actions, configuration, matching, messages, reading
from fanal.routing.models import AgentLoad, EntryState, Offer, OfferState, QueueEntry
from fanal.routing.rules import assign

pytestmark = pytest.mark.django_db(transaction=True)


def now():
    return datetime.now(UTC)


def eventually(check, *, within=5.0):
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if found := check():
            return found
        time.sleep(0.01)
    raise AssertionError("It did not happen.")


@contextmanager
def running(matchers=1):
    stop = threading.Event()
    problems = []

    def one():
        try:
            acd.run(stop)
        except Exception as problem:
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(matchers)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        with connection.cursor() as cursor:
            cursor.execute("NOTIFY fanal_routing")
        for thread in threads:
            thread.join(timeout=10)
        assert not problems
        assert not any(thread.is_alive() for thread in threads)


def test_an_arrival_is_offered_at_once_and_when_nobody_answers_to_the_next():
    line = queue(ring_seconds=1)
    first, second = agent("First", available_at=now()), agent("Second", available_at=now())
    with running():
        time.sleep(0.3)
        entry = waiting(line, now=now())
        offer = eventually(lambda: Offer.objects.filter(entry=entry).first(), within=1)
        assert offer.agent == first
        eventually(lambda: Offer.objects.filter(entry=entry, agent=second, state=OfferState.OPEN).first(), within=3)
    assert first.states.get(ended_at=None).state == Presence.NOT_ANSWERING


def test_a_matcher_hears_of_new_skills_while_it_runs():
    line, learner = queue(skills={"loans": 1}), agent(available_at=now())
    with running():
        entry = waiting(line, now=now())
        time.sleep(0.2)
        assert not Offer.objects.exists()
        learner.skills.create(skill=skill("loans"), level=2)
        publish(kind="config.changed", data={"what": "skills"}, now=now())
        actions.set_presence(agent=learner, state=Presence.BREAK, by=None, now=now())
        time.sleep(0.3)
        actions.set_presence(agent=learner, state=Presence.AVAILABLE, by=None, now=now())
        eventually(lambda: Offer.objects.filter(entry=entry).first())


def test_two_matchers_offer_each_entry_once_and_ring_each_agent_once():
    lines = [queue() for _ in range(3)]
    people = [agent(available_at=None) for _ in range(12)]
    entries = [waiting(lines[number % 3], now=now()) for number in range(30)]
    with running(matchers=2):
        for person in people:
            actions.set_presence(agent=person, state=Presence.AVAILABLE, by=None, now=now())
        eventually(lambda: Offer.objects.filter(state=OfferState.OPEN).count() == len(people))
        time.sleep(0.2)
    offers = list(Offer.objects.values_list("entry_id", "agent_id"))
    assert len(offers) == len({entry for entry, _ in offers}) == len({person for _, person in offers}) == 12
    assert QueueEntry.objects.filter(state=EntryState.WAITING).count() == len(entries) - 12


def test_every_stored_decision_is_what_the_rule_says_of_the_state_it_was_made_from():
    """One matcher goes on with what it knows, while loads and entries change in between."""
    lines = [queue() for _ in range(3)]
    people = [agent(available_at=after(-number)) for number in range(6)]
    seen = {}
    with acd.connect() as hot:
        known = configuration.read()
        for turn in range(4):
            moment = after(10 * turn)
            for number in range(5):
                waiting(lines[number % 3], now=moment, priority=1 + number % 3)

            def remember(state, decision):
                seen[decision.agent, decision.entry] = assign(state).as_json()

            matching.match_entries(hot, known, now=moment, record=remember)
            matching.match_agents(hot, known, now=moment, record=remember)
            for offer in Offer.objects.filter(state=OfferState.OPEN).order_by("id")[:3]:
                actions.decline(offer_id=offer.pk, agent=offer.agent, now=after(10 * turn + 1))
            for person in people:
                actions.set_presence(agent=person, state=Presence.AVAILABLE, by=None, now=after(10 * turn + 2))
    stored = Offer.objects.values_list("agent_id", "entry_id", "decision")
    assert len(stored) >= 8
    assert {(who, entry): decision for who, entry, decision in stored} == {
        pair: seen[pair] for pair in {(who, entry) for who, entry, _ in stored}
    }


def test_a_load_is_read_again_when_it_changed_and_only_then():
    someone = agent(available_at=after(0))
    with acd.connect() as hot:
        known = configuration.read()
        first = reading.current_loads(hot, known, [someone.pk])[someone.pk]
        assert reading.current_loads(hot, known, [someone.pk])[someone.pk].facts is first.facts
        actions.set_presence(agent=someone, state=Presence.BREAK, by=None, now=after(1))
        assert not reading.current_loads(hot, known, [someone.pk])[someone.pk].facts.available


def test_a_matcher_that_stood_still_is_cut_off_and_its_late_write_is_refused(monkeypatch):
    """Stopped between its read and its write for longer than its lease, while another one matches."""
    monkeypatch.setattr(acd, "LEASE", "200ms")
    line, someone = queue(), agent(available_at=after(0))
    waiting(line, now=after(1))
    stopped = acd.connect()
    known = configuration.read()

    def stand_still(state, decision):
        time.sleep(0.6)
        assert len(match(after(2))) == 1

    with pytest.raises(psycopg.errors.IdleInTransactionSessionTimeout):
        matching.match_agents(stopped, known, now=after(2), record=stand_still)
    assert stopped.closed
    assert Offer.objects.count() == 1
    assert AgentLoad.objects.get(agent=someone).ringing == 1


def test_a_late_write_with_an_old_version_changes_nothing():
    """The second guard, should a claim's locks ever be gone: versions are a fence."""
    line, _ = queue(), agent(available_at=after(0))
    waiting(line, now=after(1))
    with acd.connect() as late:
        known = configuration.read()
        (load,) = reading.loads(messages.begin(late, "claim_agents", after(2), 1), known.profiles)
        (entry,) = reading.entries(messages.begin(late, "claim_entries", after(2), 1))
        messages.undo(late)
        state = matching._state_of_freed(known, load, [entry.facts], after(2))
        pick = matching.Pick(entry=entry, load=load, decision=matching.assign(state))
        assert len(match(after(2))) == 1
        made, *_ = matching._write(late, known, [pick], after(2) + timedelta(seconds=30))
        assert not made
    assert Offer.objects.count() == 1


@pytest.mark.parametrize("frozen_for", [3, 30])
def test_of_two_processes_one_is_frozen_and_continued_and_its_late_writes_are_refused(frozen_for):
    """Longer than its lease of two seconds, and for half a minute, while the other one does the work."""
    line, someone = queue(ring_seconds=120), agent(available_at=now())
    entry = waiting(line, now=now())
    program = Path(__file__).with_name("stopping_matcher.py")
    command = [sys.executable, str(program), connection.settings_dict["NAME"]]
    frozen = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)})
    try:
        eventually(lambda: psutil.Process(frozen.pid).status() == psutil.STATUS_STOPPED, within=60)
        since = time.monotonic()
        with running():
            offer = eventually(lambda: Offer.objects.filter(entry=entry).first(), within=10)
            time.sleep(max(0.0, since + frozen_for - time.monotonic()))
            assert psutil.Process(frozen.pid).status() == psutil.STATUS_STOPPED
            os.kill(frozen.pid, signal.SIGCONT)
            time.sleep(1)
            assert Offer.objects.count() == 1
            assert AgentLoad.objects.get(agent=someone).ringing == 1
        # It works on, with what is new.
        another = agent(available_at=now())
        late = waiting(line, now=now())
        eventually(lambda: Offer.objects.filter(entry=late, agent=another).first(), within=10)
        assert Offer.objects.get(entry=entry) == offer
    finally:
        os.kill(frozen.pid, signal.SIGCONT)
        frozen.terminate()
        assert frozen.wait(timeout=20) == 0
