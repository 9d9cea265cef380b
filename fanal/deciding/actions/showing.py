"""Decide what to advise in a contact or on a case, and remember that it was shown: once for each rule."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from fanal.agents.models import Agent
from fanal.cases.models import Case
from fanal.customers.models import Customer
from fanal.deciding import gathering, rules
from fanal.deciding.models import AdviceRule, AdviceShown
from fanal.events.actions import publish
from fanal.interactions import audience
from fanal.interactions.models import Interaction


@dataclass(frozen=True, kw_only=True)
class Shown:
    """An advice with the rule that says so; `row` has no id where it was not counted as shown."""

    row: AdviceShown
    rule: AdviceRule


def rule_of(row: AdviceRule) -> rules.Rule:
    """As the rules know it; one that was not saved yet has no id but 0."""
    return rules.Rule(id=row.pk or 0, what=row.what, conditions=tuple(rules.parsed(row.conditions)), limit=row.limit)


def advise(
    *, interaction: Interaction | None = None, case: Case | None = None, to: Agent, handles: bool, now: datetime
) -> list[Shown]:
    """What the company would do, in the order of the rules; what was decided on stays to be seen.

    It counts as shown when whoever handles the matter sees it: who only looks on is shown it too, and not counted.
    """
    known = {row.pk: row for row in AdviceRule.objects.filter(active=True).select_related("queue")}
    if not known:
        return []
    assert (interaction is None) != (case is None)
    facts = gathering.of_contact(interaction, now=now) if interaction else gathering.of_case(case, now=now)  # type: ignore[arg-type]
    found = rules.decide([rule_of(row) for row in known.values()], facts)
    about = {"interaction": interaction, "case": case}
    rows = AdviceShown.objects.filter(**about).select_related("rule", "queue", "decided_by")
    before = {row.rule_id: row for row in rows}
    shown = []
    for one in found:
        rule = known[one.rule.id]
        row = before.pop(rule.pk, None) or _new(one, rule, about, to=to, now=now)
        shown.append(Shown(row=row, rule=rule))
    if handles:
        for fresh in (one.row for one in shown if one.row.pk is None):
            _remember(fresh, now=now, to=to)
    # What does not hold any more is still what was decided on.
    return shown + [Shown(row=row, rule=row.rule) for row in before.values() if row.decided]


def _new(
    advice: rules.Advice, rule: AdviceRule, about: dict[str, Interaction | Case | None], *, to: Agent, now: datetime
) -> AdviceShown:
    interaction, case = about["interaction"], about["case"]
    customer = interaction.customer_id if interaction else case.customer_id if case else None
    return AdviceShown(
        rule=rule,
        **about,
        customer_id=customer,
        holding_id=advice.device,
        what=rule.what,
        priority=rule.priority,
        queue=rule.queue,
        limit=rule.limit,
        currency=rule.currency,
        facts=dict(advice.numbers),
        shown_at=now,
        shown_to=to,
    )


def advise_about(*, customer: Customer, to: Agent, now: datetime) -> list[Shown]:
    """What the company would do for somebody while no matter is at hand; it counts as shown only beside one."""
    known = {row.pk: row for row in AdviceRule.objects.filter(active=True).select_related("queue")}
    if not known:
        return []
    found = rules.decide([rule_of(row) for row in known.values()], gathering.of_customer(customer.pk, now=now))
    nothing: dict[str, Interaction | Case | None] = {"interaction": None, "case": None}
    return [Shown(row=_new(one, known[one.rule.id], nothing, to=to, now=now), rule=known[one.rule.id]) for one in found]


@transaction.atomic
def _remember(row: AdviceShown, *, now: datetime, to: Agent) -> None:
    """Two windows of the same agent may show it at once: it was shown once."""
    about = {"interaction": row.interaction, "case": row.case}
    AdviceShown.objects.bulk_create([row], ignore_conflicts=True)
    stored = AdviceShown.objects.filter(rule=row.rule, **about).first()
    assert stored is not None
    fresh = stored.shown_at == now and stored.shown_to_id == to.pk
    row.pk, row.shown_at, row._state.adding = stored.pk, stored.shown_at, False
    if fresh:
        tell(stored, "advice.shown", by=to, now=now)


def tell(row: AdviceShown, kind: str, *, by: Agent, now: datetime) -> None:
    facts = {"advice": row.pk, "rule": row.rule_id, "what": row.what, "case": row.case_id}
    ids = {name: value for name, value in facts.items() if value is not None}
    if row.case_id and row.case and row.case.practice:
        ids["practice"] = True
    publish(
        kind=kind,
        data=audience.about(row.interaction, **ids) if row.interaction else ids,
        audience=[f"agent:{by.pk}"],
        now=now,
        by=by.pk,
    )
