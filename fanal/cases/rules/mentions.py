"""Whom a note calls by name: `@` and the name as it is written in the house, picked from the list or typed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LONGEST, SHORTEST_PART = 100, 2


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """`also`: what tells somebody apart from another of the same name; it stands behind the name, in brackets."""

    id: int
    name: str
    also: str = ""


@dataclass(frozen=True, kw_only=True)
class Calls:
    """Whom it surely means, and what may mean several people: those are told apart by whoever writes, not by us."""

    people: frozenset[int]
    unclear: Mapping[str, tuple[int, ...]]


def told_apart(name: str, also: str) -> str:
    """How one of several of the same name is called."""
    return f"{name} ({also})"


def mentioned(text: str, colleagues: Iterable[Colleague]) -> Calls:
    """Behind each @ the longest that is a name: a whole one, else the first words of one.

    Several people of one name, or with one beginning, are unclear; a whole name goes before a longer one it begins.
    """
    if "@" not in text:
        return Calls(people=frozenset(), unclear={})
    whole, begun, written = _known(colleagues)
    left = _plain(text)
    people: set[int] = set()
    unclear: dict[str, tuple[int, ...]] = {}
    for rest in _behind(left):
        for word in _cuts(rest):
            meant = whole.get(word) or (begun.get(word, set()) if len(word) >= SHORTEST_PART else set())
            if not meant:
                continue
            if len(meant) == 1:
                people |= meant
            else:
                unclear[written[word]] = tuple(sorted(meant))
            break
    return Calls(people=frozenset(people), unclear=unclear)


def _known(colleagues: Iterable[Colleague]) -> tuple[dict[str, set[int]], dict[str, set[int]], dict[str, str]]:
    """Whole names, beginnings of names, and how each is written."""
    whole: dict[str, set[int]] = defaultdict(set)
    begun: dict[str, set[int]] = defaultdict(set)
    written: dict[str, str] = {}
    for one in colleagues:
        words = one.name.split()
        for number in range(1, len(words)):
            part = " ".join(words[:number])
            begun[_plain(part)].add(one.id)
            written.setdefault(_plain(part), part)
        if words:
            whole[_plain(one.name)].add(one.id)
            written.setdefault(_plain(one.name), one.name)
        if words and one.also:
            whole[_plain(told_apart(one.name, one.also))].add(one.id)
    return whole, begun, written


def _behind(text: str) -> Iterable[str]:
    """What follows each @ that is no part of an address."""
    for place, letter in enumerate(text):
        if letter == "@" and not (place and (text[place - 1].isalnum() or text[place - 1] == "_")):
            yield text[place + 1 : place + 1 + LONGEST * 2]


def _cuts(rest: str) -> Iterable[str]:
    """What it may be, the longest first: it ends where a word does."""
    for end in range(len(rest), 0, -1):
        if end == len(rest) or not (rest[end].isalnum() or rest[end] == "_"):
            yield rest[:end]


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
