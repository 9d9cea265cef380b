"""Where something stands in an answer: `data.balance.amount`, `steps[0].at`, `steps[-1].place` (pure)."""

import re
from typing import Any

STEP = re.compile(r"([^.\[\]]+)|\[(-?\d{1,4})\]")
LONGEST = 200
NOTHING: Any = object()


def is_path(text: str) -> bool:
    return bool(text) and len(text) <= LONGEST and _steps(text) is not None


def find(answer: Any, path: str) -> Any:
    """What stands there; NOTHING where there is no such place."""
    steps = _steps(path)
    if steps is None:
        return NOTHING
    for step in steps:
        match answer, step:
            case dict(), str() if step in answer:
                answer = answer[step]
            case list(), int() if -len(answer) <= step < len(answer):
                answer = answer[step]
            case _:
                return NOTHING
    return answer


def _steps(path: str) -> list[str | int] | None:
    """`$` and `$.` at the beginning are the answer itself, as many are used to write it."""
    text = path.removeprefix("$").removeprefix(".")
    found: list[str | int] = []
    place = 0
    while place < len(text):
        if found and text[place] == ".":
            place += 1
        step = STEP.match(text, place)
        if step is None:
            return None
        found.append(step[1] if step[1] is not None else int(step[2]))
        place = step.end()
    return found
