"""Two cases turn out to be one matter, and may turn out not to be; a part that was split off comes back."""

from datetime import datetime

from django.db import transaction

from fanal.agents.models import Agent
from fanal.cases import rules
from fanal.cases.actions.carrying import carry_back, carry_over
from fanal.cases.actions.following import tell_followers
from fanal.cases.actions.telling import all_locked, audience_of, tell
from fanal.cases.actions.waiting import one_after_the_other
from fanal.cases.merged import chain_of, end_of
from fanal.cases.models import Case, CaseMerge, CaseNote, CaseSplit, CaseState
from fanal.cases.rules.merging import Part, may_merge, may_take_split_back

LONGEST_WHY = 500


@transaction.atomic
def merge(*, case: Case, into: Case, why: str = "", now: datetime, by: Agent) -> Case:
    """The case is the same matter as another, which goes on for both; returns the one that goes on.

    What was said and done stays where it is: the case counts as settled, leaves the lists, and says where it is read
    on. What only it knew, had to do and waited for, and who follows or helps, goes along. Raises NotPossible.
    """
    why = why.strip()
    if len(why) > LONGEST_WHY:
        raise rules.NotPossible("reason_too_long")
    one_after_the_other()
    goal = end_of(into)
    held = all_locked(case, goal)
    case, into = held[case.pk], end_of(held[goal.pk])
    if not may_merge(_part(case), _part(into)):
        return into
    carried = carry_over(case=case, into=into, now=now, by=by)
    CaseMerge.objects.create(
        case=case,
        into=into,
        why=why,
        by=by,
        at=now,
        state_before=case.state,
        settled_before=case.settled_at,
        carried=carried,
    )
    case.merged_into, case.updated_at = into, now
    if case.state != CaseState.SETTLED:
        case.state, case.settled_at = CaseState.SETTLED, now
    case.save(update_fields=["merged_into", "state", "settled_at", "updated_at"])
    Case.objects.filter(pk=into.pk).update(values=into.values, updated_at=now)
    tell(case, "case.merged", by=by, now=now, data={"into": into.pk}, also=audience_of(into))
    differ = {"differ": carried["differ"]} if carried["differ"] else {}
    tell(into, "case.changed", by=by, now=now, data={"merged": case.pk} | differ)
    tell_followers(case, "merged", by=by, now=now)
    return into


@transaction.atomic
def unmerge(*, case: Case, now: datetime, by: Agent) -> Case:
    """They were two matters after all: the case stands again as it did, with what had gone along.

    One that is not merged stays as it is.
    """
    before = Case.objects.filter(pk=case.pk).values_list("merged_into", flat=True).get()
    if before is None:
        return case
    one_after_the_other()
    way = chain_of(before)
    held = all_locked(case, *(Case(pk=pk) for pk in way))
    case = held[case.pk]
    fact = CaseMerge.objects.select_for_update().filter(case=case, taken_back_at=None).first()
    if case.merged_into_id != before or fact is None:
        return case
    fact.taken_back_at, fact.taken_back_by = now, by
    fact.save(update_fields=["taken_back_at", "taken_back_by"])
    case.merged_into, case.updated_at = None, now
    case.state, case.settled_at = fact.state_before, fact.settled_before
    case.save(update_fields=["merged_into", "state", "settled_at", "updated_at"])
    chain = [held[pk] for pk in way]
    into = held[before]
    heard = audience_of(into)
    changed = carry_back(fact, case=case, chain=chain, now=now, by=by)
    Case.objects.filter(pk=before).update(updated_at=now)
    tell(case, "case.unmerged", by=by, now=now, data={"out_of": into.pk}, also=audience_of(into))
    tell(into, "case.changed", by=by, now=now, data={"unmerged": case.pk}, also=heard)
    for further in changed:
        if further != into:
            tell(further, "case.changed", by=by, now=now, data={"changes": {"values": []}})
    tell_followers(case, "unmerged", by=by, now=now)
    return case


@transaction.atomic
def take_split_back(*, case: Case, contacts: int = 0, now: datetime, by: Agent) -> CaseSplit | None:
    """The part was no matter of its own: its notes go back, and it counts in no figure. None when it was no part.

    `contacts`: how many came after the split, which only a higher package knows. Raises NotPossible once somebody has
    worked on it.
    """
    fact = CaseSplit.objects.filter(into=case).first()
    if fact is None:
        return None
    held = all_locked(case, Case(pk=fact.case_id))
    second, first = held[case.pk], held[fact.case_id]
    if may_take_split_back(
        withdrawn=second.withdrawn_at is not None,
        merged=second.merged_into_id is not None,
        settled=second.state == CaseState.SETTLED,
        notes=list(second.notes.values_list("pk", flat=True)),
        moved=fact.notes,
        contacts=contacts,
    ):
        CaseNote.objects.filter(pk__in=fact.notes, case=second).update(case=first)
        fact.taken_back_at, fact.taken_back_by = now, by
        fact.save(update_fields=["taken_back_at", "taken_back_by"])
        second.withdrawn_at, second.updated_at = now, now
        second.save(update_fields=["withdrawn_at", "updated_at"])
        Case.objects.filter(pk=first.pk).update(updated_at=now)
        tell(second, "case.withdrawn", by=by, now=now)
        tell(first, "case.changed", by=by, now=now, data={"split_taken_back": second.pk})
    return fact


def _part(case: Case) -> Part:
    return Part(
        id=case.pk,
        practice=case.practice,
        settled=case.state == CaseState.SETTLED,
        customer=case.customer_id,
        merged_into=case.merged_into_id,
        has_children=case.children.exists(),
        withdrawn_at=case.withdrawn_at,
    )
