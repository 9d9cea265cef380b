"""An answer by mail is written: to whom, about what, in which thread; it waits in the outbox from then on."""

import re
import secrets
from collections.abc import Mapping
from datetime import datetime

from django.db import connection

from fanal.consent.models import Clearance
from fanal.consent.rules import NotAllowed
from fanal.interactions.actions.addressing import last_letter
from fanal.interactions.actions.signing import with_everything
from fanal.interactions.models import Author, Interaction, Letter, Message, Part, Recipient
from fanal.interactions.rules import LONGEST_SUBJECT, Envelope

OUTBOX = "fanal_outbox"
DOMAIN = re.compile(r"@([a-z0-9.-]+)$", re.IGNORECASE)


def allow_answer(interaction: Interaction, *, author: str) -> None:
    """No program answers a program, or what was put aside. Raises NotAllowed."""
    if author == Author.AGENT:
        return
    if (last := last_letter(interaction, also_aside=True)) and (last.automatic or last.aside):
        raise NotAllowed("written_by_a_program")


def write_letter(
    message: Message,
    *,
    envelope: Envelope,
    cleared: Mapping[str, Clearance],
    quotes: Letter | None = None,
    send_at: datetime | None = None,
    now: datetime,
) -> Letter:
    """The mail that this message of ours is; sent by whoever watches the outbox, at `send_at` if that is later.

    With a mail that it `quotes` it is kept whole, as it goes out.
    """
    interaction = message.interaction
    language = interaction.language
    account = interaction.account
    domain = DOMAIN.search(account.address)
    goes = max(now, send_at or now)
    letter = Letter.objects.create(
        message=message,
        account=account,
        ours=True,
        at=goes,
        header_id=f"{interaction.thread or 'fanal'}.{secrets.token_hex(12)}@{domain[1] if domain else 'localhost'}",
        references=list(envelope.references),
        subject=envelope.subject[:LONGEST_SUBJECT],
        sender=account.address,
        sender_name=account.name,
        to=list(envelope.to),
        cc=list(envelope.cc),
        bcc=list(envelope.bcc),
        whole=with_everything(message.text, account, quotes=quotes, language=language) if quotes else "",
        next_at=goes,
    )
    Recipient.objects.bulk_create(
        Recipient(letter=letter, address=one, part=part_of(one, envelope), clearance=cleared[one])
        for one in envelope.everybody
    )
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {OUTBOX}")
    return letter


def part_of(address: str, envelope: Envelope) -> Part:
    if address in envelope.to:
        return Part.TO
    return Part.CC if address in envelope.cc else Part.BCC
