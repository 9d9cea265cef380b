"""A scenario as the rules see it, and what choosing among them gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fanal.scenarios.rules.conditions import Condition, Judgement


@dataclass(frozen=True, kw_only=True)
class ScenarioRule:
    """One scenario: all its conditions must hold. Without conditions it meets every contact."""

    id: int
    code: str
    conditions: tuple[Condition, ...]
    queue: str
    priority: int | None = None
    skills: Mapping[str, int] = field(default_factory=dict)
    opens: str = "customer"
    form: str = ""
    category: int | None = None
    prefer_last_agent: bool = False


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Why one scenario was, or was not, the one. `overtaken`: it would match, but one before it did."""

    scenario: int
    code: str
    matched: bool
    overtaken: bool
    judgements: tuple[Judgement, ...]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What happens to a contact. `scenario` and `queue` are None when nothing matched: the caller's default queue."""

    scenario: int | None
    code: str
    queue: str | None
    priority: int | None
    skills: Mapping[str, int]
    opens: str
    opens_id: int | None
    claimed: bool
    form: str
    category: int | None
    preferred_agent: int | None
    preferred_why: str
    why: tuple[Verdict, ...]
