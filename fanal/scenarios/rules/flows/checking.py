"""What would go wrong with a flow, before anybody calls: no dead ends, every input answered, no secret that leaks."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from fanal.scenarios.rules.flows.lookups import FOUND, LOOKUPS
from fanal.scenarios.rules.flows.saying import gives, prompts_of, sorts, variables
from fanal.scenarios.rules.flows.steps import (
    Ask,
    Branch,
    Callback,
    End,
    Flow,
    Hours,
    Language,
    Lookup,
    Prompt,
    Queue,
    Step,
    Voicemail,
    What,
)
from fanal.scenarios.rules.flows.ways_through import (
    all_ways,
    circles,
    dead_ends,
    reached,
    silent_ways,
    surely_known,
    unasked_ways,
)
from fanal.scenarios.rules.flows.written import Finding

NEVER_OPEN = frozenset({"card", "pin", "cvv", "cvc", "password"})
"""Names of what no flow may keep as it was keyed."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What there is for a flow to name; None: not known here, so it is not checked."""

    queues: Collection[str] | None = None
    calendars: Collection[str] | None = None
    skills: Collection[str] | None = None


def check(flow: Flow, around: Surroundings | None = None) -> list[Finding]:
    """Everything that is wrong, in the order of the steps; nothing when it may go live."""
    found = [
        *_ways(flow),
        *(one for step in flow.steps.values() for one in _step(flow, step, around or Surroundings())),
        *_values(flow),
        *_secrets(flow),
    ]
    order = {code: place for place, code in enumerate(flow.steps)}
    return sorted(found, key=lambda one: order.get(one.step, -1))


def _ways(flow: Flow) -> Iterator[Finding]:
    there = reached(all_ways(flow), [flow.begins, flow.otherwise])
    for code in flow.steps:
        if code not in there:
            yield Finding(code="unreachable", step=code)
    ends_never = dead_ends(flow)
    for code in ends_never:
        yield Finding(code="never_ends", step=code)
    machine = circles(unasked_ways(flow))
    for circle in machine:
        yield Finding(code="runs_in_circle", step=circle[0], values={"steps": ", ".join(circle)})
    for circle in circles(silent_ways(flow)):
        if circle not in machine:
            yield Finding(code="silence_in_circle", step=circle[0], values={"steps": ", ".join(circle)})


def _step(flow: Flow, step: Step, around: Surroundings) -> Iterator[Finding]:
    yield from _prompts(flow, step)
    match step:
        case Queue() | Voicemail() | Callback():
            if step.queue and around.queues is not None and step.queue not in around.queues:
                yield _unknown("queue_unknown", step, step.queue, around.queues)
    match step:
        case Queue():
            for skill in step.skills:
                if around.skills is not None and skill not in around.skills:
                    yield _unknown("skill_unknown", step, skill, around.skills)
        case Hours():
            if step.calendar and around.calendars is not None and step.calendar not in around.calendars:
                yield _unknown("calendar_unknown", step, step.calendar, around.calendars)
        case Lookup():
            yield from _lookup(step)
        case Ask():
            yield from _ask(step)
        case End():
            if not step.prompt:
                yield Finding(code="ends_silently", step=step.code)


def _prompts(flow: Flow, step: Step) -> Iterator[Finding]:
    """Whoever chose a language hears it to the end."""
    wanted = set(step.keys.values()) if isinstance(step, Language) else set(flow.languages)
    for name, prompt in prompts_of(step).items():
        for language in flow.languages:
            if prompt and language in wanted and language not in prompt:
                yield Finding(code="no_prompt", step=step.code, place=name, values={"language": language})


def _lookup(step: Lookup) -> Iterator[Finding]:
    known = LOOKUPS.get(step.lookup)
    if known is None:
        yield _unknown("lookup_unknown", step, step.lookup, LOOKUPS)
        return
    for branch in step.branches:
        if branch not in known.branches:
            yield _unknown("branch_unknown", step, branch, known.branches)
    if FOUND not in step.branches:
        yield Finding(code="found_unanswered", step=step.code, values={"what": FOUND})


def _ask(step: Ask) -> Iterator[Finding]:
    lengths = {What.DATE: (8, 8), What.CARD: (12, 19)}.get(step.what)
    too_short = lengths is not None and (step.longest < lengths[0] or step.shortest > lengths[1])
    upside_down = step.at_least is not None and step.at_most is not None and step.at_least > step.at_most
    if too_short or upside_down:
        yield Finding(code="never_taken", step=step.code)


def _values(flow: Flow) -> Iterator[Finding]:
    """What is said, looked up or branched on must be known by then."""
    surely, everything = surely_known(flow), sorts(flow)
    hidden = {ask.gives for ask in flow.asks() if ask.secret}
    for step in flow.steps.values():
        for name in _said(step):
            own = isinstance(step, Ask) and name == step.gives and name not in _in((step.prompt, step.again))
            if name not in everything:
                code = "secret_read_back" if name in hidden else "name_unknown"
                yield Finding(code=code, step=step.code, values={"name": name})
            elif name not in surely[step.code] and not own:
                yield Finding(code="name_not_sure", step=step.code, values={"name": name})
        if isinstance(step, Lookup) and step.lookup in LOOKUPS:
            for name in LOOKUPS[step.lookup].takes:
                if name not in surely[step.code]:
                    yield Finding(code="not_asked_before", step=step.code, values={"name": name})
        for name in _named(step):
            if name not in everything:
                yield Finding(code="name_unknown", step=step.code, values={"name": name})


def _said(step: Step) -> list[str]:
    return _in(prompts_of(step).values())


def _in(prompts: Iterable[Prompt]) -> list[str]:
    return list(dict.fromkeys(name for prompt in prompts for text in prompt.values() for name in variables(text)))


def _named(step: Step) -> list[str]:
    match step:
        case Branch():
            return [step.by]
        case Callback() if step.number:
            return [step.number]
        case _:
            return []


def _secrets(flow: Flow) -> Iterator[Finding]:
    for ask in flow.asks():
        if not ask.secret and (ask.what == What.CARD or ask.gives.lower() in NEVER_OPEN):
            yield Finding(code="not_secret", step=ask.code, values={"name": ask.gives})
        if ask.secret and ask.confirm:
            yield Finding(code="secret_read_back", step=ask.code, values={"name": ask.gives})
        if ask.secret and ask.recorded:
            yield Finding(code="secret_recorded", step=ask.code)
    hashes = {name for ask in flow.asks() if ask.secret for name in gives(ask) if name.endswith("_hash")}
    for step in flow.steps.values():
        for name in hashes & set(_said(step)):
            yield Finding(code="secret_read_back", step=step.code, values={"name": name})


def _unknown(code: str, step: Step, what: str, known: Collection[str] | Mapping[str, object]) -> Finding:
    return Finding(code=code, step=step.code, values={"what": what, "known": ", ".join(sorted(known))})
