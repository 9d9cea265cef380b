"""How alike two cases are, and why: the same product, rare words in common, the same category, opened near in time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import log2
from typing import Any

SETTLED_FOR = timedelta(days=30)
"""A case settled longer ago is no longer compared: what settled it then is for the articles to say."""
RARE = 30
"""A word is rare when at most so many cases a month have it."""
ALIKE = 0.35

WORDS, PRODUCT, KIND, CATEGORY, TYPE = 0.6, 0.25, 0.08, 0.15, 0.05
NEAR = ((timedelta(hours=1), 0.1, "same_hour"), (timedelta(days=1), 0.06, "same_day"))


@dataclass(frozen=True, kw_only=True)
class Matter:
    """What is compared of a case, or of one that is about to be opened."""

    words: tuple[str, ...]
    products: frozenset[int] = frozenset()
    kind: str = ""
    category: int | None = None
    type: int | None = None
    opened_at: datetime


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """0 is nothing alike, 1 the same; the reasons are codes with their values, the weightiest first."""

    share: float
    reasons: tuple[Mapping[str, Any], ...] = field(default_factory=tuple)

    @property
    def alike(self) -> bool:
        return self.share >= ALIKE


def weight(per_month: float) -> float:
    """What a word in common says: 1 for a word that hardly any case has, less the more have it, never nothing."""
    return 1 / log2(2 + max(0.0, per_month))


def likeness(one: Matter, other: Matter, *, per_month: Mapping[str, float]) -> Likeness:
    """`per_month`: how many cases a month have each word of `one`; an absent word no other case has."""
    found: list[tuple[float, Mapping[str, Any]]] = []
    shared = [word for word in one.words if word in other.words]
    rare = sum(1 for word in shared if per_month.get(word, 0) <= RARE)
    said = WORDS * _share_of_words(one, other, shared, per_month)
    if rare:
        found.append((said, {"code": "rare_words", "count": rare}))
    if common := len(shared) - rare:
        found.append((0.0 if rare else said, {"code": "words", "count": common}))
    if one.products & other.products:
        found.append((PRODUCT, {"code": "same_product", "product": min(one.products & other.products)}))
    elif one.kind and one.kind == other.kind:
        found.append((KIND, {"code": "same_kind", "kind": one.kind}))
    if not shared and not one.products & other.products:
        return Likeness(share=0.0)
    if one.category is not None and one.category == other.category:
        found.append((CATEGORY, {"code": "same_category"}))
    if one.type is not None and one.type == other.type:
        found.append((TYPE, {"code": "same_type"}))
    for within, counts, code in NEAR:
        if abs(one.opened_at - other.opened_at) <= within:
            found.append((counts, {"code": code}))
            break
    found.sort(key=lambda pair: -pair[0])
    share = min(1.0, round(sum(counts for counts, _ in found), 4))
    return Likeness(share=share, reasons=tuple(reason for _, reason in found))


def _share_of_words(one: Matter, other: Matter, shared: list[str], per_month: Mapping[str, float]) -> float:
    """Dice's coefficient by weight: twice what is shared over all that both say.

    How rare the other's further words are is not asked; they count as an average word of ours. One that only we have
    may be a slip of the finger as well as a rare word: it counts as one that is just rare.
    """
    if not shared:
        return 0.0
    ours = sum(weight(per_month.get(word, 0 if word in shared else RARE)) for word in one.words)
    common = sum(weight(per_month.get(word, 0)) for word in shared)
    theirs = common + (len(other.words) - len(shared)) * ours / len(one.words)
    return 2 * common / (ours + theirs)
