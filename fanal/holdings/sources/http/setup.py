"""How one back office is asked: what the administrator said of it, ready for use (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Credential:
    """A header that goes to the place it was given for, and to no other, wherever an address comes to lead."""

    place: str
    header: str
    value: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class ActionSetup:
    """How one action is sent. `done` is the path of the answer that must say `done_is`; without it the status says it.

    `refusal`: where a refusal says why. `number`: where the number of what was made stands.
    """

    action: str
    method: str
    address: str
    body: Any = None
    done: str = ""
    done_is: str = ""
    refusal: str = ""
    number: str = ""
    key_header: str = "Idempotency-Key"


@dataclass(frozen=True, kw_only=True)
class Setup:
    """`within` in seconds. `paths`: our field to where it stands; `words`: their word to ours."""

    address: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    credential: Credential | None = None
    paths: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    within: float = 3.0
    retries: int = 0
    actions: Mapping[str, ActionSetup] = field(default_factory=dict)
