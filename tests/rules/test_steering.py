"""The orders that a call still needs: from whatever there is they lead to what should be, once, and then are none."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as draws

from fanal.channels.asterisk.rules import PAUSED, RUNS, Line, Party, Seen, Side, Sound, Wanted, sides_heard, steer
from tests.exchanges import Exchange

CALLER, AGENT, OTHER, LISTENER = "fanal-1.1", "a-7", "p-8-0", "p-9-0"
TALK, CONSULT, HELD, BESIDE = "t-1", "c-1", "w-held", "n-1-"
EAR = f"{BESIDE}9-l-{AGENT}"
SIDES = (Side(into=f"{BESIDE}written-in", spies="in"), Side(into=f"{BESIDE}written-out", spies="out"))
WRITTEN = tuple(line for side in SIDES for line in (side.ear, side.way))
LINES = (CALLER, AGENT, OTHER, LISTENER)
BRIDGES = (TALK, CONSULT, HELD, "w-1", f"{BESIDE}9", SIDES[0].into)


lines = draws.builds(Line, answered=draws.booleans(), ours=draws.booleans())


@draws.composite
def exchanges(draw: draws.DrawFn) -> Exchange:
    there = draw(draws.dictionaries(draws.sampled_from((*LINES, EAR, f"{BESIDE}9-w-{AGENT}", *WRITTEN)), lines))
    made = Exchange(lines=there, bridges={name: set() for name in draw(draws.sets(draws.sampled_from(BRIDGES)))})
    for line, what in there.items():
        if made.bridges and what.ours and draw(draws.booleans()):
            made.bridges[draw(draws.sampled_from(sorted(made.bridges)))].add(line)
    made.tones = {line for line, what in there.items() if what == Line(answered=True) and draw(draws.booleans())}
    made.sounds = draw(draws.dictionaries(draws.sampled_from(("r-1", "r-0")), draws.sampled_from((RUNS, PAUSED))))
    with_somebody = {name for name, there in made.bridges.items() if there}
    made.music = set(draw(draws.sets(draws.sampled_from(("w-1", HELD))))) & with_somebody
    return made


def phone(line: str) -> draws.SearchStrategy[Party]:
    """Whoever rings, talks, is asked, or is held."""
    return draws.builds(
        Party,
        line=draws.just(line),
        address=draws.sampled_from(("", "PJSIP/L-x")),
        into=draws.sampled_from(("", TALK, CONSULT, HELD)),
    )


listeners = draws.builds(
    Party,
    line=draws.just(LISTENER),
    address=draws.sampled_from(("", "PJSIP/L-y")),
    into=draws.just(f"{BESIDE}9"),
    hears=draws.sampled_from(("", AGENT)),
    whispers=draws.booleans(),
)
parties = draws.tuples(
    draws.none() | phone(AGENT), draws.none() | phone(OTHER), draws.none() | listeners
).map(lambda drawn: tuple(party for party in drawn if party))  # fmt: skip
wishes = draws.builds(
    Wanted,
    caller=draws.just(CALLER),
    lines=draws.just(frozenset(LINES)),
    over=draws.booleans(),
    waits_in=draws.sampled_from(("w-1", HELD)),
    talks_in=draws.sampled_from(("", TALK)),
    parties=parties,
    rooms=draws.just(frozenset({TALK, CONSULT})),
    beside=draws.just(BESIDE),
    outgoing=draws.sampled_from((None, Party(line=CALLER), Party(line=CALLER, address="PJSIP/+47@carrier"))),
    sound=draws.none() | draws.builds(Sound, name=draws.just("r-1"), longest=draws.just(60), paused=draws.booleans()),
    sounds=draws.just(frozenset({"r-0", "r-1"})),
    written=draws.sampled_from(((), SIDES)),
)


@settings(max_examples=600, deadline=None)
@given(exchange=exchanges(), wanted=wishes, cut_after=draws.integers(0, 12))
def test_wherever_it_was_cut_the_next_orders_bring_it_to_the_same_end_and_then_there_are_none(
    exchange: Exchange, wanted: Wanted, cut_after: int
) -> None:
    for order in steer(wanted, exchange.seen())[:cut_after]:
        exchange.take(order)
    for _ in range(3):  # who listens is there by the first orders, or the next, and then put in place
        for order in steer(wanted, exchange.seen()):
            exchange.take(order)
    assert steer(wanted, exchange.seen()) == ()
    assert len(exchange.rung) == len(set(exchange.rung))
    assert is_as_wanted(wanted, exchange)
    assert is_recorded_as_wanted(wanted, exchange)
    assert is_written_as_wanted(wanted, exchange)


def is_as_wanted(wanted: Wanted, exchange: Exchange) -> bool:
    theirs = {party.line for party in wanted.parties}
    ears = {party.ear for party in wanted.parties}
    caller = exchange.lines.get(CALLER)
    if wanted.over:
        return not exchange.lines and not any(name[0] in "tcn" for name in exchange.bridges)
    if wanted.outgoing:
        there = {line for line in theirs if is_up(exchange, line)}
        return there <= exchange.tones or caller is None
    if caller is None or not caller.ours:
        return exchange.lines.keys() & set(LINES) <= {CALLER} | theirs
    sides = {line for side in sides_heard(wanted, exchange.seen()) for line in (side.ear, side.way)}
    assert exchange.lines.keys() <= {CALLER} | theirs | ears | sides, "a line that nobody wants stayed"
    there = [party for party in wanted.parties if party.into and is_up(exchange, party.line)]
    assert all(party.line in exchange.bridges[party.into] for party in there)
    for party in there:
        if party.hears and is_up(exchange, party.hears) and is_up(exchange, party.ear):
            assert party.ear in exchange.bridges[party.into]
    if wanted.talks_in and any(party.into == TALK for party in there):
        return CALLER in exchange.bridges[TALK]
    return CALLER in exchange.bridges[wanted.waits_in] and wanted.waits_in in exchange.music and caller.answered


def is_recorded_as_wanted(wanted: Wanted, exchange: Exchange) -> bool:
    """The talk and nothing else, and only while the customer is in it and nothing speaks against it."""
    if wanted.over or wanted.sound is None:
        return not exchange.sounds
    together = bool(wanted.talks_in) and CALLER in exchange.bridges.get(TALK, ()) and not wanted.outgoing
    somebody = any(party.into == TALK and is_up(exchange, party.line) for party in wanted.parties)
    runs = exchange.sounds.get("r-1") == RUNS
    assert all(CALLER in heard for heard in exchange.taped), "recorded without the customer"
    return "r-0" not in exchange.sounds and (not runs or (together and somebody and not wanted.sound.paused))


def is_written_as_wanted(wanted: Wanted, exchange: Exchange) -> bool:
    """Each side is heard in a bridge of its own, or nothing of the call is."""
    assert all(exchange.overheard), "somebody listened before the customer talked with anybody"
    caller = exchange.lines.get(CALLER)
    together = bool(wanted.talks_in) and not wanted.outgoing and not wanted.over and caller and caller.ours
    somebody = any(party.into == TALK and is_up(exchange, party.line) for party in wanted.parties)
    ears = {line for line in exchange.lines if line.endswith("-s")}
    if not (wanted.written and together and somebody):
        return not ears
    up = [side for side in SIDES if is_up(exchange, side.way) and is_up(exchange, side.ear)]
    assert all(exchange.bridges[side.into] == {side.ear, side.way} for side in up)
    return ears == {side.ear for side in SIDES if is_up(exchange, side.way) or side.ear in exchange.lines}


def is_up(exchange: Exchange, line: str) -> bool:
    return exchange.lines.get(line) == Line(answered=True)


@settings(max_examples=300, deadline=None)
@given(
    steps=draws.lists(draws.sampled_from(("customer", "colleague")), min_size=1, max_size=5), cut=draws.integers(0, 9)
)
def test_who_is_asked_never_meets_the_customer_however_often_the_agent_goes_back_and_forth(
    steps: list[str], cut: int
) -> None:
    exchange = Exchange(lines={line: Line(answered=True) for line in (CALLER, AGENT, OTHER)})
    for step in steps:
        wanted = Wanted(
            caller=CALLER,
            lines=frozenset(LINES),
            waits_in=HELD,
            talks_in=TALK if step == "customer" else "",
            parties=(
                Party(line=AGENT, into=TALK if step == "customer" else CONSULT),
                Party(line=OTHER, into=HELD if step == "customer" else CONSULT),
            ),
        )
        for order in steer(wanted, exchange.seen())[:cut]:
            exchange.take(order)
    assert not any({CALLER, OTHER} <= met for met in exchange.met)


def test_a_caller_whose_line_is_not_in_our_hands_yet_is_left_alone() -> None:
    there = Seen(lines={CALLER: Line(ours=False)})
    assert steer(Wanted(caller=CALLER, lines=frozenset({CALLER}), waits_in="w-1"), there) == ()


def test_a_customer_is_called_once_and_until_they_answer_the_agent_hears_it_ring() -> None:
    exchange = Exchange(lines={AGENT: Line(answered=True)})
    calls = Wanted(
        caller=CALLER,
        lines=frozenset({AGENT}),
        parties=(Party(line=AGENT),),
        outgoing=Party(line=CALLER, address="PJSIP/+4722334455@carrier", shows="+4780012345"),
    )
    rung, tone = steer(calls, exchange.seen())
    assert (rung.query["endpoint"], rung.query["callerId"]) == ("PJSIP/+4722334455@carrier", "+4780012345")
    assert tone.path == ("channels", AGENT, "ring")
    for order in (rung, tone):
        exchange.take(order)
    assert steer(calls, exchange.seen()) == ()
    exchange.lines[CALLER] = Line(answered=True)
    answered = Wanted(
        caller=CALLER, lines=frozenset({AGENT, CALLER}), talks_in=TALK, parties=(Party(line=AGENT, into=TALK),)
    )
    assert [order.path[-1] for order in steer(answered, exchange.seen())] == [TALK, "ring", "addChannel", "addChannel"]


def test_both_sides_meet_in_a_bridge_that_tells_us_the_digits() -> None:
    there = Seen(lines={CALLER: Line(answered=True), AGENT: Line(answered=True)})
    wanted = Wanted(caller=CALLER, lines=frozenset(LINES), talks_in=TALK, parties=(Party(line=AGENT, into=TALK),))
    made, customer, put = steer(wanted, there)
    assert (made.path, made.query) == (("bridges", TALK), {"type": "mixing,dtmf_events"})
    assert customer.query == {"channel": CALLER, "absorbDTMF": True}
    assert put.query == {"channel": AGENT}


def test_who_whispers_is_heard_by_the_agent_alone_and_who_only_listens_by_nobody() -> None:
    there = Seen(lines={line: Line(answered=True) for line in (CALLER, AGENT, LISTENER)})
    for whispers, sound in ((False, "none"), (True, "out")):
        listener = Party(line=LISTENER, into=f"{BESIDE}9", hears=AGENT, whispers=whispers)
        wanted = Wanted(caller=CALLER, talks_in=TALK, parties=(Party(line=AGENT, into=TALK), listener), beside=BESIDE)
        order = next(order for order in steer(wanted, there) if "snoop" in order.path)
        assert order.path[1] == AGENT
        assert (order.query["spy"], order.query["whisper"]) == ("both", sound)


def test_what_must_not_be_recorded_pauses_before_anything_else_happens() -> None:
    there = Seen(
        lines={line: Line(answered=True) for line in (CALLER, AGENT)},
        bridges={TALK: frozenset({CALLER, AGENT})},
        sounds={"r-1": RUNS, "r-0": PAUSED},
    )
    talks = Wanted(
        caller=CALLER, waits_in=HELD, talks_in=TALK, parties=(Party(line=AGENT, into=TALK),),
        sound=Sound(name="r-1", longest=60, paused=True), sounds=frozenset({"r-0", "r-1"}),
    )  # fmt: skip
    assert [order.path[2:] for order in steer(talks, there)] == [("r-0", "stop"), ("r-1", "pause")]
    held = replace(talks, talks_in="", parties=(Party(line=AGENT, into=TALK),))
    assert steer(held, there)[1].path == ("recordings", "live", "r-1", "pause")


def test_a_message_is_recorded_with_a_tone_on_the_callers_line_alone_once_it_is_answered() -> None:
    sound = Sound(name="v-1", longest=120, silence=4, alone=True)
    leaves = Wanted(caller=CALLER, sound=sound, sounds=frozenset({"v-1"}))
    (first,) = steer(leaves, Seen(lines={CALLER: Line()}))
    (order,) = steer(leaves, Seen(lines={CALLER: Line(answered=True)}))
    assert first.path == ("channels", CALLER, "answer")
    assert (order.path, order.query["beep"], order.query["terminateOn"]) == (("channels", CALLER, "record"), True, "#")
    assert order.query["maxSilenceSeconds"] == 4
    assert steer(leaves, Seen(lines={CALLER: Line(answered=True)}, sounds={"v-1": RUNS})) == ()
