"""Who gets what, for every state that can be thought of: never two, never too many, never an unqualified one."""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from fanal.routing.rules import (
    LEAST_LEVEL,
    AgentFacts,
    EntryFacts,
    Fitter,
    Line,
    Profile,
    QueueFacts,
    State,
    Why,
    assign,
    fits,
    highest_level,
    next_look,
    qualifies,
    room,
    shortlist,
    starving,
    widened,
)

examples = settings(max_examples=60, deadline=None)

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
CHANNELS = ("webchat", "voice", "email")
SKILLS = range(1, 4)

moments = st.integers(0, 7200).map(lambda seconds: NOW - timedelta(seconds=seconds))
soon = st.integers(-60, 60).map(lambda seconds: NOW + timedelta(seconds=seconds))
levels = st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 5), max_size=3)


@st.composite
def agents(draw, number):
    profile = Profile(
        id=number,
        skills=draw(levels),
        capacity=draw(st.dictionaries(st.sampled_from(CHANNELS), st.integers(0, 3))),
        practising=draw(st.booleans()),
    )
    return AgentFacts(
        profile=profile,
        available=draw(st.booleans()),
        ringing=draw(st.booleans()),
        open_work=draw(st.dictionaries(st.sampled_from(CHANNELS), st.integers(0, 3))),
        idle_since=draw(st.none() | moments),
    )


@st.composite
def queues(draw, number):
    return QueueFacts(
        id=number,
        skills=draw(levels),
        ageing_seconds=draw(st.sampled_from((0, 60, 300))),
        widen_after_seconds=draw(st.sampled_from((0, 30, 600))),
        longest_wait_seconds=draw(st.sampled_from((0, 1800, 3600))),
    )


@st.composite
def entries(draw, number, queue_count=3):
    entered = draw(moments)
    preferred = draw(st.none() | st.integers(1, 5))
    return EntryFacts(
        id=number,
        queue=draw(st.integers(1, queue_count)),
        channel=draw(st.sampled_from(CHANNELS)),
        priority=draw(st.integers(1, 4)),
        entered_at=entered,
        position_at=entered,
        skills=draw(levels),
        preferred_agent=preferred,
        preferred_why=draw(st.sampled_from(("last_agent", "named", "has_chat"))) if preferred else "",
        preferred_until=draw(soon) if preferred else None,
        declined=draw(st.dictionaries(st.integers(1, 5), soon, max_size=2)),
        practice=draw(st.booleans()),
    )


@st.composite
def states(draw, *, freed):
    people = [draw(agents(number)) for number in range(1, draw(st.integers(1, 5)) + 1)]
    lines = {number: draw(queues(number)) for number in range(1, 4)}
    waiting = [draw(entries(number)) for number in range(1, draw(st.integers(1, 8)) + 1)]
    asked = {"freed": people[0].profile.id} if freed else {"arrived": waiting[0].id}
    return State(now=NOW, agents=people, queues=lines, entries=waiting, **asked)


def fitting(state):
    """Every pair that may be, the plain way."""
    return {
        (agent.profile.id, entry.id)
        for agent in state.agents
        for entry in state.entries
        if fits(agent, entry, state.queues[entry.queue], NOW) is None
    }


@examples
@given(states(freed=False))
def test_an_arrival_goes_to_somebody_who_fits_and_to_nobody_only_when_nobody_does(state):
    decision = assign(state)
    able = {agent for agent, entry in fitting(state) if entry == state.arrived}
    assert (decision.agent in able) if able else decision.agent is None
    assert decision.eligible == len(able)
    assert sum(decision.excluded.values()) + decision.eligible == len(state.agents)


@examples
@given(states(freed=True))
def test_a_freed_agent_gets_something_that_fits_and_nothing_only_when_nothing_does(state):
    decision = assign(state)
    able = {entry for agent, entry in fitting(state) if agent == state.freed}
    assert (decision.entry in able) if able else decision.entry is None
    assert decision.eligible == len(able)
    of_entries = sum(many for reason, many in decision.excluded.items() if not reason.startswith("queues_"))
    assert of_entries + decision.eligible == len(state.entries)


