"""A flow goes on: what was given at a position leads to the next one. Pure, so that any process can do it."""

from collections.abc import Mapping
from dataclasses import replace

from fanal.scenarios.rules.flows.lookups import LOOKUPS
from fanal.scenarios.rules.flows.saying import said
from fanal.scenarios.rules.flows.steps import (
    Ask,
    Asking,
    Branch,
    Callback,
    End,
    Final,
    Flow,
    Hours,
    Language,
    Lookup,
    Menu,
    Prompt,
    Queue,
    Say,
    Step,
    Voicemail,
)
from fanal.scenarios.rules.flows.taking import taken
from fanal.scenarios.rules.flows.turns import (
    HOURS,
    NOT_YET,
    Answered,
    Awaits,
    Choice,
    Ended,
    Input,
    Keyed,
    Keys,
    LeavesMessage,
    LookUp,
    Nothing,
    Outcome,
    Passed,
    Position,
    Said,
    Seal,
    Silence,
    ToQueue,
    Turn,
    Wants,
    WantsCallback,
    nothing_kept,
)
from fanal.scenarios.rules.flows.turns import Final as FinalOutcome

MOST_TURNS = 200
"""Whoever presses keys for ever is at the last resort after so many."""
BETWEEN_LOOKS = 1.0
"""Seconds until something that is not known yet is looked up again."""


def begin(flow: Flow, *, language: str = "", values: Mapping[str, str] | None = None) -> Turn:
    """The first turn. `values` are what the contact brings along, such as `caller`."""
    chosen = language if language in flow.languages else flow.language
    position = Position(step=flow.begins, language=chosen, turn=0, values=dict(values or {}))
    return _enter(flow, position, flow.begins)


def step(flow: Flow, position: Position, given: Input, *, seal: Seal = nothing_kept) -> Turn:
    """What this input leads to. What does not fit where the flow stands changes nothing, and is answered too.

    `seal` makes of a secret what may be kept of it: only that is in the turn.
    """
    if position.step not in flow.steps:
        return _enter(flow, position, flow.otherwise)
    if position.awaits == Awaits.NOTHING:
        return _told(flow, position, ())
    if position.turn >= MOST_TURNS:
        return _enter(flow, position, flow.otherwise)
    here = flow.steps[position.step]
    match position.awaits, given, here:
        case Awaits.CONFIRMATION, Keyed() | Silence() | Passed(), Ask():
            return _confirmed(flow, position, here, given.keys if isinstance(given, Keyed) else "")
        case Awaits.KEYS, Keyed(), Ask():
            return _keyed(flow, position, here, given.keys, seal)
        case Awaits.KEYS, Keyed(), Menu() if given.keys in here.keys:
            return _enter(flow, position, here.keys[given.keys])
        case Awaits.KEYS, Keyed(), Language() if given.keys in here.keys:
            return _enter(flow, replace(position, language=here.keys[given.keys], chosen=True), here.next)
        case Awaits.KEYS, Keyed() | Silence() | Passed(), Asking():
            return _once_more(flow, position, here)
        case Awaits.FACTS, Answered(), Hours() | Lookup():
            return _answered(flow, position, here, given)
        case Awaits.TIME, Passed() | Silence(), Lookup():
            return _told(flow, replace(position, turn=position.turn + 1, awaits=Awaits.FACTS), ())
        case _:
            return again(flow, replace(position, turn=position.turn + 1))


def again(flow: Flow, position: Position) -> Turn:
    """The same turn once more: what is said and awaited where it stands, for whoever goes on after a break."""
    here = flow.steps.get(position.step)
    if here is None:
        return _enter(flow, position, flow.otherwise)
    match position.awaits:
        case Awaits.KEYS:
            return _told(flow, position, _prompt(flow, here, position))
        case Awaits.CONFIRMATION if isinstance(here, Ask):
            return _told(flow, position, _read_back(flow, here, position))
        case Awaits.NOTHING:
            return _told(flow, position, _prompt(flow, here, position))
        case _:
            return _told(flow, position, ())


def _enter(flow: Flow, position: Position, code: str) -> Turn:
    """Go to a step, and on from there through all that asks for nothing."""
    position = replace(position, turn=position.turn + 1)
    says: tuple[Said, ...] = ()
    for _ in range(len(flow.steps) + 1):
        here = flow.steps.get(code) or flow.steps[flow.otherwise]
        position = position.at(here.code)
        match here:
            case Say():
                says += _prompt(flow, here, position)
                code = here.next
            case Branch():
                says += _prompt(flow, here, position)
                code = _case(flow, here, position)
            case Menu() | Language() | Ask():
                return _told(flow, replace(position, awaits=Awaits.KEYS), says + _prompt(flow, here, position))
            case Hours() | Lookup():
                return _told(flow, replace(position, awaits=Awaits.FACTS), says + _prompt(flow, here, position))
            case _:
                return _told(flow, position, says + _prompt(flow, here, position))
    last = flow.steps[flow.otherwise]  # it said only and never asked: round and round
    position = position.at(last.code)
    return _told(flow, position, _prompt(flow, last, position))


def _case(flow: Flow, here: Branch, position: Position) -> str:
    """By the value itself; `*` is any, and an empty case is nothing known."""
    value = position.values.get(here.by, "")
    found = here.cases.get(value) or (here.cases.get("*") if value else None)
    return found or here.otherwise or flow.otherwise


