"""A written flow in the order in which it is read: from its beginning along its ways, whatever order it was kept in."""

from collections.abc import Iterable, Mapping
from typing import Any

from fanal.scenarios.rules.flows.steps import Flow, Step, ways

DIAL = "1234567890*#"
WHOLE = ("languages", "begins", "otherwise", "steps")
FIELDS = (
    *(
        "kind",
        "gives",
        "what",
        "lookup",
        "by",
        "calendar",
        "before",
        "shortest",
        "longest",
        "silence",
        "ends_with",
        "check",
    ),
    *("at_least", "at_most", "secret", "prompt", "again", "confirm", "right", "wrong", "seconds", "between", "tries"),
    *("keys", "branches", "cases", "open", "closed", "queue", "priority", "skills", "number", "settled", "whole"),
    *("recorded", "next", "otherwise"),
)


def along_its_ways(steps: Mapping[str, Step], *, begins: str, otherwise: str, languages: tuple[str, ...]) -> list[str]:
    """The codes of the steps, each before those that it leads to; what nothing leads to comes last."""
    flow = Flow(languages=languages, begins=begins, otherwise=otherwise, steps=steps)
    found: dict[str, None] = {}
    ahead = [begins]
    while ahead:
        code = ahead.pop()
        if code in steps and code not in found:
            found[code] = None
            ahead += reversed([to for _why, to in ways(flow, steps[code])])
    return [*found, *(code for code in steps if code not in found)]


def arranged(content: Any, order: Iterable[str]) -> Any:
    """The same data with its steps in this order, and the fields of each as people write them."""
    if not isinstance(content, Mapping) or not isinstance(content.get("steps"), Mapping):
        return content
    languages = content.get("languages")
    spoken = languages if isinstance(languages, list) else []
    whole = _sorted(content, WHOLE)
    whole["steps"] = {code: _step(step, spoken) for code, step in _sorted(content["steps"], order).items()}
    return whole


def as_dialled(keys: Mapping[str, str]) -> dict[str, str]:
    """Keys in the order of the telephone: from 1 to 9, then 0, the star and the hash."""
    return dict(sorted(keys.items(), key=lambda one: [DIAL.find(char) for char in one[0]]))


def _step(step: Any, languages: Iterable[Any]) -> Any:
    if not isinstance(step, Mapping):
        return step
    found = _sorted(step, FIELDS)
    for name in found.keys() & {"prompt", "again", "confirm"}:
        if isinstance(found[name], Mapping):
            found[name] = _sorted(found[name], languages)
    if isinstance(found.get("keys"), Mapping):
        found["keys"] = as_dialled({str(key): to for key, to in found["keys"].items()})
    return found


def _sorted(data: Mapping[str, Any], names: Iterable[Any]) -> dict[str, Any]:
    """Those that are named first, in that order, then the others as they come."""
    first = [name for name in names if name in data]
    return {name: data[name] for name in [*first, *(name for name in data if name not in first)]}
