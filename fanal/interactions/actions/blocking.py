"""Abusers: not served until a time, with a reason, and the block can be lifted."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from fanal.agents.kept import kept
from fanal.agents.models import Agent
from fanal.channels.models import ChannelAccount
from fanal.events.actions import publish
from fanal.interactions import audience
from fanal.interactions.models import Block, Interaction


@transaction.atomic
def block(*, interaction: Interaction, reason: str, until: datetime, by: Agent, now: datetime) -> Block:
    """Do not serve this source until `until`. The running contact is not ended by it."""
    fact = Block.objects.create(
        account_id=interaction.account_id, source=interaction.source, reason=reason, until=until, by=by, at=now
    )
    publish(
        kind="source.blocked",
        data=audience.about(interaction, block=fact.pk),
        audience=["supervision", *audience.of(interaction)],
        now=now,
        by=by.pk,
    )
    return fact


@transaction.atomic
def lift_block(*, block_id: int, by: Agent, now: datetime) -> None:
    Block.objects.filter(pk=block_id, lifted_at=None).update(lifted_at=now, lifted_by=by)
    publish(kind="source.unblocked", data={"block": block_id}, audience=["supervision"], now=now, by=by.pk)


def is_blocked(*, account: ChannelAccount, source: str, now: datetime) -> bool:
    return bool(_blocks(account=account.pk, source=source, now=now))


@kept
def _blocks(account: int, source: str, now: datetime) -> QuerySet[Block, int]:
    rows = Block.objects.filter(account=account, source=source, lifted_at=None, until__gt=now)
    return rows.values_list("pk", flat=True)[:1]