@examples
@given(states(freed=True) | states(freed=False))
def test_nobody_is_unqualified_over_capacity_or_away(state):
    decision = assign(state)
    if not decision.matched:
        return
    agent = next(agent for agent in state.agents if agent.profile.id == decision.agent)
    entry = next(entry for entry in state.entries if entry.id == decision.entry)
    queue = state.queues[entry.queue]
    assert agent.available
    assert not agent.ringing
    assert agent.profile.practising == entry.practice
    assert agent.open_work.get(entry.channel, 0) < agent.profile.capacity[entry.channel]
    assert not agent.open_work.get("voice")
    if entry.channel == "voice":
        its_chat = entry.preferred_why == "has_chat" and entry.preferred_agent == agent.profile.id
        assert agent.open_work.get("webchat", 0) <= its_chat
    if not (entry.preferred_agent == agent.profile.id and entry.preferred_why == "named"):
        for required in (queue.skills, entry.skills):
            for skill, level in required.items():
                assert agent.profile.skills[skill] >= max(1, level - widened(entry, queue, NOW))
    assert entry.declined.get(agent.profile.id, NOW) <= NOW
    if entry.preferred_until and entry.preferred_until > NOW:
        assert entry.preferred_agent == agent.profile.id


@examples
@given(states(freed=False))
def test_the_longest_available_of_the_least_busy_is_asked_first(state):
    decision = assign(state)
    able = [agent for agent in state.agents if (agent.profile.id, state.arrived) in fitting(state)]
    if not able or decision.why == Why.PREFERRED:
        return
    busyness = {agent.profile.id: sum(agent.open_work.values()) for agent in able}
    assert busyness[decision.agent] == min(busyness.values())
    equals = [agent for agent in able if busyness[agent.profile.id] == min(busyness.values())]
    since = {agent.profile.id: agent.idle_since or datetime.max.replace(tzinfo=UTC) for agent in equals}
    assert since[decision.agent] == min(since.values())


@examples
@given(states(freed=True))
def test_within_a_queue_and_priority_the_older_goes_first_unless_kept_for_this_agent(state):
    decision = assign(state)
    able = {entry for agent, entry in fitting(state) if agent == state.freed}
    if decision.entry is None:
        return
    chosen = next(entry for entry in state.entries if entry.id == decision.entry)
    if chosen.preferred_until and chosen.preferred_until > NOW:
        return
    for other in state.entries:
        if other.id in able and (other.queue, other.priority) == (chosen.queue, chosen.priority):
            assert other.position_at >= chosen.position_at


def sent_to(agent, entry):
    kept = entry.preferred_until is not None and entry.preferred_until > NOW
    return kept and entry.preferred_agent == agent and entry.preferred_why == "named"


@examples
@given(states(freed=True))
def test_what_a_colleague_sent_to_an_agent_comes_next_whatever_else_waits(state):
    decision = assign(state)
    able = {entry for agent, entry in fitting(state) if agent == state.freed}
    sent = [entry for entry in state.entries if entry.id in able and sent_to(state.freed, entry)]
    if sent:
        assert decision.why == Why.PREFERRED
        assert decision.entry in [entry.id for entry in sent if entry.priority == max(one.priority for one in sent)]


@examples
@given(states(freed=True))
def test_whoever_has_starved_goes_first_oldest_first_whatever_the_priority(state):
    decision = assign(state)
    able = {entry for agent, entry in fitting(state) if agent == state.freed}
    starved = [entry for entry in state.entries if entry.id in able and starving(entry, state.queues[entry.queue], NOW)]
    if starved and not [entry for entry in state.entries if entry.id in able and sent_to(state.freed, entry)]:
        assert decision.why == Why.STARVING
        chosen = next(entry for entry in state.entries if entry.id == decision.entry)
        assert chosen.entered_at == min(entry.entered_at for entry in starved)


@examples
@given(states(freed=True) | states(freed=False))
def test_the_same_state_gives_the_same_decision_in_whatever_order_it_is_read(state):
    backwards = State(
        now=state.now,
        agents=state.agents[::-1],
        queues=dict(reversed(list(state.queues.items()))),
        entries=state.entries[::-1],
        freed=state.freed,
        arrived=state.arrived,
    )
    assert assign(backwards).as_json() == assign(state).as_json()


