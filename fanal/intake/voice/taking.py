"""What the exchange told becomes raw input, and at once what follows from it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db.models import QuerySet

from fanal.agents.kept import kept as kept_question
from fanal.channels.asterisk import wire
from fanal.channels.asterisk.wire import Kept
from fanal.channels.models import ChannelAccount, ChannelKind, RawEvent, RawState
from fanal.intake import at_once
from fanal.intake.actions import process
from fanal.intake.calls import leg_of
from fanal.intake.faults import NOT_ITS_FAULT
from fanal.interactions.models import WebCall
from fanal.norms import phones

log = structlog.get_logger(__name__)

SWEPT_AFTER = timedelta(seconds=5)


class NoNumber(Exception):
    """Calls come in, but no number of ours is set up to take them."""


def take(kept: Kept, *, now: datetime) -> Sequence[int]:
    """Store it, understand it; returns the calls that it was about. Of a line that is no call's nothing is kept."""
    leg = leg_of.first(line=kept.line)
    if leg is None and not kept.comes_in:
        return []
    account = leg.interaction.account if leg else account_of(kept)
    try:
        at_once.take(account=account, external_id=kept.key, kind=wire.KIND, source=kept.line, body=kept.body, now=now)
    except NOT_ITS_FAULT as problem:
        log.warning("call_waits", line=kept.line, problem=type(problem).__name__)
        raise
    leg = leg or leg_of.first(line=kept.line)
    return [leg.interaction_id] if leg else []


def sweep(*, now: datetime) -> int:
    """Process what a process that died left behind; how many were tried."""
    left = RawEvent.objects.filter(kind=wire.KIND, state=RawState.RECEIVED, received_at__lt=now - SWEPT_AFTER)
    ids = list(left.order_by("id").values_list("pk", flat=True)[:500])
    for raw_id in ids:
        process(raw_id=raw_id, now=now)
    return len(ids)


def account_of(kept: Kept) -> ChannelAccount:
    """Of a call that comes in: that of the number that was called, else the first. Raises NoNumber."""
    if kept.web_call and (let_in := WebCall.objects.filter(pk=kept.web_call).select_related("number").first()):
        return let_in.number
    accounts = _numbers_of_ours()
    args = kept.body.get("args") or []
    called = str(args[1]) if len(args) > 1 else ""
    as_written = [account for account in accounts if called and called == account.address]
    for account in as_written or [account for account in accounts if account.address]:
        if same_number(called, account):
            return account
    if not accounts:
        raise NoNumber
    return accounts[0]


@kept_question
def _numbers_of_ours() -> QuerySet[ChannelAccount]:
    return ChannelAccount.objects.filter(kind=ChannelKind.VOICE, active=True).order_by("pk")


def same_number(called: str, account: ChannelAccount) -> bool:
    region = account.settings.get("region") or None
    read = phones.e164(called, region)
    return called == account.address or bool(read and read == phones.e164(account.address, region))
