"""Mails as part of a contact: keeping one that came in, and finding which thread it belongs to."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from fanal.agents.kept import kept
from fanal.channels.models import ChannelAccount
from fanal.channels.port import LetterReceived
from fanal.interactions.actions.messages import add_message, known_message
from fanal.interactions.models import Attachment, Author, DeliveryState, Interaction, Letter, Message
from fanal.running.connections.inserting import insert

MOST_THREADS = 20
MOST_COUNTED = 100


@transaction.atomic(savepoint=False)
def keep_letter(
    *,
    interaction: Interaction,
    signal: LetterReceived,
    aside: str = "",
    checked: Mapping[str, str] | None = None,
    now: datetime,
) -> Message:
    """A mail becomes a message of this contact, once, with its files, whatever they are: they are downloads only."""
    if known := known_message.first(interaction=interaction.pk, external_id=signal.external_id):
        return known
    message = add_message(
        interaction=interaction,
        author=Author.CUSTOMER,
        text=signal.text,
        external_id=signal.external_id,
        now=now,
    )
    letter = Letter(
        message=message,
        account_id=interaction.account_id,
        at=now,
        header_id=signal.message_id,
        references=list(signal.references),
        subject=signal.subject,
        sender=signal.source,
        sender_name=signal.sender_name,
        reply_to=list(signal.reply_to),
        to=list(signal.to),
        cc=list(signal.cc),
        whole=signal.whole,
        html=signal.html,
        raw=signal.raw,
        automatic=signal.automatic,
        checked=dict(checked or {}),
        parked=signal.parked,
        aside=aside,
    )
    insert(letter)
    Attachment.objects.bulk_create(
        Attachment(
            interaction=interaction,
            message=message,
            name=file.name,
            media_type=file.media_type,
            size=len(file.content),
            sha256=file.sha256,
            at=now,
        )
        for file in signal.files
    )
    return message


def threads_named(*, account: ChannelAccount, message_ids: Sequence[str]) -> list[str]:
    """The threads of this account in which those mails are, that of the nearest one first."""
    rows = Letter.objects.filter(account=account, header_id__in=message_ids).exclude(message__interaction__thread="")
    found = dict(rows.order_by("at").values_list("header_id", "message__interaction__thread"))
    return list(dict.fromkeys(found[one] for one in reversed(message_ids) if one in found))[:MOST_THREADS]


def participants(*, account: ChannelAccount, threads: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """Who takes part in each thread: people who wrote in it, and people whom we wrote to.

    What was put aside is only shown there: whoever sent it may be anybody.
    """
    wanted = list(threads)
    people: dict[str, set[str]] = {thread: set() for thread in wanted}
    rows = Letter.objects.filter(
        Q(ours=True) | Q(automatic=False, aside=""),
        account=account,
        message__interaction__thread__in=wanted,
        message__interaction__account=account,
    ).exclude(message__state=DeliveryState.WITHDRAWN)
    for thread, ours, sender, to, cc, bcc in rows.values_list(
        "message__interaction__thread", "ours", "sender", "to", "cc", "bcc"
    ):
        people[thread].update([*to, *cc, *bcc] if ours else [sender])
    return {thread: frozenset(people[thread]) for thread in wanted}


def in_thread(*, account: ChannelAccount, thread: str) -> Interaction | None:
    """The contact that runs in a thread, else its last one."""
    if not thread:
        return None
    rows = Interaction.objects.filter(account=account, thread=thread)
    return rows.filter(ended_at=None).order_by("-id").first() or rows.order_by("-id").first()


def own_letter(*, account: ChannelAccount, message_id: str) -> Letter | None:
    """The mail of ours with that Message-ID."""
    if not message_id:
        return None
    if (found := _own.first(account=account.pk, message_id=message_id)) is None:
        return None  # nearly always, and then nothing more has to be read
    return Letter.objects.select_related("message__interaction").get(pk=found)


def written_since(*, account: ChannelAccount, sender: str, vouched: bool, since: datetime, at_most: int) -> int:
    """How many mails of this sender came to this account since then; counted no further than `at_most`.

    Those that the sender's domain vouches for, or those that anybody may have written in that name.
    """
    return len(_written(account=account.pk, sender=sender, vouched=vouched, since=since)[:at_most])


@kept
def _own(account: int, message_id: str) -> QuerySet[Letter, int]:
    return Letter.objects.filter(account=account, header_id=message_id, ours=True).values_list("pk", flat=True)[:1]


@kept
def _written(account: int, sender: str, vouched: bool, since: datetime) -> QuerySet[Letter, int]:
    rows = Letter.objects.filter(account=account, sender=sender, ours=False, at__gt=since)
    rows = rows.filter(checked__has_key="vouched") if vouched else rows.exclude(checked__has_key="vouched")
    return rows.values_list("pk", flat=True)[:MOST_COUNTED]