@examples
@given(entries(1), queues(1), agents(1))
def test_between_two_looks_time_alone_changes_nothing(entry, queue, agent):
    look = next_look(entry, queue, NOW)
    before = min(look, NOW + timedelta(hours=3)) - timedelta(microseconds=1) if look else NOW + timedelta(hours=3)
    assert (fits(agent, entry, queue, NOW) is None) == (fits(agent, entry, queue, before) is None)


@examples
@given(entries(1), queues(1), agents(1), st.integers(0, 12))
def test_nothing_is_widened_by_more_than_down_to_the_least_level(entry, queue, agent, steps):
    most = highest_level(queue.skills, entry.skills) - LEAST_LEVEL
    as_far_as_that = qualifies(agent.profile, entry, queue, min(steps, most))
    assert qualifies(agent.profile, entry, queue, steps) == as_far_as_that


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 4), min_size=5, max_size=40), st.integers(0, 3600))
def test_nobody_starves_however_many_urgent_ones_come(priorities, bound):
    """One agent, who takes one a minute; something urgent arrives each minute, and all the first ones are served."""
    queue = QueueFacts(id=1, ageing_seconds=0, longest_wait_seconds=max(bound, 60))
    agent = AgentFacts(profile=Profile(id=1, capacity={"webchat": 1}), available=True)
    at = [NOW + timedelta(minutes=number) for number in range(400)]
    first = {number: _arrival(number, priority, at[0]) for number, priority in enumerate(priorities)}
    waiting = dict(first)
    for minute in range(399):
        number = 1000 + minute
        waiting[number] = _arrival(number, 4, at[minute])
        state = State(now=at[minute], agents=[agent], queues={1: queue}, entries=list(waiting.values()), freed=1)
        waiting.pop(assign(state).entry)
        if not first.keys() & waiting.keys():
            break
    assert not first.keys() & waiting.keys()
    assert minute <= bound // 60 + 2 + len(first) + bound // 60


def _arrival(number, priority, at):
    return EntryFacts(id=number, queue=1, channel="webchat", priority=priority, entered_at=at, position_at=at)


@examples
@given(states(freed=True))
def test_what_fits_is_on_a_channel_where_the_agent_has_room_and_asking_for_many_entries_says_the_same(state):
    for agent in state.agents:
        fitter = Fitter(agent, NOW)
        for entry in state.entries:
            queue = state.queues[entry.queue]
            reason = fits(agent, entry, queue, NOW)
            assert fitter.fits(entry, queue) == reason
            assert reason or entry.channel in room(agent)


@examples
@given(states(freed=True), st.sets(st.integers(1, 8)))
def test_a_short_list_of_who_stands_in_front_gives_the_same_choice_reason_and_best_five(state, put_in_front):
    entries = [
        replace(entry, position_at=entry.position_at - timedelta(days=3650)) if entry.id in put_in_front else entry
        for entry in state.entries
    ]
    in_lines = defaultdict(list)
    for entry in sorted(entries, key=lambda entry: (entry.position_at, entry.id)):
        in_lines[entry.queue, entry.priority].append(entry)
    lines = [Line(queue=line[0].queue, entries=line, last=line[-1], whole=True) for line in in_lines.values()]
    someone = next(agent for agent in state.agents if agent.profile.id == state.freed)
    fitter = Fitter(someone, state.now)
    found, without = shortlist(fitter, lines, state.queues)
    kept = [entry for entry in entries if entry.preferred_agent == state.freed and entry not in found]
    short = assign(replace(state, entries=[*found, *kept]), fitter)
    whole = assign(replace(state, entries=entries))
    assert (short.entry, short.why, short.best) == (whole.entry, whole.why, whole.best)
    assert not any(
        fits(someone, entry, state.queues[entry.queue], state.now) is None for line in without for entry in line.entries
    )


def test_of_a_long_line_only_the_front_is_looked_at():
    profile = Profile(id=1, capacity={"webchat": 1})
    waiting = [
        EntryFacts(id=n, queue=1, channel="webchat", priority=2, entered_at=entered, position_at=entered)
        for n in range(1, 101)
        for entered in (NOW - timedelta(seconds=200 - n),)
    ]
    line = Line(queue=1, entries=waiting, last=waiting[-1], whole=True)
    fitter = Fitter(AgentFacts(profile=profile, available=True), NOW)
    found, _ = shortlist(fitter, [line], {1: QueueFacts(id=1)})
    assert [entry.id for entry in found] == [1, 2, 3, 4, 5]
