"""Everything said, noted and done in one contact, line by line in order of time."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from fanal.agents.kept import kept
from fanal.agents.models import Agent
from fanal.channels.models import ChannelKind
from fanal.desk.workplace.sounding import any_measured, parts_of
from fanal.desk.workplace.spoken import any_of, gaps_of, said_in, words_removed
from fanal.interactions.models import (
    Attachment,
    Author,
    Correction,
    DeliveryState,
    Identification,
    Interaction,
    LegalHold,
    Letter,
    Message,
    Note,
    Recording,
    RecordingState,
)
from fanal.routing.models import Transfer
from fanal.scenarios import wording
from fanal.scenarios.actions import may_be_asked_again
from fanal.scenarios.acts.doing import label_of
from fanal.scenarios.models import ActionRecord, FlowEnd, FlowRun

MOST_LINES = 300
SOON = timedelta(hours=1)


class Line(NamedTuple):
    """One line of the talk: `kind` picks how it is drawn; what is said is text, anything else the row behind it."""

    kind: str
    at: datetime
    pk: int
    clock: str
    thing: Any = None
    text: str = ""
    by: str = ""
    author: str = ""
    state: str = ""
    state_name: str = ""
    files: tuple[Any, ...] = ()
    label: str = ""
    target: str = ""
    letter: Any = None
    new_day: bool = False


def lines_of(interaction: Interaction, *, agent: Agent) -> list[Line]:
    """Messages, notes, what the program did and who it was given to, oldest first, with the days marked."""
    by_mail = interaction.channel == ChannelKind.EMAIL
    everything = _everything(interaction.pk, by_mail=by_mail, agent=agent)
    found = sorted(everything, key=lambda line: (line.at, line.pk))[-MOST_LINES:]
    days = [None, *(timezone.localdate(line.at) for line in found)]
    return [
        line if day == before else line._replace(new_day=True)
        for line, (before, day) in zip(found, pairwise(days), strict=True)
    ]


def _everything(interaction: int, *, by_mail: bool, agent: Agent) -> Iterator[Line]:
    """Most contacts have some of these only, so one question finds out which of the rest to ask."""
    [found] = _has(interaction=interaction)
    has_files, has_notes, has_records, has_facts, has_transfers, has_corrections, has_flows, has_sound, *later = found
    was_held, by_exchange, by_phone, *spoken = later
    yield from _said(interaction, has_files=has_files, by_mail=by_mail)
    if has_notes:
        for pk, at, text, by in _notes(interaction=interaction):
            yield Line(kind="note", at=at, pk=pk, clock=_clock(at), text=text, by=by)
    if has_records:
        for record in _records(interaction=interaction):
            yield _line("action", record)._replace(
                label=wording.action_name(record.action),
                target=label_of(record.holding or record.order),
                text=wording.not_done(record.command) if record.command and record.state == "refused" else "",
                state="again" if may_be_asked_again(record) else "",
            )
    if has_facts:
        yield from (_line("identified", fact) for fact in _facts(interaction=interaction))
    if has_transfers:
        for fact in _transfers(interaction=interaction):
            to = fact.to_agent or fact.to_queue
            yield _line("transfer", fact)._replace(target=to.name if to else _("somebody outside"))
    if has_flows:
        for pk, at, how, name in _flows(interaction=interaction):
            yield Line(kind="flow", at=at, pk=pk, clock=_clock(at), label=str(FlowEnd(how).label), by=name)
    held = False
    if was_held:
        for hold in _holds(interaction=interaction):
            held = hold.lifted_at is None
            yield _line("legal", hold)._replace(state="held" if held else "")
            if hold.lifted_at:
                at = hold.lifted_at
                yield Line(kind="legal", at=at, pk=hold.pk, clock=_clock(at), thing=hold, state="lifted")
    if has_sound:
        for row in _sound(interaction=interaction):
            at = row.began_at or row.wanted_at
            state, length = "held" if held else "", _length(row.seconds)
            yield Line(kind="recording", at=at, pk=row.pk, clock=_clock(at), thing=row, text=length, state=state)
    if by_exchange or by_phone:
        for part in parts_of(interaction):
            yield Line(kind="sounded", at=part.at, pk=part.segment, clock=_clock(part.at), thing=part)
    if any(spoken):
        yield from _spoken(interaction, agent)
    if has_corrections:
        yield from (_line("corrected", fact) for fact in _corrections(interaction=interaction))


def _spoken(interaction: int, agent: Agent) -> Iterator[Line]:
    """What was said as whoever may read it sees it; that something is missing, or gone, everybody does."""
    for one in said_in(interaction, agent=agent):
        author = Author.AGENT if one.ours else Author.CUSTOMER
        yield Line(kind="spoken", at=one.at, pk=one.pk, clock=_clock(one.at), text=one.text, by=one.who, author=author)
    for gap in gaps_of(interaction):
        until, why = _clock(gap.ended_at) if gap.ended_at else "", gap.get_why_display()
        at = gap.began_at
        yield Line(kind="unheard", at=at, pk=gap.pk, clock=_clock(at), text=until, label=why)
    if gone := words_removed(interaction):
        yield Line(kind="unspoken", at=gone, pk=interaction, clock=_clock(gone))


def _said(interaction: int, *, has_files: bool, by_mail: bool) -> Iterator[Line]:
    letters = {letter.pk: letter for letter in _letters(interaction=interaction)} if by_mail else {}
    files: dict[int | None, tuple[Any, ...]] = {}
    for file in _files(interaction=interaction) if has_files else ():
        files[file.message_id] = (*files.get(file.message_id, ()), file)
    authors = {author.value: str(author.label) for author in Author}
    states = {state.value: str(state.label) for state in DeliveryState}
    for pk, author, state, text, at, by in _messages(interaction=interaction):
        if state == DeliveryState.WITHDRAWN:
            yield Line(kind="withdrawn", at=at, pk=pk, clock=_clock(at), by=by or "")
            continue
        yield Line(
            kind="message",
            at=at,
            pk=pk,
            clock=_clock(at),
            text=text,
            by=by or authors[author],
            author=author,
            state=state,
            state_name=states[state],
            files=files.get(pk, ()),
            letter=letters.get(pk),
        )


def _line(kind: str, thing: Any) -> Line:
    return Line(kind=kind, at=thing.at, pk=thing.pk, clock=_clock(thing.at), thing=thing)


def _clock(at: datetime) -> str:
    """14:05"""
    return f"{timezone.localtime(at):%H:%M}"


@kept
def _has(interaction: int) -> QuerySet[Interaction, tuple[bool, ...]]:
    of_it = [
        Attachment.objects.filter(interaction=OuterRef("pk"), message__isnull=False),
        Note.objects.filter(interaction=OuterRef("pk")),
        ActionRecord.objects.filter(interaction=OuterRef("pk")),
        Identification.objects.filter(interaction=OuterRef("pk")),
        Transfer.objects.filter(interaction=OuterRef("pk")),
        Correction.objects.filter(topic__interaction=OuterRef("pk")),
        FlowRun.objects.filter(interaction=OuterRef("pk"), ended_at__isnull=False),
        Recording.objects.filter(Q(interaction=OuterRef("pk")) | Q(left_as=OuterRef("pk"))),
        LegalHold.objects.filter(interaction=OuterRef("pk")),
        *any_measured(OuterRef("pk")),
        *any_of(OuterRef("pk")),
    ]
    return Interaction.objects.filter(pk=interaction).values_list(*(Exists(rows) for rows in of_it))


@kept
def _messages(interaction: int) -> QuerySet[Message, tuple[Any, ...]]:
    rows = Message.objects.filter(interaction=interaction).order_by("-id")
    return rows.values_list("pk", "author", "state", "text", "at", "agent__name")[:MOST_LINES]


def _letters(interaction: int) -> QuerySet[Letter]:
    rows = Letter.objects.filter(message__interaction=interaction).order_by("-pk")
    answers = Letter.objects.filter(
        account=OuterRef("account"), message__interaction__thread=OuterRef("message__interaction__thread")
    ).filter(message_id__gt=OuterRef("pk"), ours=False, automatic=False, aside="")
    rows = rows.annotate(laid_out=~Q(html=""), soon=Q(next_at__lt=Now() + Value(SOON)), answered=Exists(answers))
    return rows.select_related("message__follow_up").defer("html", "references")[:MOST_LINES]


@kept
def _files(interaction: int) -> QuerySet[Attachment]:
    return Attachment.objects.filter(interaction=interaction, message__isnull=False).order_by("id")


@kept
def _notes(interaction: int) -> QuerySet[Note, tuple[Any, ...]]:
    return Note.objects.filter(interaction=interaction).order_by("at").values_list("pk", "at", "text", "by__name")


@kept
def _records(interaction: int) -> QuerySet[ActionRecord]:
    rows = ActionRecord.objects.filter(interaction=interaction).select_related(
        "case", "holding", "order", "by", "command"
    )
    return rows.only(
        *(
            "action",
            "at",
            "withdrawn_at",
            "state",
            "command__state",
            "command__reason",
            "command__said",
            "case__number",
            "case__subject",
            "by__name",
        ),
        *("holding__kind", "holding__number", "order__number"),
    )


@kept
def _facts(interaction: int) -> QuerySet[Identification]:
    rows = Identification.objects.filter(interaction=interaction).select_related("customer", "by")
    return rows.only("why", "assurance", "at", "customer__name", "by__name")


@kept
def _transfers(interaction: int) -> QuerySet[Transfer]:
    rows = Transfer.objects.filter(interaction=interaction).select_related("to_queue", "to_agent", "by", "hand_over")
    names = ("to_queue__name", "to_agent__name", "by__name", "hand_over__tried", "hand_over__expected")
    return rows.only("at", "summary", *names)


@kept
def _flows(interaction: int) -> QuerySet[FlowRun, tuple[Any, ...]]:
    rows = FlowRun.objects.filter(interaction=interaction, ended_at__isnull=False).order_by("pk")
    return rows.values_list("pk", "ended_at", "how", "version__flow__name")


@kept
def _sound(interaction: int) -> QuerySet[Recording]:
    over = (RecordingState.STOPPED, RecordingState.FETCHED, RecordingState.FAILED)
    rows = Recording.objects.filter(Q(interaction=interaction) | Q(left_as=interaction), state__in=over)
    return rows.order_by("pk")


@kept
def _holds(interaction: int) -> QuerySet[LegalHold]:
    return LegalHold.objects.filter(interaction=interaction).select_related("by", "lifted_by").order_by("pk")


def _length(seconds: float | None) -> str:
    """0:42"""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}" if seconds else ""


@kept
def _corrections(interaction: int) -> QuerySet[Correction]:
    rows = Correction.objects.filter(topic__interaction=interaction).select_related("was", "became", "by")
    return rows.only("why", "at", "was__name", "became__name", "by__name")
