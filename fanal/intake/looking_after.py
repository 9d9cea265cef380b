"""Around the path: what was left behind is taken up, what was mended is tried again, who went silent is let go."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from fanal.channels.models import ChannelKind, RawEvent, RawState
from fanal.events.actions import publish
from fanal.intake.actions import process
from fanal.intake.faults import NOT_ITS_FAULT
from fanal.interactions.models import Interaction
from fanal.routing import actions as routing
from fanal.routing.models import EntryState, QueueEntry

log = logging.getLogger(__name__)
SEEN_EVERY = timedelta(seconds=30)
GONE_AFTER = timedelta(minutes=10)


def replay(*, raw_id: int, by: Any, now: datetime) -> RawEvent:
    """Try quarantined input again, because somebody mended what was wrong."""
    publish(kind="raw.replayed", data={"raw": raw_id}, audience=["supervision"], now=now, by=by.pk if by else None)
    return process(raw_id=raw_id, now=now)


def sweep(*, older_than: datetime, now: datetime) -> int:
    """Process what a process that died left behind; returns how many were tried."""
    left = RawEvent.objects.filter(state=RawState.RECEIVED, received_at__lt=older_than).order_by("id")
    ids = list(left.values_list("pk", flat=True)[:500])
    for raw_id in ids:
        try:
            process(raw_id=raw_id, now=now)
        except NOT_ITS_FAULT:
            log.exception("input %s is stored and waits for the next sweep", raw_id)
            connection.close_if_unusable_or_obsolete()
    return len(ids)


def seen(*, interaction: Interaction, now: datetime) -> None:
    """The other side's window is there; written at most every SEEN_EVERY."""
    rows = Interaction.objects.filter(pk=interaction.pk, ended_at=None)
    rows.filter(customer_seen_at__lt=now - SEEN_EVERY).update(customer_seen_at=now)


def let_go(*, now: datetime) -> int:
    """A contact that waits while its customer's window has been silent for GONE_AFTER is abandoned; returns how many.

    What they wrote is kept; if they come back and write, a new contact begins.
    """
    waiting = QueueEntry.objects.filter(state=EntryState.WAITING, interaction__channel=ChannelKind.WEBCHAT)
    gone = waiting.filter(interaction__customer_seen_at__lt=now - GONE_AFTER).select_related("interaction")[:500]
    for entry in gone:
        if entry.interaction:
            routing.abandon(interaction=entry.interaction, now=now)
    return len(gone)
