"""«Not this»: an action's case was not what the contact was about."""

from datetime import datetime

from django.db import transaction

from fanal.agents.models import Agent, Permission
from fanal.cases import actions as cases
from fanal.cases import rules as case_rules
from fanal.events.actions import publish
from fanal.interactions import actions as interactions
from fanal.interactions import audience
from fanal.interactions.models import Topic
from fanal.scenarios import rules
from fanal.scenarios.models import ActionRecord


@transaction.atomic
def take_back(*, record_id: int, by: Agent, now: datetime) -> ActionRecord:
    """Withdraw the topic and the case that the action made; both are kept and count in no figure.

    What was done to the account or order stays done. Actions that shared the topic go with it. A case that somebody
    has worked on since stays, only its topic here goes. A second time changes nothing. Raises rules.Refused when
    `by` is neither who did it nor a supervisor.
    """
    record = ActionRecord.objects.select_related("interaction").get(pk=record_id)
    if record.by_id != by.pk and not by.may(Permission.SUPERVISE):
        raise rules.Refused("not_yours")
    if record.interaction_id:
        interactions.lock(record.interaction_id)
    record = ActionRecord.objects.select_for_update(of=("self",)).get(pk=record_id)
    if record.withdrawn_at:
        return record
    if record.topic:
        interactions.withdraw_topic(topic=record.topic, now=now, by=by)
        together = ActionRecord.objects.filter(topic=record.topic, withdrawn_at=None)
    else:
        together = ActionRecord.objects.filter(pk=record.pk)
    _withdraw_case(record, now=now, by=by)
    taken = list(together.order_by("pk").values_list("pk", flat=True))
    together.update(withdrawn_at=now)
    for one in taken:
        _tell(record, one, now=now, by=by)
    record.refresh_from_db()
    return record


def _withdraw_case(record: ActionRecord, *, now: datetime, by: Agent) -> None:
    if record.case is None:
        return
    elsewhere = Topic.objects.filter(case=record.case, withdrawn_at=None).exclude(interaction=record.interaction_id)
    try:
        cases.withdraw(
            case=record.case,
            now=now,
            by=by,
            interaction=record.interaction_id,
            other_interactions=elsewhere.count() if record.interaction_id else 0,
        )
    except case_rules.NotPossible:
        return


def _tell(record: ActionRecord, taken: int, *, now: datetime, by: Agent) -> None:
    facts = {"record": taken, "action": record.action, "case": record.case_id, "topic": record.topic_id}
    publish(
        kind="action.withdrawn",
        data=audience.about(record.interaction, **facts) if record.interaction else facts,
        audience=(audience.of(record.interaction) if record.interaction else []) or [f"agent:{by.pk}"],
        now=now,
        by=by.pk,
    )
