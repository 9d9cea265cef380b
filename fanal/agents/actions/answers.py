"""Answers kept under the sender's key, so that what is sent twice is done once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from fanal.agents.models import Agent, KeptAnswer

KEPT_FOR = timedelta(days=7)


@transaction.atomic
def answer_once(
    *, agent: Agent, key: str, fingerprint: str, do: Callable[[], tuple[int, Any]], now: datetime
) -> KeptAnswer:
    """The answer to the first request with this key: status, body, and the fingerprint of what it answers.

    A repeat that comes while the first is under way waits for it: the row is unique. What `do` raises is not kept.
    """
    KeptAnswer.objects.filter(agent=agent, at__lt=now - KEPT_FOR).delete()
    known, new = KeptAnswer.objects.get_or_create(
        agent=agent, key=key, defaults={"fingerprint": fingerprint, "at": now}
    )
    if new:
        known.status, known.body = do()
        known.save(update_fields=["status", "body"])
    return known
