"""A contact begins."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from fanal.channels.models import ChannelAccount
from fanal.events.actions import publish
from fanal.interactions import audience
from fanal.interactions.models import Direction, Interaction, Segment, SegmentKind


@transaction.atomic
def start(
    *,
    account: ChannelAccount,
    source: str,
    direction: str = Direction.INBOUND,
    given: Mapping[str, str] | None = None,
    entry_page: str = "",
    language: str = "",
    practice: bool = False,
    now: datetime,
) -> Interaction:
    """A new contact, owned by a queue until an agent takes it. One source has one open contact at a time."""
    interaction = Interaction.objects.create(
        account=account,
        channel=account.kind,
        source=source,
        direction=direction,
        given=dict(given or {}),
        entry_page=entry_page,
        language=language,
        practice=practice,
        started_at=now,
        customer_seen_at=now,
    )
    Segment.objects.create(interaction=interaction, kind=SegmentKind.QUEUE, started_at=now)
    publish(
        kind="interaction.started",
        data=audience.about(interaction, channel=account.kind, account=account.pk),
        audience=audience.of(interaction, customer=True),
        now=now,
    )
    return interaction
