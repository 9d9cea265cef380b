"""The cases of a change of many, as the rule takes them: what each is now, read for all of them at once."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q

from fanal.agents.models import Agent
from fanal.cases.asking import for_rules
from fanal.cases.models import BulkKind, Case, CaseField, CaseState, CaseStep
from fanal.cases.rules.bulk import Item, Wanted, refusal
from fanal.cases.rules.values import missing
from fanal.routing.models import WAITS, Queue, QueueEntry

COLUMNS = {
    BulkKind.OWNER: "owner_id",
    BulkKind.TIER: "tier_id",
    BulkKind.PRIORITY: "priority",
    BulkKind.CATEGORY: "category_id",
    BulkKind.TYPE: "type_id",
    BulkKind.PROBLEM: "parent_id",
}


def wanted_of(kind: str, to: int | None) -> Wanted:
    """What shall be, with whose side it is on: real work or practice."""
    practice: bool | None = None
    match kind:
        case BulkKind.OWNER if to is not None:
            practice = Agent.objects.values_list("practising", flat=True).get(pk=to)
        case BulkKind.QUEUE:
            practice = Queue.objects.values_list("practice", flat=True).get(pk=to or 0)
        case BulkKind.PROBLEM:
            practice = Case.objects.values_list("practice", flat=True).get(pk=to or 0)
    return Wanted(kind=kind, to=to, practice=practice)


def refusals(
    cases: Sequence[Case], wanted: Wanted, *, given: Collection[str] = ()
) -> Mapping[int, tuple[str, Sequence[str]]]:
    """For each case what stands against it, and by name what is missing; an empty code where nothing does.

    `given`: the codes of fields that are filled in along with it, where a case lacks them.
    """
    lacking = _lacking(cases, given) if wanted.kind == BulkKind.SETTLE else {}
    keys = [case.pk for case in cases]
    waiting: set[int] = set()
    if wanted.kind == BulkKind.QUEUE:
        rows = QueueEntry.objects.filter(case__in=keys, state__in=WAITS)
        waiting = {pk for pk in rows.values_list("case", flat=True) if pk}
    problems: set[int] = set()
    if wanted.kind == BulkKind.PROBLEM:
        below = Case.objects.filter(parent=OuterRef("pk"))
        problems = set(Case.objects.filter(Exists(below), pk__in=keys).values_list("pk", flat=True))
    column = COLUMNS.get(BulkKind(wanted.kind), "")
    found = {}
    for case in cases:
        item = Item(
            id=case.pk,
            practice=case.practice,
            settled=case.state == CaseState.SETTLED,
            withdrawn=case.withdrawn_at is not None,
            merged=case.merged_into_id is not None,
            waiting=case.pk in waiting,
            now_is=getattr(case, column) if column else None,
            has_children=case.pk in problems,
            missing=lacking.get(case.pk, ()),
        )
        found[case.pk] = refusal(item, wanted), item.missing
    return found


def given_for(case: Case, given: Mapping[str, Any], *, codes: Collection[str]) -> dict[str, Any]:
    """Of what is filled in for many, what this one lacks; `codes`: those of the fields of its type."""
    return {code: value for code, value in given.items() if code in codes and code not in case.values}


def codes_of(cases: Sequence[Case]) -> dict[int, set[str]]:
    """The codes of the fields in use of each type that occurs."""
    found: dict[int, set[str]] = defaultdict(set)
    rows = CaseField.objects.filter(case_type__in={case.type_id for case in cases}, active=True)
    for kind, code in rows.values_list("case_type", "code"):
        found[kind].add(code)
    return found


def _lacking(cases: Sequence[Case], given: Collection[str]) -> dict[int, list[str]]:
    """What each lacks before it can be settled: three questions however many there are."""
    types = {case.type_id for case in cases}
    fields = defaultdict(list)
    for field in CaseField.objects.filter(case_type__in=types, active=True):
        fields[field.case_type_id].append(field)
    filled = dict.fromkeys(given)
    found = {case.pk: missing(for_rules(fields[case.type_id]), filled | case.values, to="to_settle") for case in cases}
    kinds = {case.pk: case.type_id for case in cases}
    steps = CaseStep.objects.filter(case__in=list(kinds), required=True, done_at=None)
    for case, text, kind in steps.filter(~Q(begun_as=None)).values_list("case", "text", "begun_as__case_type"):
        if kinds[case] == kind:
            found[case].append(text)
    return found
