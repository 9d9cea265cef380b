"""A prompt with what is known filled in, as a person would say it."""

from collections.abc import Mapping

from fanal.interactions.rules.filling import VARIABLE, filled
from fanal.language.spoken import Sort, spoken
from fanal.scenarios.rules.flows.lookups import ALWAYS_KNOWN, LOOKUPS, OPENING
from fanal.scenarios.rules.flows.steps import Ask, Asking, Flow, Hours, Lookup, Prompt, Step, What
from fanal.scenarios.rules.flows.turns import Position, Said

SORTS = {What.DIGITS: Sort.DIGITS, What.NUMBER: Sort.NUMBER, What.DATE: Sort.DATE, What.CARD: Sort.DIGITS}


def said(
    flow: Flow, step: Step, prompt: Prompt, position: Position, *, which: str = "", language: str = ""
) -> tuple[Said, ...]:
    """What the caller hears of a prompt, in their language; nothing where it says nothing."""
    language = language or position.language
    spoken_in = language if language in prompt else flow.language
    text = prompt.get(spoken_in, "")
    if not text:
        return ()
    names = variables(text)
    values = {
        name: spoken(position.values.get(name, ""), sorts(flow).get(name, Sort.TEXT), spoken_in) for name in names
    }
    name = "" if names else ".".join(filter(None, (step.code, which)))
    whole = bool(getattr(step, "whole", False))
    return (Said(text=" ".join(filled(text, values).split()), language=spoken_in, name=name, whole=whole),)


def prompts_of(step: Step) -> dict[str, Prompt]:
    """Everything that a step may say, by the field it stands in."""
    found: dict[str, Prompt] = {"prompt": step.prompt}
    if isinstance(step, Asking):
        found["again"] = step.again
    if isinstance(step, Ask):
        found["confirm"] = step.confirm
    return found


def variables(text: str) -> tuple[str, ...]:
    """The names in a text that are to be filled in."""
    return tuple(dict.fromkeys(VARIABLE.findall(text)))


def gives(step: Step) -> Mapping[str, Sort]:
    """What is known after a step that was not known before it, and of which sort that is."""
    match step:
        case Ask(secret=True, what=What.CARD):
            return {"card_hash": Sort.TEXT, "card_last_four": Sort.DIGITS}
        case Ask(secret=True):
            return {f"{step.gives}_hash": Sort.TEXT}
        case Ask():
            return {step.gives: SORTS[step.what]}
        case Lookup() if step.lookup in LOOKUPS:
            return LOOKUPS[step.lookup].gives
        case Hours():
            return OPENING.gives
        case _:
            return {}


def sorts(flow: Flow) -> Mapping[str, Sort]:
    """Every name of the flow, and what sort of thing it is."""
    found = dict(ALWAYS_KNOWN)
    for step in flow.steps.values():
        found |= gives(step)
    return found
