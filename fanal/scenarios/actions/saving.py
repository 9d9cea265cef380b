"""Scenarios and case rules are written down, if they make sense."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from fanal.agents.models import Agent, Skill
from fanal.cases.models import Priority
from fanal.events.actions import publish
from fanal.scenarios import rules
from fanal.scenarios.catalogue import BY_CODE
from fanal.scenarios.models import CaseRule, Scenario

OPENS = ("customer", "order", "holding", "case", "form", "search")


class NotSound(Exception):
    """What was to be saved does not make sense: field to code, and conditions to codes by position."""

    def __init__(self, *, fields: Mapping[str, str], problems: Iterable[rules.Problem] = ()) -> None:
        super().__init__(", ".join([*fields.values(), *(problem.code for problem in problems)]))
        self.fields = dict(fields)
        self.problems = list(problems)


@transaction.atomic
def save_scenario(*, scenario: Scenario, now: datetime, by: Agent | None) -> Scenario:
    """Save a new or changed scenario. Raises NotSound and saves nothing when something is wrong with it."""
    wrong: dict[str, str] = {}
    if not scenario.name.strip():
        wrong["name"] = "name_missing"
    if scenario.opens not in OPENS:
        wrong["opens"] = "opens_unknown"
    if scenario.opens == "form" and not scenario.form.strip():
        wrong["form"] = "form_missing"
    if scenario.priority is not None and scenario.priority not in Priority.values:
        wrong["priority"] = "priority_unknown"
    if code := _wrong_skills(scenario.skills):
        wrong["skills"] = code
    if Scenario.objects.filter(code=scenario.code).exclude(pk=scenario.pk).exists():
        wrong["code"] = "code_taken"
    problems = rules.check_conditions(scenario.conditions)
    if wrong or problems:
        raise NotSound(fields=wrong, problems=problems)
    scenario.save()
    _changed("scenario", scenario.pk, now=now, by=by)
    return scenario


@transaction.atomic
def set_active(*, scenario: Scenario, active: bool, now: datetime, by: Agent) -> None:
    """Scenarios are switched off, not deleted: old contacts met them."""
    Scenario.objects.filter(pk=scenario.pk).update(active=active)
    _changed("scenario", scenario.pk, now=now, by=by)


@transaction.atomic
def set_order(*, ids: Iterable[int], now: datetime, by: Agent) -> None:
    """Ask the scenarios in this order from now on; those not named stay behind them."""
    rows = {row.pk: row for row in Scenario.objects.select_for_update().all()}
    named = [rows.pop(key) for key in dict.fromkeys(ids) if key in rows]
    for position, row in enumerate([*named, *rows.values()], 1):
        row.position = position * 10
    Scenario.objects.bulk_update([*named, *rows.values()], ["position"])
    _changed("scenario", 0, now=now, by=by)


@transaction.atomic
def save_case_rule(*, rule: CaseRule, now: datetime, by: Agent | None) -> CaseRule:
    """Save a new or changed case rule. Raises NotSound."""
    wrong: dict[str, str] = {}
    if rule.action not in BY_CODE:
        wrong["action"] = "action_unknown"
    if not rule.subject.strip():
        wrong["subject"] = "subject_missing"
    if CaseRule.objects.filter(code=rule.code).exclude(pk=rule.pk).exists():
        wrong["code"] = "code_taken"
    twins = CaseRule.objects.filter(action=rule.action, scenario=rule.scenario, active=True).exclude(pk=rule.pk)
    if rule.active and twins.exists():
        wrong["action"] = "rule_twice"
    if wrong:
        raise NotSound(fields=wrong)
    rule.save()
    _changed("case_rule", rule.pk, now=now, by=by)
    return rule


def _wrong_skills(skills: Any) -> str:
    if not isinstance(skills, Mapping):
        return "skills_unreadable"
    if not all(isinstance(level, int) and 1 <= level <= 5 for level in skills.values()):
        return "skill_level"
    known = Skill.objects.filter(code__in=list(skills)).count()
    return "" if known == len(skills) else "skill_unknown"


def _changed(what: str, key: int, *, now: datetime, by: Agent | None) -> None:
    publish(
        kind="config.changed", data={"what": what, "id": key}, audience=["admins"], now=now, by=by.pk if by else None
    )
