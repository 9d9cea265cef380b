"""Files in a contact: kept by their content, shown by their name, and seen by the contact's own people only."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from fanal.agents.models import Agent
from fanal.events.actions import publish
from fanal.interactions import audience, files
from fanal.interactions.models import Attachment, Interaction, Message
from fanal.norms import texts


def attach(
    *, interaction: Interaction, name: str, content: bytes, by: Agent | None = None, now: datetime
) -> Attachment:
    """Keep a file for a message that is still to come, of this agent or of the other side. Raises NotAccepted."""
    kind = files.media_type(content, name)
    sha256 = files.keep(content)
    safe = texts.safe_file_name(name)
    return _row(interaction, name=safe, kind=kind, size=len(content), sha256=sha256, by=by, now=now)


def waiting_files(interaction: Interaction, keys: Iterable[int], *, by: Agent) -> list[Attachment]:
    """Those of these files that still wait for a message of this agent, in the order in which they were put."""
    wanted = list(keys)
    rows = Attachment.objects.filter(interaction=interaction, message=None, by=by).in_bulk(wanted)
    return [rows[key] for key in wanted if key in rows]


@transaction.atomic
def copy_files(*, message: Message, by: Agent, now: datetime) -> list[int]:
    """The files of a message that is handed on, for a message of this agent that is still to come; their ids."""
    rows = Attachment.objects.filter(message=message).order_by("pk").select_related("interaction")
    return [
        _row(
            row.interaction,
            name=row.name,
            kind=row.media_type,
            size=row.size,
            sha256=row.sha256,
            by=by,
            now=now,
        ).pk
        for row in rows
    ]


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
