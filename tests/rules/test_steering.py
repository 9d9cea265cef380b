"""The orders that a call still needs: from whatever there is they lead to what should be, once, and then are none."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as draws

from fanal.channels.asterisk.rules import Line, Order, Party, Seen, Wanted, steer

CALLER, AGENT, OTHER = "fanal-1.1", "a-7", "a-8"
LINES = (CALLER, AGENT, OTHER)
BRIDGES = ("t-1", "w-1", "w-held")


@dataclass
class Exchange:
    """What an exchange makes of orders. A phone that was called is there, and rings."""

    lines: dict[str, Line] = field(default_factory=dict)
    bridges: dict[str, set[str]] = field(default_factory=dict)
    music: set[str] = field(default_factory=set)
    rung: list[str] = field(default_factory=list)

    def seen(self) -> Seen:
        return Seen(
            lines=dict(self.lines),
            bridges={name: frozenset(lines) for name, lines in self.bridges.items()},
            music=frozenset(self.music),
        )

    def take(self, order: Order) -> None:
        match order.method, order.path:
            case "POST", ("channels", line, "answer"):
                self.lines[line] = Line(answered=True)
            case "POST", ("channels", line):
                assert line not in self.lines, "called twice"
                self.rung.append(line)
                self.lines[line] = Line(ours=False)
            case "DELETE", ("channels", line):
                del self.lines[line]
                for lines in self.bridges.values():
                    lines.discard(line)
            case "POST", ("bridges", name):
                self.bridges[name] = set()
            case "POST", ("bridges", name, "moh"):
                assert name in self.bridges
                self.music.add(name)
            case "POST", ("bridges", name, "addChannel"):
                assert name in self.bridges
                for line in str(order.query["channel"]).split(","):
                    assert self.lines[line].ours, "not in our hands"
                    for lines in self.bridges.values():
                        lines.discard(line)
                    self.bridges[name].add(line)
            case "DELETE", ("bridges", name):
                del self.bridges[name]
            case _:
                raise AssertionError(order)


lines = draws.builds(Line, answered=draws.booleans(), ours=draws.booleans())


@draws.composite
def exchanges(draw: draws.DrawFn) -> Exchange:
    there = draw(draws.dictionaries(draws.sampled_from(LINES), lines))
    made = Exchange(lines=there, bridges={name: set() for name in draw(draws.sets(draws.sampled_from(BRIDGES)))})
    for line, what in there.items():
        if made.bridges and what.ours and draw(draws.booleans()):
            made.bridges[draw(draws.sampled_from(sorted(made.bridges)))].add(line)
    made.music = set(draw(draws.sets(draws.sampled_from(BRIDGES)))) & set(made.bridges)
    return made


parties = draws.lists(
    draws.builds(Party, line=draws.sampled_from((AGENT, OTHER)), address=draws.sampled_from(("", "PJSIP/L-x"))),
    max_size=2,
    unique_by=lambda party: party.line,
).map(tuple)
wishes = draws.builds(
    Wanted,
    caller=draws.just(CALLER),
    lines=draws.just(frozenset(LINES)),
    over=draws.booleans(),
    waits_in=draws.sampled_from(("w-1", "w-held")),
    talks_in=draws.sampled_from(("", "t-1")),
    parties=parties,
)


@settings(max_examples=400, deadline=None)
@given(exchange=exchanges(), wanted=wishes, cut_after=draws.integers(0, 8))
def test_wherever_it_was_cut_the_next_orders_bring_it_to_the_same_end_and_then_there_are_none(
    exchange: Exchange, wanted: Wanted, cut_after: int
) -> None:
    for order in steer(wanted, exchange.seen())[:cut_after]:
        exchange.take(order)
    for order in steer(wanted, exchange.seen()):
        exchange.take(order)
    assert steer(wanted, exchange.seen()) == ()
    assert len(exchange.rung) == len(set(exchange.rung))
    assert is_as_wanted(wanted, exchange)


def is_as_wanted(wanted: Wanted, exchange: Exchange) -> bool:
    theirs = {party.line for party in wanted.parties}
    caller = exchange.lines.get(CALLER)
    if wanted.over:
        return not exchange.lines and wanted.talks_in not in exchange.bridges
    assert exchange.lines.keys() <= {CALLER} | theirs, "a line that nobody wants stayed"
    if caller is None or not caller.ours:
        return True
    there = {line for line in theirs if line in exchange.lines and exchange.lines[line] == Line(answered=True)}
    if wanted.talks_in and there:
        return exchange.bridges["t-1"] >= there | {CALLER}
    return CALLER in exchange.bridges[wanted.waits_in] and wanted.waits_in in exchange.music and caller.answered


def test_a_caller_whose_line_is_not_in_our_hands_yet_is_left_alone() -> None:
    there = Seen(lines={CALLER: Line(ours=False)})
    assert steer(Wanted(caller=CALLER, lines=frozenset({CALLER}), waits_in="w-1"), there) == ()


def test_both_sides_meet_in_a_bridge_that_tells_us_the_digits() -> None:
    there = Seen(lines={CALLER: Line(answered=True), AGENT: Line(answered=True)})
    wanted = Wanted(caller=CALLER, lines=frozenset(LINES), talks_in="t-1", parties=(Party(line=AGENT),))
    made, put = steer(wanted, there)
    assert (made.path, made.query) == (("bridges", "t-1"), {"type": "mixing,dtmf_events"})
    assert put.query == {"channel": f"{CALLER},{AGENT}"}
