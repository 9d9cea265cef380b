"""What an event says about which fact, how several statements merge, and how an agent's time divides."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import floor
from typing import Any

INTERVAL = timedelta(minutes=15)
LONGEST = timedelta(days=1)
"""No segment counts as work in hand, or beside another, for longer than this: a forgotten one spoils one day only."""
SHORT_ABANDON = timedelta(seconds=5)
"""Whoever leaves within this time is taken to have come by mistake."""
FURTHER_CONTACT = timedelta(days=7)
"""A further contact about the same matter within this time means that the first did not settle it."""
COMES_TO_PEOPLE = timedelta(hours=24)
"""Whom people talk to within this time was not served by the program alone."""

WHERE_IT_STANDS = dict.fromkeys(("queue", "interaction", "agent"))
"""Of a callback these change from event to event: what counts is what its row says."""

OUTCOMES = {"answered", "abandoned", "overflowed", "closed", "withdrawn"}


@dataclass(frozen=True, kw_only=True)
class Happening:
    """An event as the fold sees it."""

    id: int
    kind: str
    at: datetime
    by: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What one event says of one fact."""

    fact: str
    id: int
    says: Mapping[str, Any]


def statements(event: Happening) -> list[Statement]:
    """Everything that `event` says of facts; nothing for kinds that no figure is made of."""
    match event.kind.split("."):
        case ["queue", "entered"]:
            found = [_about("stay", "entry", event, offered_at=event.at)]
        case ["queue", "left"]:
            left_as = event.data.get("outcome", event.data.get("reason"))  # early events name only the reason
            outcome = left_as if left_as in OUTCOMES else "withdrawn"
            taken = {"callback_taken_at": event.at} if event.data.get("reason") == "callback" else {}
            found = [_about("stay", "entry", event, left_at=event.at, outcome=outcome, **taken)]
        case ["callback", "offered"]:
            found = [_about("stay", "entry", event, callback_offered_at=event.at)]
        case ["callback", "wished"]:
            found = [_about("callback", "callback", event, wished_at=event.at, **WHERE_IT_STANDS)]
        case ["callback", "moved" | "begun"]:
            found = [_about("callback", "callback", event, **WHERE_IT_STANDS)]
        case ["callback", "ended"]:
            how = event.data.get("how")
            found = [_about("callback", "callback", event, ended_at=event.at, how=how, **WHERE_IT_STANDS)]
        case ["call", "refused"]:
            found = [_itself("blocked", event, at=event.at, why=event.data.get("why"))]
        case ["offer", "made"]:
            found = [_about("offer", "offer", event, made_at=event.at)]
        case ["offer", "accepted" | "declined" | "expired" | "withdrawn" as how]:
            found = [_about("offer", "offer", event, **{f"{how}_at": event.at})]
        case ["segment", "started"] if event.data.get("agent"):
            found = [_about("handling", "segment", event, started_at=event.at)]
        case ["segment", "ended"] if event.data.get("agent"):
            found = [_about("handling", "segment", event, ended_at=event.at)]
        case ["segment", "sounded"]:
            found = [_about("handling", "segment", event)]  # says nothing of its own: what was measured has changed
        case ["wrap_up", "ended"]:
            # The talk was over by then at the latest: the least of what is said stays, also if nobody told its end.
            found = [_about("handling", "segment", event, wrapped_up_at=event.at, ended_at=event.at)]
        case ["transfer", "made"]:
            found = [_itself("transfer", event, at=event.at, segment=event.data.get("segment"))]
        case ["interaction", "started"]:
            found = [_about("contact", "interaction", event, started_at=event.at)]
        case ["interaction", "ended"]:
            found = [_about("contact", "interaction", event, ended_at=event.at)]
        case ["message", "added"] if event.data.get("author") == "agent" and not event.data.get("waits"):
            found = [_about("contact", "interaction", event, first_reply_at=event.at)]
        case ["message", "sent"] if event.data.get("author") == "agent" and event.data.get("waited"):
            found = [_about("contact", "interaction", event, first_reply_at=event.at)]
        case ["interaction", "identified"]:
            found = [_about("contact", "interaction", event)]  # says nothing of its own: whose matters they are changed
        case ["case", "opened"]:
            found = [_about("case", "case", event, opened_at=event.at, agent=event.by)]
            if event.data.get("interaction"):
                found.append(_itself("case_contact", event, at=event.at))
        case ["case", "withdrawn"]:
            found = [_about("case", "case", event, withdrawn_at=event.at, interaction=None, agent=None)]
        case ["case", "settled" | "reopened" | "merged" | "unmerged" as move]:
            found = [_itself("move", event, at=event.at, move=move)]
        case ["case", "handed_over" | "handed_back" | "escalated" as how]:
            tier = event.data.get("tier", event.data.get("from_tier"))
            found = [_itself("passage", event, at=event.at, how=how, tier=tier, escalation=_rule(event))]
        case ["clock", "ended"] if event.data.get("outcome") in ("met", "missed"):
            promise, outcome = event.data.get("promise"), event.data["outcome"]
            found = [_itself("clock", event, at=event.at, promise=promise, outcome=outcome)]
        case ["advice", "shown"]:
            found = [_about("advice", "advice", event, shown_at=event.at, agent=event.by)]
        case ["advice", "followed" | "otherwise" as how]:
            word = "followed_at" if how == "followed" else "declined_at"
            found = [_about("advice", "advice", event, agent=None, **{word: event.at})]
        case ["flow", "began"]:
            found = [_about("flow", "run", event, started_at=event.at)]
        case ["flow", "ended"]:
            found = [_about("flow", "run", event, ended_at=event.at, how=event.data.get("how"))]
        case ["case", "changed"]:
            found = [_about("case", "case", event, **dict.fromkeys(("interaction", "agent", "queue", "channel")))]
        case ["topic", "added" | "changed" | "withdrawn" as how] if event.data.get("interaction"):
            raised = {"at": event.at, "agent": event.by} if how == "added" else {"agent": None}
            found = [_about("issue", "topic", event, case=None, **raised)]
            if event.data.get("case") and how != "withdrawn":
                found.append(_itself("case_contact", event, at=event.at))
        case ["agent", "state_changed"]:
            found = [_itself("stretch", event, started_at=event.at, state=event.data.get("state"))]
        case _:
            found = []
    return [statement for statement in found if statement is not None]


