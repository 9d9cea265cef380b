"""What is being written is kept: for whoever writes it, in every browser, and for a colleague who takes the contact."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from fanal.agents.kept import kept
from fanal.agents.models import Agent
from fanal.events.actions import publish
from fanal.interactions import audience
from fanal.interactions.actions.addressing import answered_in, letter_named
from fanal.interactions.actions.locking import lock
from fanal.interactions.models import Attachment, BackTo, Draft, FollowUp, Interaction, Letter, Message
from fanal.interactions.rules import Way

LONGEST_UNDO = timedelta(minutes=1)
"""What waited for longer than a mail waits in which it can be taken back had a time that was chosen."""


class Outdated(Exception):
    """Another window of the same person has changed the draft meanwhile; nothing was overwritten."""


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What a window shows at a moment; the moments of one window are counted by `turn`."""

    key: str
    window: str
    turn: int = 0
    version: int = 0
    way: str = Way.REPLY
    answers: int | None = None
    text: str = ""
    subject: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    files: tuple[int, ...] = ()
    quotes: bool = False
    send_at: datetime | None = None
    follow_up: int = 0
    back_to: str = BackTo.ME


@transaction.atomic
def keep_draft(*, interaction: Interaction, typed: Typed, by: Agent, now: datetime) -> Draft | None:
    """Keep what is typed, whole. None when it was said meanwhile. Raises Outdated.

    It is no event: nobody is told that somebody types, and nothing is counted.
    """
    if Message.objects.filter(interaction=interaction, external_id=typed.key).exists():
        return None
    row = Draft.objects.select_for_update(of=("self",)).filter(interaction=interaction, agent=by).first()
    if row is None:
        made, fresh = Draft.objects.get_or_create(
            interaction=interaction, agent=by, defaults=_said(interaction, typed, now)
        )
        if fresh:
            return made
        row = Draft.objects.select_for_update(of=("self",)).get(pk=made.pk)
    if row.window == typed.window and row.key == typed.key:
        if typed.turn <= row.turn:
            return row
    elif (row.key != typed.key or row.version != typed.version) and not _void(row):
        raise Outdated
    for name, value in _said(interaction, typed, now).items():
        setattr(row, name, value)
    row.version += 1
    row.save()
    return row


@transaction.atomic
def take_over_draft(*, draft: Draft, by: Agent, now: datetime) -> Draft:
    """A colleague's draft becomes one's own; what one had written oneself stays, above it."""
    lock(draft.interaction_id)
    theirs = Draft.objects.select_for_update(of=("self",)).select_related("interaction").get(pk=draft.pk)
    if theirs.agent_id == by.pk:
        return theirs
    whose = theirs.agent_id
    mine = Draft.objects.select_for_update().filter(interaction=theirs.interaction, agent=by).first()
    if mine and not _void(mine):
        theirs.text = "\n\n".join(one for one in (mine.text, theirs.text) if one.strip())
        theirs.files = [*mine.files, *(one for one in theirs.files if one not in mine.files)]
        for part in ("to", "cc", "bcc"):
            setattr(theirs, part, list(dict.fromkeys((*getattr(theirs, part), *getattr(mine, part)))))
    if mine:
        mine.delete()
    files = Attachment.objects.filter(interaction=theirs.interaction, pk__in=theirs.files, message=None)
    files.filter(by__in=[whose, by.pk]).update(by=by)
    theirs.agent, theirs.key, theirs.window, theirs.turn, theirs.updated_at = by, fresh_key(), "", 0, now
    theirs.version += 1
    theirs.save()
    publish(
        kind="draft.taken_over",
        data=audience.about(theirs.interaction, draft=theirs.pk, agent=whose),
        audience=[*audience.of(theirs.interaction), f"agent:{whose}"],
        now=now,
        by=by.pk,
    )
    return theirs


