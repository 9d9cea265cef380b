"""A flow as a map: what can be reached, where it goes round, and what is surely known at each step."""

from collections.abc import Callable, Collection, Iterable, Mapping

from fanal.scenarios.rules.flows.lookups import ALWAYS_KNOWN
from fanal.scenarios.rules.flows.saying import gives
from fanal.scenarios.rules.flows.steps import Asking, Final, Flow, Step, ways

Map = Mapping[str, frozenset[str]]


def all_ways(flow: Flow) -> Map:
    """Each step to those that may follow it."""
    return _map(flow, lambda step: (to for _why, to in ways(flow, step)))


def silent_ways(flow: Flow) -> Map:
    """The same for somebody who never presses a key."""
    return _map(
        flow, lambda step: (to for why, to in ways(flow, step) if not isinstance(step, Asking) or why == "otherwise")
    )


def unasked_ways(flow: Flow) -> Map:
    """The same between the steps that ask the caller for nothing."""
    unasked = {code for code, step in flow.steps.items() if not isinstance(step, Asking)}
    found = all_ways(flow)
    return {code: found[code] & unasked if code in unasked else frozenset() for code in found}


def _map(flow: Flow, follows: Callable[[Step], Iterable[str]]) -> Map:
    return {code: frozenset(follows(step)) & flow.steps.keys() for code, step in flow.steps.items()}


def reached(paths: Map, start: Iterable[str]) -> set[str]:
    found: set[str] = set()
    ahead = list(start)
    while ahead:
        code = ahead.pop()
        if code not in found and code in paths:
            found.add(code)
            ahead += paths[code]
    return found


def dead_ends(flow: Flow) -> list[str]:
    """Steps from which no way ends the call."""
    finals = {code for code, step in flow.steps.items() if isinstance(step, Final)}
    paths = all_ways(flow)
    return [code for code in flow.steps if not reached(paths, [code]) & finals]


def circles(paths: Map) -> list[list[str]]:
    """Each round on which one can go for ever, as the steps in the order of the flow."""
    after = {code: reached(paths, paths[code]) for code in paths}
    found: list[list[str]] = []
    for code in paths:
        if code in after[code] and not any(code in circle for circle in found):
            found.append([other for other in paths if other in after[code] and code in after[other]])
    return found


def surely_known(flow: Flow) -> Mapping[str, Collection[str]]:
    """What is known at the beginning of each step whatever way led to it; of steps nobody reaches, everything.

    What a lookup tells is known only where it was found, and what is asked for only where it was answered.
    """
    every = frozenset(name for step in flow.steps.values() for name in gives(step)) | ALWAYS_KNOWN.keys()
    known: dict[str, frozenset[str]] = dict.fromkeys(flow.steps, every)
    ahead = [flow.begins]
    if flow.begins in known:
        known[flow.begins] = frozenset(ALWAYS_KNOWN)
    while ahead:
        code = ahead.pop()
        step = flow.steps.get(code)
        for why, to in ways(flow, step) if step else ():
            if to not in known:
                continue
            told = frozenset(gives(step)) if step and why in ("next", "found", "closed") else frozenset()
            narrower = known[to] & (known[code] | told)
            if narrower != known[to]:
                known[to] = narrower
                ahead.append(to)
    return known
