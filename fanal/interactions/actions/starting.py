"""A contact begins."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from fanal.channels.models import ChannelAccount
from fanal.events.actions import publish
from fanal.interactions import audience
from fanal.interactions.models import Direction, Interaction, Segment, SegmentKind
from fanal.running.connections.inserting import insert


@transaction.atomic(savepoint=False)
def start(
    *,
    account: ChannelAccount,
    channel: str = "",
    source: str,
    thread: str = "",
    direction: str = Direction.INBOUND,
    given: Mapping[str, str] | None = None,
    entry_page: str = "",
    language: str = "",
    practice: bool = False,
    owner: SegmentKind = SegmentKind.QUEUE,
    now: datetime,
) -> Interaction:
    """A new contact, owned by a queue until an agent takes it, or by a bot at first; `channel`: another than the
    account's own, such as a message that was left on its number.

    One source has one open at a time, in each thread.
    """
    interaction = insert(
        Interaction(
            account=account,
            channel=channel or account.kind,
            source=source,
            thread=thread,
            direction=direction,
            given=dict(given or {}),
            entry_page=entry_page,
            language=language,
            practice=practice,
            started_at=now,
            customer_seen_at=now,
        )
    )
    insert(Segment(interaction=interaction, kind=owner, started_at=now))
    publish(
        kind="interaction.started",
        data=audience.about(interaction, channel=interaction.channel, account=account.pk),
        audience=audience.customers(interaction),  # and nobody of ours yet
        now=now,
    )
    return interaction
