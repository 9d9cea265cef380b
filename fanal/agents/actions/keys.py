"""Keys for programs: made, shown once, used, revoked; what is kept of one cannot be used."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from fanal.agents.models import Agent, ApiKey, KeyRight
from fanal.events.actions import publish

BEGINS = "fnl_"
BYTES = 32
SHOWN = len(BEGINS) + 6
NOTED_EVERY = timedelta(hours=1)


@transaction.atomic
def create_key(
    *,
    agent: Agent,
    name: str,
    rights: Sequence[str] = tuple(KeyRight.values),
    expires_at: datetime,
    by: Agent,
    now: datetime,
) -> tuple[ApiKey, str]:
    """A new key of 256 random bits; the second of the two is the key itself, which is kept nowhere."""
    secret = BEGINS + secrets.token_urlsafe(BYTES)
    key = ApiKey.objects.create(
        agent=agent,
        name=name,
        rights=list(rights),
        prefix=secret[:SHOWN],
        secret_hash=_hash(secret),
        created_by=by,
        created_at=now,
        expires_at=expires_at,
    )
    _tell("api_key.created", key, by=by, now=now)
    return key, secret


@transaction.atomic
def revoke_key(*, key: ApiKey, by: Agent | None, now: datetime) -> None:
    """The key works no more, from the next request on; revoking it again changes nothing."""
    row = ApiKey.objects.select_for_update(of=("self",)).get(pk=key.pk)
    if row.revoked_at:
        return
    row.revoked_at = now
    row.save(update_fields=["revoked_at"])
    _tell("api_key.revoked", row, by=by, now=now)


@transaction.atomic
def revoke_keys(*, agent: Agent, by: Agent | None, now: datetime) -> None:
    """All of somebody's keys, as when they leave: should they return, they get new ones."""
    for key in ApiKey.objects.filter(agent=agent, revoked_at=None).order_by("pk"):
        revoke_key(key=key, by=by, now=now)


def open_key(*, secret: str, now: datetime) -> ApiKey | None:
    """The key that somebody shows, with its agent, if it still works; that it was used is noted once an hour.

    It is looked up by its hash, so how long the answer takes tells nothing about keys that there are.
    """
    if not secret.startswith(BEGINS):
        return None
    rows = ApiKey.objects.select_related("agent__role")
    key = rows.filter(secret_hash=_hash(secret), revoked_at=None, expires_at__gt=now, agent__is_active=True).first()
    if key and (key.last_used_at is None or key.last_used_at <= now - NOTED_EVERY):
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return key


def _hash(secret: str) -> str:
    """Random enough to need neither salt nor stretching."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _tell(kind: str, key: ApiKey, *, by: Agent | None, now: datetime) -> None:
    publish(
        kind=kind,
        data={"key": key.pk, "agent": key.agent_id},
        audience=["admins"],
        now=now,
        by=by.pk if by else None,
    )