def _rule(event: Happening) -> int | None:
    """The rule that acted; of a hand-over only that it was one is known."""
    rule = event.data.get("rule")
    return rule if isinstance(rule, int) and not isinstance(rule, bool) else None


def _common(event: Happening) -> dict[str, Any]:
    names = ("queue", "channel", "agent", "interaction", "case")
    return {name: event.data[name] for name in names if event.data.get(name)} | {
        "practice": bool(event.data.get("practice"))
    }


def _about(fact: str, key: str, event: Happening, **says: Any) -> Statement | None:
    """None when the event does not name the thing it is about: the fold never stops at somebody's mistake."""
    if not isinstance(event.data.get(key), int):
        return None
    return Statement(fact=fact, id=event.data[key], says=_only_known(_common(event) | says))


def _itself(fact: str, event: Happening, **says: Any) -> Statement:
    agent = {"agent": event.by} if event.by and not event.data.get("agent") else {}
    return Statement(fact=fact, id=event.id, says=_only_known(_common(event) | agent | says))


def _only_known(says: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in says.items() if value is not None}


def merged(statements: Iterable[Statement]) -> dict[str, dict[int, dict[str, Any]]]:
    """Fact to id to columns: the least of what was said, practice if anyone said so. Order and repeats do nothing."""
    facts: dict[str, dict[int, dict[str, Any]]] = {}
    for statement in statements:
        known = facts.setdefault(statement.fact, {}).setdefault(statement.id, {})
        for name, value in statement.says.items():
            known[name] = merge(name, known.get(name), value)
    return facts


def merge(name: str, one: Any, other: Any) -> Any:
    if one is None or other is None:
        return other if one is None else one
    return max(one, other) if name == "practice" else min(one, other)


def interval_of(moment: datetime) -> datetime:
    """The start of the quarter of an hour that `moment` lies in, in UTC, where no hour is left out or comes twice."""
    moment = moment.astimezone(UTC)
    return moment.replace(minute=moment.minute - moment.minute % 15, second=0, microsecond=0)


