"""A mail is taken: its bytes are on the disk and in the database before anybody is told that we have it."""

from datetime import datetime

from fanal.channels import contents
from fanal.channels.models import ChannelAccount, RawEvent
from fanal.intake.actions import MAIL, receive


def take(*, account: ChannelAccount, content: bytes, way: str, now: datetime) -> RawEvent:
    """Store a mail once, whatever number or way it comes by; it is durable when this returns."""
    sha256 = contents.keep(content)
    return receive(
        account=account,
        external_id=f"sha256:{sha256}",
        kind=MAIL,
        source="",
        body={"sha256": sha256, "size": len(content), "way": way},
        now=now,
    )
