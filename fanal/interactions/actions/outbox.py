"""What we write by mail goes out: claimed, handed over outside any transaction, and what came of it recorded."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from fanal.agents.models import Agent
from fanal.channels import contents, registry
from fanal.channels.email import tokens
from fanal.channels.opening import opened, reply_key
from fanal.channels.port import FileReceived, OutboundLetter, Refused, Unavailable
from fanal.events.actions import publish
from fanal.interactions import audience
from fanal.interactions.actions.drafting import write_again
from fanal.interactions.actions.signing import as_html, with_everything
from fanal.interactions.mailing import Outcome, tried
from fanal.interactions.models import Attachment, Author, DeliveryState, Draft, Letter, Message, Segment
from fanal.running.sealed import NotReadable

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60, 120, 240, 480, 480, 480, 480))
"""Until the next try, after each: two days together; then it has failed."""
UNKNOWN_AFTER = timedelta(minutes=15)
"""A process that died while it was sending: nobody knows whether the mail went out."""


def send_next(*, now: datetime) -> bool:
    """Send one mail that is due; False when none is."""
    letter = _claim(now)
    if letter is None:
        return False
    record(claimed=letter, outcome=tried(lambda: _hand_over(letter)), now=now)
    return True


def give_up_lost(*, now: datetime) -> int:
    """What has been «sending» for too long is unknown: a person has to look. Returns how many."""
    lost = list(Letter.objects.filter(sending_at__lt=now - UNKNOWN_AFTER)[:100])
    for letter in lost:
        record(
            claimed=letter,
            outcome=Outcome(state=DeliveryState.UNKNOWN, error="The process stopped while it was sending."),
            now=now,
        )
    return len(lost)


def doubt_unsent(*, now: datetime) -> int:
    """After a restore: what waited to be sent when the back-up was made may have gone out since; a person looks.

    Returns how many.
    """
    waiting = list(Letter.objects.filter(Q(next_at__isnull=False) | Q(sending_at__isnull=False)).order_by("pk"))
    for letter in waiting:
        Letter.objects.filter(pk=letter.pk).update(sending_at=now)
        letter.sending_at = now
        restored = "It waited when the back-up was made that was restored: it may have been sent since."
        record(claimed=letter, outcome=Outcome(state=DeliveryState.UNKNOWN, error=restored), now=now)
    return len(waiting)


@transaction.atomic
def record(*, claimed: Letter, outcome: Outcome, now: datetime) -> None:
    """What came of one try; only whoever is sending it now says so, not who was given up meanwhile."""
    rows = Letter.objects.select_for_update(of=("self",)).select_related("message__interaction")
    letter = rows.get(pk=claimed.pk)
    if letter.sending_at is None or letter.sending_at != claimed.sending_at:
        return
    state, again = outcome.state, None
    if state == DeliveryState.QUEUED:
        again = now + PAUSES[letter.attempts - 1] if letter.attempts <= len(PAUSES) else None
        state = DeliveryState.QUEUED if again else DeliveryState.FAILED
    letter.sending_at, letter.next_at, letter.error = None, again, outcome.error
    letter.reached = list(dict.fromkeys([*letter.reached, *outcome.taken]))
    letter.save(update_fields=["sending_at", "next_at", "error", "reached"])
    _move(letter.message, state, waited=letter.held and state == DeliveryState.SENT, now=now)


@transaction.atomic
def send_again(*, message: Message, by: Agent, now: datetime) -> bool:
    """A person says that it is to be tried once more, with the same Message-ID; False when there is nothing to try."""
    letter = Letter.objects.select_for_update(of=("self",)).select_related("message").get(pk=message.pk)
    if letter.message.state not in (DeliveryState.FAILED, DeliveryState.UNKNOWN):
        return False
    letter.attempts, letter.next_at, letter.error = 0, now, ""
    letter.save(update_fields=["attempts", "next_at", "error"])
    _move(letter.message, DeliveryState.QUEUED, now=now, by=by)
    return True


@transaction.atomic
def take_back(*, message: Message, by: Agent, now: datetime) -> Draft | None:
    """Undo: a mail that nobody has begun to send becomes a draft of `by` again; None when it is too late for that.

    Whoever sends claims the same row, so of the two one comes first and the other finds it so.
    """
    rows = Letter.objects.select_for_update(of=("self",)).select_related("message__interaction")
    letter = rows.get(pk=message.pk)
    if letter.message.state != DeliveryState.QUEUED or not letter.can_be_taken_back:
        return None
    letter.next_at = None
    letter.save(update_fields=["next_at"])
    _move(letter.message, DeliveryState.WITHDRAWN, now=now, by=by)
    _no_reply_yet(letter.message)
    return write_again(letter=letter, by=by, now=now)


@transaction.atomic
def came_back(*, letter: Letter, recipient: str, diagnostic: str, now: datetime) -> None:
    """It is proven that it did not reach this recipient: for good, whatever the server had said before."""
    letter = Letter.objects.select_for_update(of=("self",)).select_related("message__interaction").get(pk=letter.pk)
    letter.next_at, letter.sending_at, letter.error = None, None, diagnostic[:300]
    letter.reached = [one for one in letter.reached if one != recipient]
    letter.save(update_fields=["next_at", "sending_at", "error", "reached"])
    _move(letter.message, DeliveryState.FAILED, now=now)


@transaction.atomic
def _claim(now: datetime) -> Letter | None:
    rows = Letter.objects.select_for_update(of=("self",), skip_locked=True).filter(next_at__lte=now)
    letter = rows.select_related("account", "message__interaction").order_by("next_at").first()
    if letter is None:
        return None
    letter.attempts, letter.next_at, letter.sending_at = letter.attempts + 1, None, now
    letter.save(update_fields=["attempts", "next_at", "sending_at"])
    _move(letter.message, DeliveryState.SENDING, now=now)
    return letter


def _no_reply_yet(message: Message) -> None:
    """What never went out answered nobody; what was counted when the contact was over stays."""
    if message.segment_id is None:
        return
    said = Message.objects.filter(segment=message.segment_id, author=Author.AGENT)
    first = said.exclude(state=DeliveryState.WITHDRAWN).order_by("at").values_list("at", flat=True).first()
    Segment.objects.filter(pk=message.segment_id, wrapped_up_at=None).update(first_reply_at=first)


def _hand_over(letter: Letter) -> str:
    try:
        settings = opened(letter.account)
    except NotReadable as problem:
        raise Unavailable("the password of the mail server cannot be read: set it again") from problem
    return registry.channel(letter.account.kind).send(_outbound(letter), settings)


def _outbound(letter: Letter) -> OutboundLetter:
    interaction, message = letter.message.interaction, letter.message
    language = interaction.language
    whole = letter.whole or with_everything(message.text, letter.account, language=language)
    return OutboundLetter(
        message_id=message.pk,
        source=interaction.source,
        text=whole,
        html=as_html(whole, letter.account, language=language),
        header_id=letter.header_id,
        at=letter.at,
        sender=letter.sender,
        sender_name=letter.sender_name,
        to=tuple(letter.to),
        cc=tuple(letter.cc),
        bcc=tuple(letter.bcc),
        reply_address=tokens.reply_address(
            str(letter.account.settings.get("reply_address", "")),
            thread=interaction.thread,
            account=letter.account.code,
            key=reply_key(),
        ),
        return_addresses=_return_addresses(letter),
        taken=tuple(letter.reached),
        subject=letter.subject,
        references=tuple(letter.references),
        files=tuple(_file(row) for row in Attachment.objects.filter(message=message).order_by("pk")),
        by_program=message.author != Author.AGENT,
    )


def _return_addresses(letter: Letter) -> dict[str, str]:
    """For each recipient the address that reports about them go to; none where the account has no such addresses."""
    pattern = str(letter.account.settings.get("return_address", ""))
    made = {
        one: tokens.return_address(
            pattern, letter=letter.pk, recipient=one, account=letter.account.code, key=reply_key()
        )
        for one in letter.everybody
    }
    return {one: address for one, address in made.items() if address}


def _file(row: Attachment) -> FileReceived:
    try:
        content = contents.read(row.sha256)
    except FileNotFoundError as problem:
        raise Refused("an attachment is not there any more") from problem
    return FileReceived(name=row.name, media_type=row.media_type, sha256=row.sha256, content=content)


def _move(
    message: Message, state: DeliveryState, *, waited: bool = False, now: datetime, by: Agent | None = None
) -> None:
    """`waited`: it was not to go out at once, so that only now it counts as said."""
    Message.objects.filter(pk=message.pk).update(state=state)
    more = {"author": message.author, "waited": True} if waited else {}
    publish(
        kind=f"message.{state.value}",
        data=audience.about(message.interaction, message=message.pk, **more),
        audience=audience.of(message.interaction),
        now=now,
        by=by.pk if by else None,
    )
