"""Which case can be merged into which, what goes along, and when a split can be taken back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fanal.cases.rules.states import NotPossible


@dataclass(frozen=True, kw_only=True)
class Part:
    """What the rule needs to know of a case."""

    id: int
    practice: bool
    settled: bool = False
    customer: int | None = None
    merged_into: int | None = None
    has_children: bool = False
    withdrawn_at: datetime | None = None


def may_merge(case: Part, into: Part) -> bool:
    """True when the case can become part of the other, False when it is already. Raises NotPossible.

    `into` is what the other case itself was merged into in the end: so a chain grows only at its end, and since a case
    that was merged cannot be merged again, nothing goes round in a circle.
    """
    if case.id == into.id:
        raise NotPossible("merged_into_itself")
    if case.merged_into is not None:
        if case.merged_into == into.id:
            return False
        raise NotPossible("merged_already")
    if case.withdrawn_at or into.withdrawn_at:
        raise NotPossible("withdrawn")
    if case.practice != into.practice:
        raise NotPossible("problem_practises")
    if case.has_children:
        raise NotPossible("problem_stays")
    if into.settled and not case.settled:
        raise NotPossible("merged_into_settled")
    if case.customer is not None and into.customer != case.customer:
        raise NotPossible("merge_other_way" if into.customer is None else "other_customer")
    return True


@dataclass(frozen=True, kw_only=True)
class Values:
    """The codes whose value goes along, and those whose value stays behind and is said."""

    taken: Sequence[str]
    differ: Sequence[str]


def values_to_carry(*, own: Mapping[str, Any], other: Mapping[str, Any], asked: Collection[str]) -> Values:
    """What only the other case knew goes along, as far as the `asked` fields of the type go; what we know stays."""
    taken = [code for code in sorted(other) if code in asked and code not in own]
    differ = [code for code in sorted(other) if code not in taken and other[code] != own.get(code)]
    return Values(taken=taken, differ=differ)


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of one of the cases; `kind`: the step of the type that it began as."""

    id: int
    text: str
    kind: int | None = None
    done: bool = False


@dataclass(frozen=True, kw_only=True)
class Steps:
    """The steps that go over; and each that is done there already, with the open one here that it is the same as."""

    over: Sequence[int]
    done: Sequence[tuple[int, int]]


def steps_to_carry(*, own: Sequence[Step], other: Sequence[Step], settled: bool) -> Steps:
    """What only the other case had to do or has done goes over; of a settled one only what was done.

    The same step is one: done if it was done in either.
    """
    over, done = [], []
    for step in other:
        same = next((one for one in own if _same(one, step)), None)
        if same is None and (step.done or not settled):
            over.append(step.id)
        elif same and step.done and not same.done:
            done.append((step.id, same.id))
    return Steps(over=over, done=done)


def _same(one: Step, other: Step) -> bool:
    if one.kind is not None and one.kind == other.kind:
        return True
    return one.text.casefold() == other.text.casefold()


@dataclass(frozen=True, kw_only=True)
class Wait:
    """A case waits until another is settled."""

    id: int
    case: int
    on: int


@dataclass(frozen=True, kw_only=True)
class Waits:
    """What goes along, with the side on which the merged case stood; what is over; and what is waited for anyway."""

    moved: Sequence[tuple[int, str]]
    over: Sequence[int]
    twice: Sequence[int]


def waits_to_carry(
    *,
    case: int,
    into: int,
    own: Sequence[Wait],
    known: Collection[tuple[int, int]],
    further: Collection[int],
    behind: Collection[int],
) -> Waits:
    """What the case waits for, and what waits for it, as far as that makes sense for the other one.

    `own`: the waits on either side of the case; `known`: who waits for whom at the other one; `further`: everything
    that the other one waits for in the end, and `behind`: everything that waits for it. Nothing waits for itself, or in
    a circle: what would is over.
    """
    there = set(known)
    moved, over, twice = [], [], []
    for wait in own:
        ours = wait.case == case
        other = wait.on if ours else wait.case
        pair = (into, other) if ours else (other, into)
        if other == into or other in (behind if ours else further):
            over.append(wait.id)
        elif pair in there:
            twice.append(wait.id)
        else:
            there.add(pair)
            moved.append((wait.id, "case" if ours else "on"))
    return Waits(moved=moved, over=over, twice=twice)


def may_take_split_back(
    *, withdrawn: bool, merged: bool, settled: bool, notes: Collection[int], moved: Collection[int], contacts: int
) -> bool:
    """False when it was taken back already. `contacts`: those that came after the split. Raises NotPossible."""
    if withdrawn:
        return False
    if merged:
        raise NotPossible("merged_already")
    if settled or contacts or set(notes) - set(moved):
        raise NotPossible("part_worked_on")
    return True