def intervals(start: datetime, end: datetime) -> list[datetime]:
    """The starts of all quarters that [start, end) touches."""
    found, at = [], interval_of(start)
    while at < end:
        found.append(at)
        at += INTERVAL
    return found


def together(moments: Iterable[datetime]) -> list[tuple[datetime, datetime]]:
    """The first and last of each unbroken run of quarters."""
    runs: list[tuple[datetime, datetime]] = []
    for at in sorted(moments):
        runs.append((runs.pop()[0], at) if runs and at - runs[-1][1] == INTERVAL else (at, at))
    return runs


def thousandths(score: float) -> int:
    """Whole thousandths of a score, rounded down: whatever is below a bound stays below it."""
    return floor(score * 1000)


def milliseconds(span: timedelta) -> int:
    """Whole milliseconds: sums of integers do not depend on their order."""
    return span // timedelta(milliseconds=1)


@dataclass(frozen=True, kw_only=True)
class Span:
    """A stretch of time of one thing; `end` None: not over yet."""

    id: int
    start: datetime
    end: datetime | None


def shared_ms(span: Span, others: Sequence[Span]) -> int:
    """The part of a finished `span` that is its own when n things at once take 1/n of the time each."""
    if span.end is None or span.end <= span.start:
        return 0
    beside = [
        other
        for other in others
        if other.id != span.id
        and other.start < span.end
        and (other.end is None or other.end > span.start)
        and abs(other.start - span.start) < LONGEST
    ]
    edges = {span.start, span.end}
    for other in beside:
        edges |= {edge for edge in (other.start, other.end) if edge and span.start < edge < span.end}
    total, ordered = 0.0, sorted(edges)
    for start, end in pairwise(ordered):
        at_once = 1 + sum(1 for o in beside if o.start < end and (o.end is None or o.end > start))
        total += (end - start) / timedelta(milliseconds=1) / at_once
    return round(total)


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A stretch of presence."""

    start: datetime
    end: datetime
    state: str


def time_spent(stretches: Iterable[Stretch], work: Sequence[Span], start: datetime, end: datetime) -> dict[str, int]:
    """Milliseconds of [start, end) by counter: each state, signed in, busy (at least one thing in hand) and idle.

    Busy counts while signed in, also on a break begun before the talk was over; idle is available and not busy.
    """
    spent: dict[str, int] = {}
    busy = _union([(max(w.start, start), min(w.end or end, w.start + LONGEST, end)) for w in work])

    def add(counter: str, span: timedelta) -> None:
        spent[counter] = spent.get(counter, 0) + milliseconds(span)

    for stretch in stretches:
        first, last = max(stretch.start, start), min(stretch.end, end)
        if first >= last or stretch.state == "offline":
            continue
        in_hand = sum((min(b, last) - max(a, first) for a, b in busy if a < last and b > first), timedelta())
        add("signed_in_ms", last - first)
        add(f"{stretch.state}_ms", last - first)
        add("busy_ms", in_hand)
        if stretch.state == "available":
            add("idle_ms", (last - first) - in_hand)
    return spent


def edges_of(work: Iterable[Span]) -> tuple[list[datetime], list[datetime]]:
    """When something came into hand and when it left it, each in order."""
    busy = [(w.start, min(w.end or w.start + LONGEST, w.start + LONGEST)) for w in work]
    return sorted(start for start, end in busy if start < end), sorted(end for start, end in busy if start < end)


def spent_alike(
    stretches: Sequence[Stretch], begun: Sequence[datetime], over: Sequence[datetime], at: datetime
) -> dict[str, int] | None:
    """`time_spent` of a quarter in which nothing changes, found without adding up; None when something does."""
    end = at + INTERVAL
    if len(stretches) != 1 or stretches[0].start > at or stretches[0].end < end or stretches[0].state == "offline":
        return None
    before, gone = bisect_right(begun, at), bisect_right(over, at)
    if bisect_left(begun, end) > before or bisect_left(over, end) > gone:
        return None
    whole, state = milliseconds(INTERVAL), stretches[0].state
    busy = whole if before > gone else 0
    spent = {"signed_in_ms": whole, f"{state}_ms": whole, "busy_ms": busy}
    return spent | {"idle_ms": whole - busy} if state == "available" else spent


def _union(spans: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    joined: list[tuple[datetime, datetime]] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