def _keyed(flow: Flow, position: Position, here: Ask, keys: str, seal: Seal) -> Turn:
    number = taken(here, keys)
    if number is None:
        return _once_more(flow, position, here)
    if here.secret:
        return _enter(flow, position.knowing(seal(here.gives, number), gathered=True), here.next)
    if here.confirm:
        position = replace(position, turn=position.turn + 1, awaits=Awaits.CONFIRMATION, heard=number)
        return _told(flow, position, _read_back(flow, here, position))
    return _enter(flow, position.knowing({here.gives: number}, gathered=True), here.next)


def _confirmed(flow: Flow, position: Position, here: Ask, keys: str) -> Turn:
    """Right keeps it, wrong asks for it anew; anything else reads it back once more."""
    if keys == here.right:
        return _enter(flow, position.knowing({here.gives: position.heard}, gathered=True), here.next)
    if position.tries + 1 >= here.tries:
        return _enter(flow, position, here.otherwise or flow.otherwise)
    asked = replace(position, turn=position.turn + 1, tries=position.tries + 1)
    if keys == here.wrong:
        asked = replace(asked, awaits=Awaits.KEYS, heard="")
        return _told(flow, asked, _prompt(flow, here, asked))
    return _told(flow, asked, _read_back(flow, here, asked))


def _once_more(flow: Flow, position: Position, here: Asking) -> Turn:
    """Nothing came, or something else: asked again as often as the step says, and then it goes on without."""
    if position.tries + 1 >= here.tries:
        goes_on = here.otherwise or (here.next if isinstance(here, Language) else flow.otherwise)
        return _enter(flow, position, goes_on)
    asked = replace(position, turn=position.turn + 1, tries=position.tries + 1)
    return _told(flow, asked, _prompt(flow, here, asked, here.again, "again"))


def _answered(flow: Flow, position: Position, here: Hours | Lookup, given: Answered) -> Turn:
    if given.branch == NOT_YET and isinstance(here, Lookup) and position.tries + 1 < here.tries:
        waiting = replace(position, turn=position.turn + 1, tries=position.tries + 1, awaits=Awaits.TIME)
        return _told(flow, waiting, ())
    known = position.knowing(given.values)
    branches = {"open": here.open, "closed": here.closed} if isinstance(here, Hours) else here.branches
    return _enter(flow, known, branches.get(given.branch) or here.otherwise or flow.otherwise)


def _told(flow: Flow, position: Position, says: tuple[Said, ...]) -> Turn:
    """The turn of a position: all but what is said follows from where it stands."""
    here = flow.steps[position.step]
    return Turn(
        position=position,
        says=says,
        wants=_wants(here, position),
        gathered={name: position.values[name] for name in position.gathered if name in position.values},
        outcome=_outcome(here, position),
    )


def _wants(here: Step, position: Position) -> Wants:
    match position.awaits, here:
        case Awaits.CONFIRMATION, Ask():
            return Choice(keys=(here.right, here.wrong), seconds=here.seconds)
        case Awaits.KEYS, Ask():
            return Keys(
                shortest=here.shortest,
                longest=here.longest,
                ends_with=here.ends_with,
                seconds=here.seconds,
                between=here.between,
                secret=here.secret,
            )
        case Awaits.KEYS, Menu() | Language():
            return Choice(keys=tuple(here.keys), seconds=here.seconds)
        case Awaits.TIME, _:
            return Nothing(seconds=BETWEEN_LOOKS)
        case _:
            return Nothing()


def _outcome(here: Step, position: Position) -> Outcome:
    match here:
        case Hours() if position.awaits == Awaits.FACTS:
            return LookUp(lookup=HOURS, values={"calendar": here.calendar})
        case Lookup() if position.awaits == Awaits.FACTS:
            takes = LOOKUPS[here.lookup].takes if here.lookup in LOOKUPS else ()
            return LookUp(lookup=here.lookup, values={name: position.values.get(name, "") for name in takes})
        case Final() if position.awaits == Awaits.NOTHING:
            return _final(here, position)
        case _:
            return None


def _final(here: Final, position: Position) -> FinalOutcome:
    match here:
        case Queue():
            return ToQueue(queue=here.queue, priority=here.priority, skills=here.skills)
        case End():
            return Ended(settled=here.settled)
        case Voicemail():
            return LeavesMessage(queue=here.queue, longest=here.longest, silence=here.silence)
        case Callback():
            return WantsCallback(queue=here.queue, number=position.values.get(here.number, ""))
        case _:
            raise AssertionError(here)


def _prompt(
    flow: Flow, here: Step, position: Position, instead: Prompt | None = None, which: str = ""
) -> tuple[Said, ...]:
    """The step's prompt, or `instead` of it another one. A choice of languages is offered in each of them."""
    prompt, which = (instead, which) if instead else (here.prompt, "")
    if not isinstance(here, Language):
        return said(flow, here, prompt, position, which=which)
    spoken_in = [language for language in flow.languages if language in prompt]
    return tuple(
        one for language in spoken_in for one in said(flow, here, prompt, position, which=which, language=language)
    )


def _read_back(flow: Flow, here: Ask, position: Position) -> tuple[Said, ...]:
    return said(flow, here, here.confirm, position.knowing({here.gives: position.heard}), which="confirm")