@transaction.atomic
def carry_draft(*, before: Interaction, interaction: Interaction, by: Agent) -> None:
    """What was taken back after the end of a contact goes along into the one in which it is written on."""
    draft = Draft.objects.select_for_update().filter(interaction=before, agent=by).first()
    if draft is None or Draft.objects.filter(interaction=interaction, agent=by).exists():
        return
    Attachment.objects.filter(interaction=before, pk__in=draft.files, message=None, by=by).update(
        interaction=interaction
    )
    draft.interaction, draft.key, draft.answers = interaction, fresh_key(), None
    draft.version += 1
    draft.save()


@transaction.atomic
def throw_draft_away(*, interaction: Interaction, by: Agent) -> None:
    """Nothing of it is wanted; files that were put to it stay as they are, part of no message."""
    Draft.objects.filter(interaction=interaction, agent=by).delete()


def write_again(*, letter: Letter, by: Agent, now: datetime) -> Draft:
    """A mail that was taken back is a draft again, with its files; what was typed meanwhile stays, below it."""
    message = letter.message
    files = list(Attachment.objects.filter(message=message).order_by("pk").values_list("pk", flat=True))
    Attachment.objects.filter(pk__in=files).update(message=None, by=by)
    meanwhile = Draft.objects.select_for_update().filter(interaction=message.interaction, agent=by).first()
    text = message.text
    if meanwhile:
        if not _void(meanwhile):
            text = "\n\n".join(one for one in (text, meanwhile.text) if one.strip())
            files += [one for one in meanwhile.files if one not in files]
        meanwhile.delete()
    chosen = letter.at - message.at > LONGEST_UNDO
    promise = FollowUp.objects.filter(message=message).first()
    return Draft.objects.create(
        interaction=message.interaction,
        agent=by,
        key=fresh_key(),
        answers=_answered(letter),
        quotes=bool(letter.whole),
        send_at=letter.at if chosen else None,
        follow_up=(promise.due_at - letter.at).days if promise else 0,
        back_to=promise.back_to if promise else BackTo.ME,
        text=text,
        subject=letter.subject,
        to=letter.to,
        cc=letter.cc,
        bcc=letter.bcc,
        files=files,
        updated_at=now,
    )


def _answered(letter: Letter) -> Letter | None:
    """The mail that this one of ours refers to: of the same contact, or what that goes on from."""
    named = Letter.objects.filter(message__interaction=letter.message.interaction_id, ours=False)
    if found := named.filter(header_id__in=letter.references[-1:]).first():
        return found
    before = answered_in(letter.message.interaction)
    return before if before and before.header_id in letter.references[-1:] else None


def drafts_of(interaction: Interaction) -> list[Draft]:
    """What is being written in a contact, by anybody; what was said is no draft any more."""
    return _drafts(interaction=interaction.pk)


def fresh_key() -> str:
    return f"desk-{uuid4()}"


@kept
def _drafts(interaction: int) -> QuerySet[Draft]:
    said = Message.objects.filter(interaction=OuterRef("interaction"), external_id=OuterRef("key"))
    return Draft.objects.filter(~Exists(said), interaction=interaction).select_related("agent").order_by("pk")


def _void(row: Draft) -> bool:
    """Nothing is in it, or it was said."""
    empty = not (row.text.strip() or row.files)
    return empty or Message.objects.filter(interaction=row.interaction_id, external_id=row.key).exists()


def _said(interaction: Interaction, typed: Typed, now: datetime) -> dict[str, object]:
    return {
        "key": typed.key,
        "window": typed.window,
        "turn": typed.turn,
        "way": typed.way,
        "answers": letter_named(interaction, typed.answers),
        "text": typed.text,
        "subject": typed.subject,
        "to": list(typed.to),
        "cc": list(typed.cc),
        "bcc": list(typed.bcc),
        "files": list(typed.files),
        "quotes": typed.quotes,
        "send_at": typed.send_at,
        "follow_up": typed.follow_up,
        "back_to": typed.back_to,
        "updated_at": now,
    }
