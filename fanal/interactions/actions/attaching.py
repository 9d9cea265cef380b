"""Files in a contact: kept by their content, shown by their name, and seen by the contact's own people only."""

from datetime import datetime

from django.db import transaction

from fanal.agents.models import Agent
from fanal.events.actions import publish
from fanal.interactions import audience, files
from fanal.interactions.models import Attachment, Interaction
from fanal.norms import texts


def attach(
    *, interaction: Interaction, name: str, content: bytes, by: Agent | None = None, now: datetime
) -> Attachment:
    """Keep a file for a message that is still to come, of this agent or of the other side. Raises NotAccepted."""
    kind = files.media_type(content, name)
    sha256 = files.keep(content)
    safe = texts.safe_file_name(name)
    return _row(interaction, name=safe, kind=kind, size=len(content), sha256=sha256, by=by, now=now)


@transaction.atomic
def _row(
    interaction: Interaction, *, name: str, kind: str, size: int, sha256: str, by: Agent | None, now: datetime
) -> Attachment:
    attachment = Attachment.objects.create(
        interaction=interaction, name=name, media_type=kind, size=size, sha256=sha256, by=by, at=now
    )
    publish(
        kind="attachment.added",
        data=audience.about(interaction, attachment=attachment.pk),
        audience=audience.of(interaction),
        now=now,
        by=by.pk if by else None,
    )
    return attachment
