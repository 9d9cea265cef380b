"""From what a contact brings to who it is: evidence out of the signal, and the result on the interaction."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from fanal.agents.kept import kept
from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.channels.port import ContactStarted, visitor_of
from fanal.customers.models import ContactPoint, ContactPointKind, ContactPointState, Customer
from fanal.identity import actions as identity
from fanal.identity.gathering import email_forms
from fanal.identity.models import Assurance, Recognition
from fanal.identity.rules import Evidence, Resolution
from fanal.interactions import actions as interactions
from fanal.interactions.models import Interaction
from fanal.scenarios.actions import Proven


def evidence_of(signal: ContactStarted, *, account: ChannelAccount) -> Evidence:
    """What the contact says of who it is: claims, unless the host site signed them."""
    given = signal.given
    by_mail, by_phone = account.kind == ChannelKind.EMAIL, account.kind == ChannelKind.VOICE
    visitor = visitor_of(signal.source) if by_phone else ""
    return Evidence(
        handle=visitor if by_mail or by_phone else signal.source,
        caller_number=signal.source if by_phone and not visitor else "",
        from_address=signal.source if by_mail else "",
        signed_external_id=signal.signed_id,
        name=given.get("name", ""),
        email="" if by_mail else given.get("email", ""),
        phone=given.get("phone", ""),
        order_number=given.get("order", ""),
        card_hash=given.get("card_hash", ""),
        account_number=given.get("account", ""),
        language=signal.language,
        region=account.settings.get("region", ""),
        practice=bool(account.settings.get("practice")),
    )


def recognise(*, interaction: Interaction, evidence: Evidence, confirmed: bool = False, now: datetime) -> Proven:
    """Known only on a sole strong match; several are candidates; nobody is guessed or made up.

    Who a mail says it is from is a claim. It is more only where the sender's domain vouches for it (`confirmed`) and
    the address is one that was verified as the customer's.

    Returns who it is without anything that was typed: what is typed must not choose where somebody waits.
    """
    found, untyped = identity.resolve_twice(evidence=evidence, now=now)
    customer = _customer(found) if found.customer_id else None
    if customer:
        interactions.identify(
            interaction=interaction,
            customer=customer,
            assurance=_of_a_mail(interaction, found, confirmed=confirmed),
            why=found.why,
            by=None,
            now=now,
        )
    elif found.recognition == Recognition.AMBIGUOUS:
        rows = [candidate.as_row() for candidate in found.candidates]
        interactions.set_candidates(interaction=interaction, candidates=rows, now=now)
    if interaction.channel == ChannelKind.EMAIL and not confirmed:
        return Proven()
    return _proven(untyped, customer)


def _of_a_mail(interaction: Interaction, found: Resolution, *, confirmed: bool) -> int:
    """How sure we are, where anybody can write any address into a mail; elsewhere what was found."""
    if interaction.channel != ChannelKind.EMAIL:
        return found.assurance
    sure = confirmed and _verified(found.customer_id, email_forms(interaction.source)).exists()
    return found.assurance if sure else min(found.assurance, Assurance.CLAIMED)


def _verified(customer: int | None, forms: Iterable[str]) -> QuerySet[ContactPoint]:
    points = ContactPoint.objects.filter(customer=customer, kind=ContactPointKind.EMAIL, ended_at=None)
    return points.filter(state=ContactPointState.VERIFIED, value__in=forms)


def _proven(found: Resolution, known: Customer | None) -> Proven:
    if not found.customer_id or found.assurance < Assurance.MATCHED:
        return Proven()
    same = known if known and known.pk == found.customer_id else _customer(found)
    return Proven(customer=same, assurance=found.assurance)


def _customer(found: Resolution) -> Customer:
    (customer,) = _customers(customer=found.customer_id)
    return customer


@kept
def _customers(customer: int) -> QuerySet[Customer]:
    return Customer.objects.filter(pk=customer)


def assurance_of(interaction: Interaction, *, customer: Customer, now: datetime) -> int:
    """What somebody who picks this customer for this contact may rely on: what was given, never less than a claim.

    In a mail the address is relied on as little as the mail did; what was given in a talk counts as ever.
    """
    if interaction.channel == ChannelKind.EMAIL:
        return max(Assurance.CLAIMED, interaction.assurance if interaction.customer_id == customer.pk else 0)
    signal = ContactStarted(source=interaction.source, given=interaction.given, language=interaction.language)
    found = identity.resolve(evidence=evidence_of(signal, account=interaction.account), now=now)
    fitting = [one.assurance for one in found.candidates if one.customer_id == customer.pk]
    return max([Assurance.CLAIMED, *fitting])
