"""Signed identities that were shown, each good for one visitor only."""

from datetime import datetime

from fanal.channels.models import ChannelAccount, RawEvent, RawState


class AlreadyShown(Exception):
    """Another visitor brought the same signature before."""


def remember(*, account: ChannelAccount, fingerprint: str, visitor: str, subject: str, now: datetime) -> None:
    """Keep it as input that is done with; the same visitor may show it again. Raises AlreadyShown."""
    raw, _ = RawEvent.objects.get_or_create(
        account=account,
        external_id=f"identity:{fingerprint}",
        defaults={
            "kind": "identity",
            "source": visitor,
            "body": {"signed_id": subject},
            "received_at": now,
            "processed_at": now,
            "state": RawState.PROCESSED,
        },
    )
    if raw.source != visitor:
        raise AlreadyShown
