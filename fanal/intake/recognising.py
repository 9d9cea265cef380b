"""From what a contact brings to who it is: evidence out of the signal, and the result on the interaction."""

from dataclasses import asdict
from datetime import datetime

from fanal.channels.models import ChannelAccount
from fanal.channels.port import ContactStarted
from fanal.customers.models import Customer
from fanal.identity import actions as identity
from fanal.identity.models import Recognition
from fanal.identity.rules import Evidence
from fanal.interactions import actions as interactions
from fanal.interactions.models import Interaction


def evidence_of(signal: ContactStarted, *, account: ChannelAccount) -> Evidence:
    """What the contact says of who it is: claims, unless the host site signed them."""
    given = signal.given
    return Evidence(
        handle=signal.source,
        signed_external_id=signal.signed_id,
        name=given.get("name", ""),
        email=given.get("email", ""),
        phone=given.get("phone", ""),
        order_number=given.get("order", ""),
        card_hash=given.get("card_hash", ""),
        account_number=given.get("account", ""),
    )


def recognise(*, interaction: Interaction, evidence: Evidence, now: datetime) -> None:
    """Known only on a sole strong match; several are candidates; nobody is guessed or made up."""
    found = identity.resolve(evidence=evidence, now=now)
    if found.recognition == Recognition.KNOWN:
        interactions.identify(
            interaction=interaction,
            customer=Customer.objects.get(pk=found.candidates[0].customer_id),
            assurance=found.assurance,
            why="signed_by_host" if evidence.signed_external_id else "sole_match",
            by=None,
            now=now,
        )
    elif found.recognition == Recognition.AMBIGUOUS:
        candidates = [asdict(candidate) for candidate in found.candidates]
        interactions.set_candidates(interaction=interaction, candidates=candidates, now=now)
    interaction.refresh_from_db()
