"""What goes along when a case becomes part of another: what is known of it, is to be done, and who is about it.

And how exactly that goes back.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Max

from fanal.agents.models import Agent
from fanal.cases.actions.carrying_waits import carry_waits, carry_waits_back
from fanal.cases.actions.telling import tell
from fanal.cases.asking import fields_of, steps_of
from fanal.cases.models import Case, CaseFollower, CaseHelper, CaseMerge, CaseStep, Part, Reminder
from fanal.cases.rules.merging import Step, steps_to_carry, values_to_carry


def carry_over(*, case: Case, into: Case, now: datetime, by: Agent) -> dict[str, Any]:
    """Within the caller's transaction, which saves the values of `into`: what went along, by ids and codes."""
    fields = {field.code for field in fields_of(into.type_id)}
    values = values_to_carry(own=into.values, other=case.values, asked=fields)
    into.values = into.values | {code: case.values[code] for code in values.taken}
    return {
        "values": list(values.taken),
        "differ": list(values.differ),
        **_steps(case, into),
        "followers": _followers(case, into, now=now),
        "helpers": _helpers(case, into, now=now, by=by),
        "reminders": _reminders(case, into),
        **carry_waits(case=case, into=into, now=now, by=by),
    }


def carry_back(fact: CaseMerge, *, case: Case, chain: Sequence[Case], now: datetime, by: Agent) -> list[Case]:
    """Take exactly that back, as far as nobody has changed it since; the cases that lose values again.

    `chain`: the case that it became part of, and those that this one did. What was ticked meanwhile stays ticked.
    """
    codes = set(fact.carried.get("values", ()))
    changed, further = [], _onward(chain)
    for into, onward in zip(chain, [*further, None], strict=True):
        stays = {
            code: value for code, value in into.values.items() if code not in codes or value != case.values.get(code)
        }
        if stays != into.values:
            into.values = stays
            Case.objects.filter(pk=into.pk).update(values=stays, updated_at=now)
            changed.append(into)
        codes &= set(onward.carried.get("values", ())) if onward else set()
    _steps_back(fact.carried, case=case, end=chain[-1])
    CaseFollower.objects.filter(case=fact.into_id, agent__in=fact.carried.get("followers", ()), since=fact.at).delete()
    _helpers_back(fact, onward=further, now=now, by=by)
    reminders = Reminder.objects.filter(pk__in=fact.carried.get("reminders", ()), case__in=chain)
    reminders.update(case=case)
    carry_waits_back(fact, case=case, chain=chain, onward=further, now=now, by=by)
    return changed


def _onward(chain: Sequence[Case]) -> list[CaseMerge]:
    """How each of the chain but its end became part of the next."""
    facts = {fact.case_id: fact for fact in CaseMerge.objects.filter(case__in=chain, taken_back_at=None)}
    return [facts[one.pk] for one in chain[:-1]]


def _steps(case: Case, into: Case) -> dict[str, Any]:
    theirs = {step.pk: step for step in steps_of(case)}
    ours = {step.pk: step for step in steps_of(into)}
    found = steps_to_carry(
        own=[_known(step) for step in ours.values()],
        other=[_known(step) for step in theirs.values()],
        settled=case.settled_at is not None,
    )
    last = into.steps.aggregate(last=Max("position"))["last"] or 0
    before = []
    for place, key in enumerate(found.over, start=last + 1):
        step = theirs[key]
        before.append({"step": key, "position": step.position, "begun_as": step.begun_as_id, "required": step.required})
        step.case, step.position = into, place
        if case.type_id != into.type_id:
            # A step of another type is one of its own here: it is seen, and never stands against settling.
            step.begun_as, step.required = None, False
        step.save(update_fields=["case", "position", "begun_as", "required"])
    for there, here in found.done:
        done = theirs[there]
        CaseStep.objects.filter(pk=here).update(done_at=done.done_at, done_by=done.done_by)
    return {"steps": before, "done": [list(pair) for pair in found.done]}


def _steps_back(carried: Mapping[str, Any], *, case: Case, end: Case) -> None:
    for one in carried.get("steps", ()):
        CaseStep.objects.filter(pk=one["step"], case=end).update(
            case=case, position=one["position"], begun_as=one["begun_as"], required=one["required"]
        )
    for there, here in carried.get("done", ()):
        done = CaseStep.objects.get(pk=there)
        CaseStep.objects.filter(pk=here, done_at=done.done_at, done_by=done.done_by).update(done_at=None, done_by=None)


def _followers(case: Case, into: Case, *, now: datetime) -> list[int]:
    """Whoever follows the case follows the one that goes on for it; a notice is only for who may see it."""
    there = CaseFollower.objects.filter(case=into).values("agent")
    fresh = list(CaseFollower.objects.filter(case=case).exclude(agent__in=there).values_list("agent", flat=True))
    CaseFollower.objects.bulk_create(CaseFollower(case=into, agent_id=pk, since=now) for pk in fresh)
    return sorted(fresh)


def _helpers(case: Case, into: Case, *, now: datetime, by: Agent) -> list[list[int]]:
    """Whoever helps goes on helping, from now on there: the rows of both, in pairs. The owner sees it anyway."""
    open_rows = CaseHelper.objects.filter(part=Part.HELPS, left_at=None)
    there = open_rows.filter(case=into).values("agent")
    found = open_rows.filter(case=case, agent__is_active=True).exclude(agent__in=there).exclude(agent=into.owner_id)
    pairs = []
    for row in found.order_by("pk"):
        fresh = CaseHelper.objects.create(
            case=into, agent_id=row.agent_id, invited_by_id=row.invited_by_id, joined_at=now
        )
        tell(into, "case.helper_joined", by=by, now=now, data={"agent": row.agent_id, "part": str(Part.HELPS)})
        pairs.append([row.pk, fresh.pk])
    return pairs


def _helpers_back(fact: CaseMerge, *, onward: Sequence[CaseMerge], now: datetime, by: Agent) -> None:
    """They help there no longer, however far they had gone along; who left and came again since stays."""
    came = {pk for _, pk in fact.carried.get("helpers", ())}
    gone = set(came)
    for merge in onward:
        came = {after for before, after in merge.carried.get("helpers", ()) if before in came}
        gone |= came
    for row in CaseHelper.objects.filter(pk__in=gone, left_at=None).select_related("case").order_by("pk"):
        row.left_at = now
        row.save(update_fields=["left_at"])
        data = {"agent": row.agent_id, "part": str(Part.HELPS)}
        tell(row.case, "case.helper_left", by=by, now=now, data=data, also=[f"agent:{row.agent_id}"])


def _reminders(case: Case, into: Case) -> list[int]:
    """What is still to ring, or rang and is not done, is of the case that goes on."""
    rows = Reminder.objects.filter(case=case, ended_at=None)
    found = list(rows.order_by("pk").values_list("pk", flat=True))
    rows.update(case=into)
    return found


def _known(step: CaseStep) -> Step:
    return Step(id=step.pk, text=step.text, kind=step.begun_as_id, done=step.done_at is not None)
