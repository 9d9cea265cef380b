"""The case that an action makes by itself: found or opened, linked, settled, with no form filled."""

from contextlib import suppress
from datetime import datetime

from fanal.agents.models import Agent
from fanal.cases import actions as cases
from fanal.cases.models import Case, CaseOrigin, CaseType, Category
from fanal.cases.rules import NotPossible
from fanal.holdings.models import CommandState
from fanal.interactions import actions as interactions
from fanal.interactions.models import Disposition, Interaction, Topic, TopicOrigin
from fanal.scenarios import rules
from fanal.scenarios.acts.doing import Target, label_of
from fanal.scenarios.models import ActionRecord, CaseRule, ScenarioMatch


def matter_of(record: ActionRecord, *, target: Target | None, now: datetime, by: Agent | None) -> None:
    """Give the record its case and topic, if a rule says that this action is a matter."""
    rule = _rule_for(record)
    if rule is None:
        return
    matter = None
    if record.interaction:
        matter = rules.same_matter(
            rule, raised_in(record.interaction), holding=record.holding_id, order=record.order_id
        )
    if matter and matter.case:
        record.case, record.topic = Case.objects.get(pk=matter.case), Topic.objects.get(pk=matter.topic)
        interactions.focus_topic(topic=record.topic, now=now, by=by)
    else:
        record.case = _opened(record, rule, target, now=now, by=by)
        if record.interaction:
            record.topic = _topic(record, record.interaction, record.case, matter, now=now, by=by)
            if record.state == CommandState.DONE:
                _dispose(record.topic, rule, now=now, by=by)
    record.save(update_fields=["case", "topic"])


def settle_matter(record: ActionRecord, *, now: datetime) -> None:
    """What was sent away is done: its case is settled as it would have been at once, if all that made it is done."""
    rule = _rule_for(record)
    if rule is None or record.case is None or record.withdrawn_at:
        return
    open_ones = ActionRecord.objects.filter(case=record.case, withdrawn_at=None).exclude(state=CommandState.DONE)
    if rule.settles and record.case.origin == CaseOrigin.RULE and not open_ones.exists():
        # What its type asks for before it may be settled is the owner's to fill in: then it stays open.
        with suppress(NotPossible):
            cases.settle(case=record.case, now=now, by=record.by, interaction=record.interaction_id)
    if record.topic:
        _dispose(record.topic, rule, now=now, by=record.by)


def raised_in(interaction: Interaction) -> list[rules.RaisedMatter]:
    """The topics that stand, in their order."""
    rows = Topic.objects.filter(interaction=interaction, withdrawn_at=None).select_related("case")
    return [
        rules.RaisedMatter(
            topic=row.pk,
            category=row.category_id,
            case=row.case_id,
            type=row.case.type_id if row.case else None,
            holding=row.case.holding_id if row.case else None,
            order=row.case.order_id if row.case else None,
            made_itself=bool(row.case and row.case.origin == CaseOrigin.RULE),
        )
        for row in rows
    ]


def _rule_for(record: ActionRecord) -> rules.MatterRule | None:
    scenario = None
    if record.interaction:
        met = ScenarioMatch.objects.filter(interaction=record.interaction).values_list("scenario_id", flat=True)
        scenario = met.first()
    rows = CaseRule.objects.filter(active=True, action=record.action)
    return rules.which_rule(
        record.action,
        scenario,
        [
            rules.MatterRule(
                id=row.pk,
                action=row.action,
                scenario=row.scenario_id,
                type=row.case_type_id,
                category=row.category_id,
                subject=row.subject,
                settles=row.settles,
            )
            for row in rows
        ],
    )


def _opened(
    record: ActionRecord, rule: rules.MatterRule, target: Target | None, *, now: datetime, by: Agent | None
) -> Case:
    kind = CaseType.objects.get(pk=rule.type)
    return cases.open_case(
        type=kind,
        category=Category.objects.get(pk=rule.category),
        subject=rules.subject_of(rule, label_of(target)) or kind.name,
        origin=CaseOrigin.RULE,
        customer=record.customer,
        holding=record.holding,
        order=record.order,
        owner=by,
        interaction=record.interaction_id,
        practice=bool(record.interaction and record.interaction.practice),
        settled=rule.settles and record.state == CommandState.DONE,
        now=now,
        by=by,
    )


def _topic(
    record: ActionRecord,
    interaction: Interaction,
    case: Case,
    bare: rules.RaisedMatter | None,
    *,
    now: datetime,
    by: Agent | None,
) -> Topic:
    """The topic the scenario expected gets the case; otherwise it is a topic of its own."""
    if bare is None:
        return interactions.add_topic(interaction=interaction, case=case, origin=TopicOrigin.RULE, now=now, by=by)
    topic = Topic.objects.get(pk=bare.topic)
    interactions.link_case(topic=topic, case=case, now=now, by=by)
    interactions.focus_topic(topic=topic, now=now, by=by)
    return topic


def _dispose(topic: Topic, rule: rules.MatterRule, *, now: datetime, by: Agent | None) -> None:
    disposition = Disposition.objects.filter(caserule=rule.id).first()
    if disposition and topic.disposition_id is None:
        interactions.set_disposition(topic=topic, disposition=disposition, now=now, by=by)
