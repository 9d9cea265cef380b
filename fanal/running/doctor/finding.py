"""What the doctor says of one component."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """How a component is, and what to do if it is not well."""

    name: str
    state: State
    what: str
    todo: str = ""


def ok(name: str, what: str) -> Finding:
    return Finding(name=name, state=State.OK, what=what)


def warn(name: str, what: str, todo: str) -> Finding:
    return Finding(name=name, state=State.WARN, what=what, todo=todo)


def fail(name: str, what: str, todo: str) -> Finding:
    return Finding(name=name, state=State.FAIL, what=what, todo=todo)
