"""Mail that the program itself writes: kept with its clearance, sent later by the worker, never in a request."""

import logging
from datetime import datetime, timedelta
from email.utils import make_msgid

from django.db import transaction
from django.db.models import Q
from procrastinate.contrib.django import app as tasks

from fanal.consent.actions import clear
from fanal.consent.rules import EMPLOYMENT
from fanal.environment import environment
from fanal.events.actions import publish
from fanal.interactions.mailing import Outcome, send
from fanal.interactions.models import DeliveryState, Notice

log = logging.getLogger("fanal.notices")

MOST_ATTEMPTS = 6
TRY_AGAIN_AFTER = timedelta(minutes=1)
# A worker that died while it was sending: nobody knows whether the mail went out.
UNKNOWN_AFTER = timedelta(minutes=15)


@transaction.atomic
def write_notice(*, to: str, subject: str, text: str, now: datetime) -> Notice:
    """Queue one security mail to a person who works here; raises NotAllowed if the gate refuses it."""
    clearance = clear(purpose="security", channel="email", address=to, basis=EMPLOYMENT, now=now)
    notice = Notice.objects.create(
        clearance=clearance,
        to=to,
        subject=subject[:200],
        text=text,
        message_id=make_msgid(domain=environment.mail_from.rpartition("@")[2] or "localhost"),
        created_at=now,
    )
    _tell(notice, now)
    if environment.smtp_url:
        tasks.configure_task("interactions.send_notice").defer(notice=notice.pk)
    else:
        log.warning("no mail server is set (FANAL_SMTP_URL): notice %s waits under Administration, Notices", notice.pk)
    return notice


def send_notice(*, notice: int, now: datetime) -> str:
    """Send one notice if it is still to be sent; returns its state. The same Message-ID each time: no doubles."""
    claimed = _claim(notice, now)
    if claimed is None:
        return ""
    return _record(claimed, send(claimed), now)


def send_waiting(*, now: datetime) -> int:
    """What waits since a minute is tried again, and what has been «sending» for too long is unknown."""
    lost = Notice.objects.filter(state=DeliveryState.SENDING, sent_at__lt=now - UNKNOWN_AFTER)
    for notice in lost:
        _record(notice, Outcome(state=DeliveryState.UNKNOWN, error="The worker stopped while it was sending."), now)
    if not environment.smtp_url:
        return 0
    due = Q(attempts=0, created_at__lt=now - TRY_AGAIN_AFTER) | Q(attempts__gt=0, sent_at__lt=now - TRY_AGAIN_AFTER)
    waiting = list(Notice.objects.filter(due, state=DeliveryState.QUEUED).values_list("pk", flat=True)[:100])
    for key in waiting:
        send_notice(notice=key, now=now)
    return len(waiting)


@transaction.atomic
def retry_notice(*, notice: int, by: int | None, now: datetime) -> None:
    """Send a failed or unknown notice once more, because a person says so."""
    again = Notice.objects.select_for_update().filter(
        pk=notice, state__in=[DeliveryState.FAILED, DeliveryState.UNKNOWN]
    )
    for row in again.exclude(text=""):
        row.state, row.attempts, row.error = DeliveryState.QUEUED, 0, ""
        row.save(update_fields=["state", "attempts", "error"])
        _tell(row, now, by=by)
        if environment.smtp_url:
            tasks.configure_task("interactions.send_notice").defer(notice=row.pk)


@transaction.atomic
def _claim(notice: int, now: datetime) -> Notice | None:
    row = Notice.objects.select_for_update(skip_locked=True).filter(pk=notice, state=DeliveryState.QUEUED).first()
    if row is None:
        return None
    row.state, row.attempts, row.sent_at = DeliveryState.SENDING, row.attempts + 1, now
    row.save(update_fields=["state", "attempts", "sent_at"])
    return row


@transaction.atomic
def _record(notice: Notice, outcome: Outcome, now: datetime) -> str:
    """The text may hold a sign-in link, so it is forgotten once it was sent."""
    state = outcome.state
    if state == DeliveryState.QUEUED and notice.attempts >= MOST_ATTEMPTS:
        state = DeliveryState.FAILED
    notice.state, notice.error = state, outcome.error[:300]
    if state == DeliveryState.SENT:
        notice.text = ""
    notice.save(update_fields=["state", "error", "text"])
    _tell(notice, now)
    return str(state)


def _tell(notice: Notice, now: datetime, by: int | None = None) -> None:
    publish(
        kind="notice.changed",
        data={"notice": notice.pk, "state": str(notice.state)},
        audience=["admins"],
        now=now,
        by=by,
    )
