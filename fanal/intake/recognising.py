"""From what a contact brings to who it is: evidence out of the signal, and the result on the interaction."""

from datetime import datetime

from fanal.channels.models import ChannelAccount
from fanal.channels.port import ContactStarted
from fanal.customers.models import Customer
from fanal.identity import actions as identity
from fanal.identity.models import Assurance, Recognition
from fanal.identity.rules import Evidence
from fanal.interactions import actions as interactions
from fanal.interactions.models import Interaction
from fanal.scenarios.actions import Proven


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
        language=signal.language,
        region=account.settings.get("region", ""),
        practice=bool(account.settings.get("practice")),
    )


def recognise(*, interaction: Interaction, evidence: Evidence, now: datetime) -> None:
    """Known only on a sole strong match; several are candidates; nobody is guessed or made up."""
    found = identity.resolve(evidence=evidence, now=now)
    if found.customer_id:
        interactions.identify(
            interaction=interaction,
            customer=Customer.objects.get(pk=found.customer_id),
            assurance=found.assurance,
            why=found.why,
            by=None,
            now=now,
        )
    elif found.recognition == Recognition.AMBIGUOUS:
        rows = [candidate.as_row() for candidate in found.candidates]
        interactions.set_candidates(interaction=interaction, candidates=rows, now=now)
    interaction.refresh_from_db()


def proven(evidence: Evidence, *, now: datetime) -> Proven:
    """Who it is without anything that was typed: what is typed must not choose where somebody waits."""
    found = identity.resolve(evidence=evidence.untyped(), now=now)
    if not found.customer_id or found.assurance < Assurance.MATCHED:
        return Proven()
    return Proven(customer=Customer.objects.get(pk=found.customer_id), assurance=found.assurance)


def assurance_of(interaction: Interaction, *, customer: Customer, now: datetime) -> int:
    """What somebody who picks this customer for this contact may rely on: what was given, never less than a claim."""
    signal = ContactStarted(source=interaction.source, given=interaction.given, language=interaction.language)
    found = identity.resolve(evidence=evidence_of(signal, account=interaction.account), now=now)
    fitting = [one.assurance for one in found.candidates if one.customer_id == customer.pk]
    return max([Assurance.CLAIMED, *fitting])
