"""What the exchange tells is stored together with what follows from it; nobody waits there for an acknowledgement."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from fanal.channels.models import ChannelAccount, RawEvent, RawState
from fanal.intake import actions as intake
from fanal.running.connections.inserting import insert_once

log = logging.getLogger(__name__)


def take(
    *, account: ChannelAccount, external_id: str, kind: str, source: str, body: Mapping[str, Any], now: datetime
) -> RawEvent:
    """Receive and process in one transaction; whoever calls does so for each source one after the other.

    Whatever speaks against it, it is received and processed in two steps: nothing is lost by the attempt.
    Raises one of NOT_ITS_FAULT then.
    """
    given = {"account": account, "external_id": external_id, "kind": kind, "source": source}
    raw = RawEvent(**given, body=dict(body), received_at=now, state=RawState.PROCESSED, processed_at=now)
    try:
        with transaction.atomic():
            if insert_once(raw) and not intake.left(account=account.pk, source=source, before=raw.pk):
                for signal in intake.understand(raw):
                    intake.follow(account=account, signal=signal, now=now)
                return raw
            transaction.set_rollback(True)
    except Exception as problem:
        log.info("in two steps: %s", type(problem).__name__)
    raw = intake.receive(account=account, external_id=external_id, kind=kind, source=source, body=body, now=now)
    return intake.process(raw_id=raw.pk, fresh=raw, now=now)
