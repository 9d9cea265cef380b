"""What a search answers with: kinds of objects, each with why it was found."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    CUSTOMER = "customer"
    ORDER = "order"
    HOLDING = "holding"
    CASE = "case"


@dataclass(frozen=True, kw_only=True)
class Hit:
    """An object that some lane met, before it is fetched through visible_to: 1 is certain, less is a likeness."""

    kind: Kind
    id: int
    score: float
    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Found:
    """One result as a person may see it; `why` is the sentence, `code` its code."""

    kind: str
    id: int
    title: str
    subtitle: str
    score: float
    why: str
    code: str
    customer_id: int | None = None


class Results(list[Found]):
    """The results, best first; `cut` says why some may be missing: slow, busy, or empty when none are."""

    def __init__(self, found: Iterable[Found] = (), *, cut: str = "") -> None:
        super().__init__(found)
        self.cut = cut
