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
from fanal.routing import acd, actions, configuration, everybody, matching, messages, reading
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


def listening():
    """How many matchers are told of what happens: from then on nothing is missed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE query = 'LISTEN fanal_events' AND datname = current_database()"
        )
        return cursor.fetchone()[0]


@contextmanager
def running(matchers=1):
    """So many matchers, from the moment in which all of them listen."""
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
        eventually(lambda: listening() == matchers)
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
        entry = waiting(line, now=now())
        offer = eventually(lambda: Offer.objects.filter(entry=entry).first(), within=1)
        assert offer.agent == first
        eventually(lambda: Offer.objects.filter(entry=entry, agent=second, state=OfferState.OPEN).first(), within=3)
    assert first.states.get(ended_at=None).state == Presence.NOT_ANSWERING


def test_whoever_learns_a_skill_gets_what_waits_for_it_while_matchers_run():
    line, learner = queue(skills={"loans": 1}), agent(available_at=now())
    with running(matchers=2):
        entry = waiting(line, now=now())
        eventually(lambda: not AgentLoad.objects.exclude(look_at=None).exists())
        eventually(lambda: not QueueEntry.objects.exclude(look_at=None).exists())
        assert not Offer.objects.exists()
        learner.skills.create(skill=skill("loans"), level=2)
        publish(kind="config.changed", data={"what": "skills"}, now=now())
        eventually(lambda: Offer.objects.filter(entry=entry, agent=learner).first())


def test_what_was_configured_while_no_matcher_ran_is_heard_of_by_the_next():
    line, learner = queue(skills={"loans": 1}), agent(available_at=now())
    entry = waiting(line, now=now())
    assert match(now()) == []
    learner.skills.create(skill=skill("loans"), level=2)
    publish(kind="config.changed", data={"what": "skills"}, now=now())
    with running():
        eventually(lambda: Offer.objects.filter(entry=entry, agent=learner).first())


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

            matching.match(hot, known, agents=0, now=moment, record=remember)
            matching.match(hot, known, entries=0, now=moment, record=remember)
            matching.match(hot, known, now=moment, record=remember)
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

        def look():
            matching.match(hot, known, now=after(0))
            return known.everybody.loads[someone.pk].facts

        first = look()
        assert look() is first
        assert known.everybody.with_room("webchat") == {someone.pk}
        actions.set_presence(agent=someone, state=Presence.BREAK, by=None, now=after(1))
        assert not look().available
        assert not known.everybody.with_room("webchat")


def test_what_changed_is_learned_however_long_another_transaction_runs():
    """Rows are read again from the oldest running transaction on: none that it hides is lost, none is taken twice."""
    someone = agent(available_at=after(0))
    with acd.connect() as hot, acd.connect() as long:
        known = configuration.read()
        matching.match(hot, known, now=after(0))
        long.execute("SET idle_in_transaction_session_timeout = 0")
        long.execute("BEGIN")
        long.execute("UPDATE routing_agentload SET available = false, version = version + 1")
        for second in (1, 2):
            matching.match(hot, known, now=after(second))
            assert known.everybody.loads[someone.pk].facts.available
        long.execute("COMMIT")
        matching.match(hot, known, now=after(3))
        assert not known.everybody.loads[someone.pk].facts.available


def test_what_changed_is_learned_from_a_savepoint_too_and_from_rows_that_were_frozen():
    someone = agent(available_at=after(0))
    with acd.connect() as hot, acd.connect() as other:
        known = configuration.read()
        other.execute("BEGIN")
        other.execute("SAVEPOINT one")
        other.execute("UPDATE routing_agentload SET available = false, version = version + 1")
        matching.match(hot, known, now=after(0))
        assert known.everybody.loads[someone.pk].facts.available
        other.execute("RELEASE one")
        other.execute("COMMIT")
        other.execute("VACUUM (FREEZE) routing_agentload")
        matching.match(hot, known, now=after(1))
        assert not known.everybody.loads[someone.pk].facts.available


def test_warming_up_changes_nothing_and_keeps_nobody_waiting():
    line, someone = queue(skills={"loans": 3}), agent(skills={"loans": 1}, available_at=after(0))
    entry = waiting(line, now=after(0))
    before = (QueueEntry.objects.values().get(), AgentLoad.objects.values().get())
    with acd.connect() as hot:
        matching.warm_up(hot, configuration.read(), now=after(0))
        assert (QueueEntry.objects.values().get(), AgentLoad.objects.values().get()) == before
        assert QueueEntry.objects.select_for_update(nowait=True).filter(pk=entry.pk).update(look_at=None) == 1
        AgentLoad.objects.filter(agent=someone).update(look_at=None)
    assert not Offer.objects.exists()


def test_who_comes_free_and_what_arrives_find_each_other_in_one_round():
    line, someone = queue(), agent(available_at=after(0))
    entry = waiting(line, now=after(0))
    with acd.connect() as hot:
        done = matching.match(hot, configuration.read(), now=after(0))
    assert [(made.entry, made.agent) for made in done.made] == [(entry.pk, someone.pk)]
    assert (done.claimed, done.decided, done.agents_at, done.entries_at) == (2, 1, None, None)


def test_what_time_brings_about_is_looked_at_on_the_same_beat():
    line = queue(skills={"loans": 3}, widen_after_seconds=60)
    entries = [waiting(line, now=after(hundredths / 100)) for hundredths in range(1, 11)]
    match(after(1))
    looks = QueueEntry.objects.filter(pk__in=[entry.pk for entry in entries]).values_list("look_at", flat=True)
    assert set(looks) == {after(60.1)}


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
        matching.match(stopped, known, now=after(2), record=stand_still)
    assert stopped.closed
    assert Offer.objects.count() == 1
    assert AgentLoad.objects.get(agent=someone).ringing == 1


def test_a_late_write_with_an_old_version_changes_nothing():
    """The second guard, should a claim's locks ever be gone: versions are a fence."""
    line, _ = queue(), agent(available_at=after(0))
    waiting(line, now=after(1))
    with acd.connect() as late:
        known = configuration.read()
        agents, entries = messages.begin(late, ("claim_agents", after(2), 1), ("claim_entries", after(2), 1))
        (load,), (entry,) = everybody.loads(agents, known.profiles), reading.entries(entries)
        messages.undo(late)
        state = matching._state_of_freed(known, load, [entry.facts], after(2))
        pick = matching.Pick(entry=entry, load=load, state=state, decision=matching.assign(state))
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
