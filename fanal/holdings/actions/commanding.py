"""What a back office is to do for us: written down, claimed, and what came of it; sent by whoever claimed it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from fanal.customers.models import Customer
from fanal.holdings.actions.reading import wake
from fanal.holdings.models import CommandState, Holding, HoldingSource, Order, SourceCommand
from fanal.holdings.port import Acted, Command, Done, Refused, Thing
from fanal.holdings.sources.opening import thing_of

LOST_AFTER = timedelta(minutes=2)
"""A process that died while it was sending: nobody knows whether it was done."""
NOT_SENT = frozenset({"not_reached", "left_alone", "busy"})
"""Refused without having been sent, for now: asking again makes sense."""


def command_for(
    *,
    source: HoldingSource,
    action: str,
    target: Any,
    customer: Customer | None,
    fields: Mapping[str, str],
    now: datetime,
) -> SourceCommand:
    """Within the caller's transaction: what is to be done, under a key of its own; sent after the commit."""
    command = SourceCommand.objects.create(
        source=source,
        action=action,
        customer=customer,
        holding=target if isinstance(target, Holding) else None,
        order=target if isinstance(target, Order) else None,
        fields=dict(fields),
        created_at=now,
        wanted_at=now,
    )
    wake()
    return command


@transaction.atomic
def claim_command(*, source: int, now: datetime) -> SourceCommand | None:
    rows = SourceCommand.objects.select_for_update(of=("self",), skip_locked=True)
    rows = rows.filter(source=source, wanted_at__isnull=False).select_related(
        "holding__customer", "holding__parent", "order__customer", "customer"
    )
    found = rows.order_by("wanted_at").first()
    if found:
        found.wanted_at, found.sending_at, found.attempts = None, now, found.attempts + 1
        found.save(update_fields=["wanted_at", "sending_at", "attempts"])
    return found


def asked_of(command: SourceCommand) -> Command:
    """What goes to the other side, ready before anybody leaves the database."""
    target = command.order or command.holding
    thing = thing_of(target) if target else Thing(kind="customer", customer=_their_number(command))
    return Command(action=command.action, thing=thing, key=command.key, fields=command.fields)


def answered(*, claimed: SourceCommand, said: Acted, now: datetime) -> SourceCommand | None:
    """Within the caller's transaction: what came of it; None if it was given up or answered meanwhile."""
    command = SourceCommand.objects.select_for_update(of=("self",)).get(pk=claimed.pk)
    if command.sending_at is None or command.sending_at != claimed.sending_at:
        return None
    command.sending_at, command.answered_at, command.reason, command.said = None, now, "", ""
    match said:
        case Done():
            command.state, command.answer = CommandState.DONE, dict(said.said)
        case Refused():
            command.state, command.reason, command.said = CommandState.REFUSED, said.code[:30], said.said
        case _:
            command.state, command.reason = CommandState.UNKNOWN, said.code[:30]
    command.save()
    return command


def again(*, command: SourceCommand, now: datetime) -> bool:
    """Within the caller's transaction: the same under the same key once more, if it is not known to be over."""
    command = SourceCommand.objects.select_for_update(of=("self",)).get(pk=command.pk)
    if not may_ask_again(command):
        return False
    command.state, command.wanted_at, command.answered_at = CommandState.SENDING, now, None
    command.save(update_fields=["state", "wanted_at", "answered_at"])
    wake()
    return True


def may_ask_again(command: SourceCommand) -> bool:
    return command.state == CommandState.UNKNOWN or (
        command.state == CommandState.REFUSED and command.reason in NOT_SENT
    )


def give_up_lost(*, now: datetime) -> list[SourceCommand]:
    """Those that were being sent when their process died; the caller says of each that nobody knows."""
    return list(SourceCommand.objects.filter(sending_at__lt=now - LOST_AFTER)[:100])


def _their_number(command: SourceCommand) -> str:
    """Over there; for whom they do not know, a name that is ours alone."""
    customer = command.customer
    return (customer.external_id or f"fanal-{customer.pk}") if customer else ""
