"""To whom a mail of ours goes: proposed from the mail that it answers, and judged address by address."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from fanal.channels.email import tokens
from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.consent.actions import clear, refusal
from fanal.consent.models import Clearance, Purpose
from fanal.consent.rules import BROUGHT_IN, CONTRACT, OWN_CONTACT, NotAllowed
from fanal.customers.models import ContactPoint, ContactPointKind
from fanal.customers.survivors import family_of
from fanal.interactions.models import DeliveryState, Direction, Interaction, Letter
from fanal.interactions.rules import MOST_RECIPIENTS, Answered, Envelope, Way, envelope
from fanal.norms import emails


@dataclass(frozen=True, kw_only=True)
class Judged:
    """An address as it would be written to; `code` says why it may not be, `known` that it takes part already."""

    address: str
    code: str = ""
    known: bool = False


def last_letter(interaction: Interaction, *, also_aside: bool = False, also_ours: bool = False) -> Letter | None:
    """The newest mail of the other side in this contact."""
    rows = Letter.objects.filter(message__interaction=interaction)
    rows = rows.exclude(message__state=DeliveryState.WITHDRAWN) if also_ours else rows.filter(ours=False)
    rows = rows if also_aside else rows.filter(aside="")
    return rows.order_by("-message_id").first()


def answered_in(interaction: Interaction) -> Letter | None:
    """The mail that an answer goes on from: the newest of the other side; where we began, the newest in the thread.

    There it is only what they wrote whom the contact is with: nobody is quoted to anybody else by itself.
    """
    if (last := last_letter(interaction)) or interaction.direction != Direction.OUTBOUND:
        return last
    return written_by(interaction, interaction.source)


def written_by(interaction: Interaction, address: str) -> Letter | None:
    """The newest mail from this address in the thread of a contact."""
    rows = _of_thread(interaction).filter(ours=False, aside="", sender__iexact=address).select_related("message")
    return rows.order_by("-message_id").first()


def letter_named(interaction: Interaction, pk: int | None) -> Letter | None:
    """The mail of this contact with that id, or the one that it goes on from."""
    if not pk:
        return None
    if here := Letter.objects.filter(message__interaction=interaction, pk=pk).select_related("message").first():
        return here
    before = answered_in(interaction)
    return before if before and before.pk == pk else None


def proposed(interaction: Interaction, *, way: str = Way.REPLY, answers: Letter | None = None) -> Envelope:
    """Whom this way of answering goes to: `answers`, else the newest mail of the other side."""
    letter = answers or last_letter(interaction)
    if letter is None and way != Way.REPLY:
        letter = last_letter(interaction, also_ours=True)
    letter = letter or _last_in_thread(interaction)
    own = _own(interaction.account, (*letter.to, *letter.cc, letter.sender)) if letter else frozenset()
    return envelope(Way(way), _answered(letter), source=interaction.source, own=own)


def judge(interaction: Interaction, address: str, *, known: frozenset[str] | None = None) -> Judged:
    """Whether a mail of this contact may go to this address, without sending anything."""
    said = emails.normalise(address)
    if said is None:
        return Judged(address=address.strip()[:320], code="bad_address")
    plain = said.address.lower()
    if _own(interaction.account, [plain]):
        return Judged(address=plain, code="own_address")
    takes_part = plain in (known_in(interaction) if known is None else known)
    purpose, basis = _right(interaction, plain, known=takes_part)
    return Judged(address=plain, known=takes_part, code=refusal(purpose=purpose, address=plain, basis=basis))


def known_in(interaction: Interaction) -> frozenset[str]:
    """Whose contact this is: who wrote in it or was named by them, and the customer's own addresses.

    What was put aside makes nobody known. Whom only we have brought in is not among them, so a wish of theirs to be
    left alone is kept.
    """
    found = {interaction.source}
    theirs = _of_thread(interaction).filter(ours=False, aside="")
    for sender, to, cc in theirs.values_list("sender", "to", "cc"):
        found.update((sender, *to, *cc))
    if interaction.customer_id:
        points = ContactPoint.objects.filter(customer__in=family_of(interaction.customer_id), ended_at=None)
        for point in points.filter(kind=ContactPointKind.EMAIL):
            found.update((point.value, written_to(point)))
    return frozenset(one.lower() for one in found if one)


def written_to(point: ContactPoint) -> str:
    """The address as somebody gave it: what it is found by may be a form for comparing only."""
    said = emails.normalise(point.given or point.value)
    return said.address.lower() if said else point.value


def clear_all(
    interaction: Interaction, said: Envelope, *, brought: Clearance | None = None, now: datetime
) -> Mapping[str, Clearance]:
    """The right to write to each of them, or to none; `brought` is there already, for its own address.

    Raises consent.rules.NotAllowed with the address that it is about.
    """
    everybody = said.everybody
    if not everybody:
        raise NotAllowed("no_address")
    if len(everybody) > MOST_RECIPIENTS:
        raise NotAllowed("too_many")
    known = known_in(interaction)
    cleared = {}
    for address in everybody:
        if brought and brought.address == address:
            cleared[address] = brought
            continue
        judged = judge(interaction, address, known=known)
        if judged.code:
            raise NotAllowed(judged.code, address)
        purpose, basis = _right(interaction, address, known=judged.known)
        cleared[address] = clear(
            purpose=purpose,
            channel=interaction.channel,
            address=address,
            customer=interaction.customer,
            basis=basis,
            now=now,
        )
    return cleared


def _right(interaction: Interaction, address: str, *, known: bool) -> tuple[str, str]:
    """The purpose and its basis: an answer; a service message where we begin and they have not written."""
    if not known:
        return Purpose.REPLY, BROUGHT_IN
    begun = interaction.direction == Direction.OUTBOUND and interaction.answer_to != address
    if begun and not _of_thread(interaction).filter(ours=False, sender=address).exists():
        return Purpose.SERVICE, CONTRACT
    return Purpose.REPLY, OWN_CONTACT


def _of_thread(interaction: Interaction) -> QuerySet[Letter]:
    if not interaction.thread:
        return Letter.objects.filter(message__interaction=interaction)
    return Letter.objects.filter(account=interaction.account_id, message__interaction__thread=interaction.thread)


def _last_in_thread(interaction: Interaction) -> Letter | None:
    """What a contact that we begin goes on from: the newest mail of the thread, whoever wrote it."""
    if interaction.direction != Direction.OUTBOUND or not interaction.thread:
        return None
    rows = _of_thread(interaction).filter(aside="").exclude(message__state=DeliveryState.WITHDRAWN)
    return rows.order_by("-message_id").first()


def _answered(letter: Letter | None) -> Answered | None:
    if letter is None:
        return None
    return Answered(
        sender=letter.sender,
        to=tuple(letter.to),
        cc=tuple(letter.cc),
        subject=letter.subject,
        header_id=letter.header_id,
        references=tuple(letter.references),
        ours=letter.ours,
    )


def _own(account: ChannelAccount, addresses: Iterable[str]) -> frozenset[str]:
    """Which of these are ours: the address of an account, or one that we give out for answers."""
    said = {one.lower() for one in addresses if one}
    ours = {address.lower() for address in _accounts() if address}
    patterns = [str(account.settings.get(name, "")) for name in ("reply_address", "return_address")]
    return frozenset(one for one in said if one in ours or any(tokens.is_of(one, pattern=made) for made in patterns))


def _accounts() -> list[str]:
    return list(ChannelAccount.objects.filter(kind=ChannelKind.EMAIL).values_list("address", flat=True))
