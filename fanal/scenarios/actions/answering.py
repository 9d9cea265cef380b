"""A back office has said what became of an action, or nobody knows, or it is to be asked again."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from fanal.agents.models import Agent, Permission
from fanal.events.actions import publish
from fanal.holdings import actions as holdings
from fanal.holdings.actions.commanding import may_ask_again
from fanal.holdings.models import CommandState, Holding, Order, SourceCommand
from fanal.holdings.port import Acted, Unknown
from fanal.interactions import audience
from fanal.scenarios import catalogue, rules
from fanal.scenarios.actions.automatic import settle_matter
from fanal.scenarios.acts.doing import Doing, Target
from fanal.scenarios.models import ActionRecord


@transaction.atomic
def answered(*, claimed: SourceCommand, said: Acted, now: datetime) -> ActionRecord | None:
    """What came of one sending: the record says so, our own row follows, and a case that it settles is settled."""
    command = holdings.answered(claimed=claimed, said=said, now=now)
    if command is None:
        return None
    rows = ActionRecord.objects.select_for_update(of=("self",))
    record = rows.select_related("interaction", "case", "by").get(command=command)
    record.state = CommandState(command.state)
    if record.state == CommandState.DONE:
        _follow(record, command, now=now)
    record.save(update_fields=["state", "outcome", "order"])
    if record.state == CommandState.DONE:
        settle_matter(record, now=now)
    _tell(record, now=now, by=None)
    return record


@transaction.atomic
def ask_again(*, record_id: int, by: Agent, now: datetime) -> ActionRecord:
    """Send the same once more under the same key: what was done already is not done twice. Raises rules.Refused."""
    if not (by.may(Permission.HANDLE) or by.may(Permission.SUPERVISE)):
        raise rules.Refused("role")
    # First the command, then its record: as when its answer comes.
    command = SourceCommand.objects.filter(record=record_id).first()
    if command is None or not holdings.again(command=command, now=now):
        raise rules.Refused("nothing_to_ask_again")
    rows = ActionRecord.objects.select_for_update(of=("self",)).select_related("interaction", "case", "command")
    record = rows.get(pk=record_id)
    record.state = CommandState.SENDING
    record.save(update_fields=["state"])
    _tell(record, now=now, by=by)
    return record


def may_be_asked_again(record: ActionRecord) -> bool:
    return record.command is not None and may_ask_again(record.command)


def give_up_lost(*, now: datetime) -> int:
    """What was being sent when its process died is unknown: a person asks again. Returns how many."""
    lost = holdings.give_up_lost(now=now)
    for command in lost:
        answered(claimed=command, said=Unknown(code="process_ended"), now=now)
    return len(lost)


def _follow(record: ActionRecord, command: SourceCommand, *, now: datetime) -> None:
    """Do to our own row what was done over there; if it was read there meanwhile, it is so already."""
    entry = catalogue.entry(record.action)
    given: Mapping[str, str] = {**{field.code: "" for field in entry.fields}, **command.fields, **command.answer}
    target = _target(command)
    try:
        with transaction.atomic():
            outcome = entry.act(Doing(target=target, fields=given, now=now, by=record.by))
    except rules.Refused:
        return
    record.outcome = {**record.outcome, **outcome}
    if made := outcome.get("order"):
        record.order_id = made


def _target(command: SourceCommand) -> Target | None:
    if command.order_id:
        order: Order = Order.objects.select_for_update(of=("self",)).get(pk=command.order_id)
        return order
    if command.holding_id:
        holding: Holding = Holding.objects.select_for_update(of=("self",)).get(pk=command.holding_id)
        return holding
    return command.customer


def _tell(record: ActionRecord, *, now: datetime, by: Agent | None) -> None:
    ids = {"record": record.pk, "action": record.action, "case": record.case_id, "state": str(record.state)}
    facts = {key: value for key, value in ids.items() if value is not None}
    keys = audience.of(record.interaction) if record.interaction else []
    mine = [f"agent:{record.by_id}"] if record.by_id else []
    publish(
        kind="action.answered",
        data=audience.about(record.interaction, **facts) if record.interaction else facts,
        audience=[*keys, *mine],
        now=now,
        by=by.pk if by else None,
    )
