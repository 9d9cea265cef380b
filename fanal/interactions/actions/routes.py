"""How the person behind a case can be written to: looked up for the rule that chooses."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from fanal.cases.merged import parts_of
from fanal.cases.models import Case
from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.consent.actions import refusal
from fanal.consent.models import Purpose
from fanal.consent.rules import CONTRACT, OWN_CONTACT
from fanal.customers.models import ContactPoint, ContactPointKind, ContactPointState, Customer
from fanal.customers.survivors import family_of
from fanal.events.actions import publish
from fanal.identity.models import Assurance
from fanal.interactions import audience
from fanal.interactions.actions.addressing import proposed, written_to
from fanal.interactions.models import Interaction
from fanal.interactions.rules import Facts, Means, Route, choose
from fanal.norms import emails

TALKS = (ChannelKind.EMAIL, ChannelKind.WEBCHAT)
BAD = (ContactPointState.BOUNCED, ContactPointState.INVALID, ContactPointState.DISCONNECTED)
MOST_CONTACTS = 20


@dataclass(frozen=True, kw_only=True)
class Way:
    """What was chosen for a case; without a route, `why` says why it is left out.

    `theirs`: whoever is reached there is the customer of the case for all that we know, and does not only say so.
    `called`: what they may be called there: by their name in our records, or as they called themselves.
    """

    case: Case
    route: Route | None
    why: str = ""
    theirs: bool = True
    called: str = ""

    @property
    def whose(self) -> str:
        """Cases of the same person, or of the same address where nobody is known, get one message together."""
        known = self.case.customer_id and self.theirs
        return f"customer {self.case.customer_id}" if known else f"address {self.address}"

    @property
    def address(self) -> str:
        return self.route.address if self.route else ""


def way_to(case: Case) -> Way:
    """The best way to whoever the case is of, with the verdict of the gate; nothing is kept of it."""
    account = mail_account(practice=case.practice)
    bad = _bad_addresses(case.customer_id)
    routes = [_judged(route, bad=bad) for route in _routes(case, account)]
    route, why = choose(
        Facts(routes=routes, account=account is not None, somebody=bool(case.customer_id or contacts_of(case)))
    )
    if route is None or case.customer is None:
        return Way(case=case, route=route, why=why)
    contact = _contact_of(case, route)
    theirs = _is_theirs(case, route, contact)
    known, said = case.customer.given_name or case.customer.name, contact.given.get("name", "") if contact else ""
    return Way(case=case, route=route, why=why, theirs=theirs, called=known if theirs else said)


def ways_to(customer: Customer) -> list[Route]:
    """The addresses of a customer in our records, each with the verdict of the gate."""
    bad = _bad_addresses(customer.pk)
    return [_judged(route, bad=bad) for route in _on_record(customer.pk)]


@transaction.atomic
def ask_for_mail(*, interaction: Interaction, address: str, now: datetime) -> None:
    """Somebody who chats asks to be answered by mail: an address they say is theirs, which proves nothing."""
    interaction.answer_to = address
    interaction.save(update_fields=["answer_to"])
    publish(
        kind="interaction.asked_for_mail",
        data=audience.about(interaction),
        audience=audience.of(interaction, customer=True),
        now=now,
    )


def purpose_of(route: Route) -> tuple[str, str]:
    """The purpose and its basis: an answer where they wrote to us about it, a service message otherwise."""
    return (Purpose.SERVICE, CONTRACT) if route.means == Means.RECORD else (Purpose.REPLY, OWN_CONTACT)


def mail_account(*, practice: bool = False) -> ChannelAccount | None:
    """The address that we write from where no thread says which."""
    rows = ChannelAccount.objects.filter(kind=ChannelKind.EMAIL, active=True).exclude(address="").order_by("pk")
    return next((one for one in rows if bool(one.settings.get("practice")) == practice), None)


def contacts_of(case: Case) -> Sequence[Interaction]:
    """The contacts about a case and what became part of it, the latest first."""
    rows = Interaction.objects.filter(topics__case__in=[case.pk, *parts_of(case)], topics__withdrawn_at=None)
    rows = rows.select_related("account", "customer")
    return list(rows.order_by("-id").distinct()[:MOST_CONTACTS])


def running_in_thread(interaction: Interaction) -> Interaction | None:
    """The contact that runs in the thread of this one; itself, if it does."""
    if interaction.ended_at is None or not interaction.thread:
        return interaction if interaction.ended_at is None else None
    rows = Interaction.objects.filter(account=interaction.account_id, thread=interaction.thread, ended_at=None)
    return rows.select_related("account", "customer").first()


def _routes(case: Case, account: ChannelAccount | None) -> Iterator[Route]:
    contacts = contacts_of(case)
    for one in contacts:
        if one.ended_at is None and one.channel in TALKS:
            to = next(iter(proposed(one).to), "") if one.channel == ChannelKind.EMAIL else one.source
            yield Route(means=Means.TALK, channel=one.channel, address=to, contact=one.pk)
    for one in contacts:
        if one.ended_at and one.channel == ChannelKind.EMAIL and one.source and one.account.active:
            running = running_in_thread(one)
            means = Means.TALK if running else Means.THREAD
            yield Route(means=means, channel=one.channel, address=one.source, contact=(running or one).pk)
    if account is None:
        return
    for one in contacts:
        if one.answer_to:
            yield Route(means=Means.ASKED_FOR, channel=ChannelKind.EMAIL, address=one.answer_to)
    yield from _on_record(case.customer_id)


def _contact_of(case: Case, route: Route) -> Interaction | None:
    """The contact that a route goes on from, or in which its address was left."""
    if route.contact:
        return Interaction.objects.filter(pk=route.contact).first()
    return next((one for one in contacts_of(case) if one.answer_to == route.address), None)


def _is_theirs(case: Case, route: Route, contact: Interaction | None) -> bool:
    """An address of our records is; where somebody only says who they are, and no agent put it otherwise, it is not."""
    if route.means == Means.RECORD or route.address.lower() in _known_addresses(case.customer_id):
        return True
    if route.means == Means.ASKED_FOR or contact is None:
        return False
    return contact.customer_id is None or contact.assurance >= Assurance.MATCHED


def _known_addresses(customer: int | None) -> set[str]:
    return {said.lower() for point in _points(customer) for said in (point.value, written_to(point))}


def _on_record(customer: int | None) -> Iterator[Route]:
    for point in _points(customer):
        yield Route(means=Means.RECORD, channel=ChannelKind.EMAIL, address=written_to(point), shared=point.shared)


def _judged(route: Route, *, bad: Set[str]) -> Route:
    """With what the gate says, and whether mail to it has come back, as to these addresses it did."""
    purpose, basis = purpose_of(route)
    code = refusal(purpose=purpose, address=route.address, basis=basis)
    if not code and route.channel == ChannelKind.EMAIL and emails.normalise(route.address) is None:
        code = "bad_address"
    bounced = route.channel == ChannelKind.EMAIL and route.address in bad
    return replace(route, bounced=bounced, refused=code)


def _points(customer: int | None) -> list[ContactPoint]:
    if customer is None:
        return []
    rows = ContactPoint.objects.filter(customer__in=family_of(customer), ended_at=None)
    return list(rows.filter(kind=ContactPointKind.EMAIL).order_by("-preferred", "-pk"))


def _bad_addresses(customer: int | None) -> set[str]:
    return {written_to(point) for point in _points(customer) if point.state in BAD}
