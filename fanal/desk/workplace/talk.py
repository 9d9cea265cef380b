"""The middle room: everything said, noted and done in one contact, in order of time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from fanal.agents.kept import kept
from fanal.agents.models import SUPERVISES, Agent, Permission
from fanal.channels.models import ChannelKind
from fanal.desk.naming import language_name
from fanal.desk.workplace.call import Call, call_of
from fanal.desk.workplace.composing import Composer, composer_of
from fanal.desk.workplace.later import DAYS, Zone, zone_of
from fanal.desk.workplace.parties import part_of
from fanal.interactions.actions import drafts_of
from fanal.interactions.capabilities import can
from fanal.interactions.models import SUPERVISES as WATCHING
from fanal.interactions.models import (
    Attachment,
    Author,
    Correction,
    DeliveryState,
    Disposition,
    Draft,
    Identification,
    Interaction,
    Letter,
    Message,
    Note,
    Participation,
    Recording,
    RecordingState,
    Segment,
    SegmentKind,
    Topic,
    TopicSpan,
)
from fanal.interactions.rules import Way
from fanal.routing.models import QueueEntry, Transfer
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


@dataclass(frozen=True, kw_only=True)
class Talk:
    """The parts are found when a template asks for them: most answers draw one part only."""

    interaction: Interaction
    segment: Segment | None
    agent: Agent
    mine: bool
    was_mine: bool = False
    fresh: bool = False

    @property
    def may_write(self) -> bool:
        return self.mine and self.interaction.ended_at is None

    @property
    def wrapping(self) -> bool:
        return self.mine and self.interaction.ended_at is not None

    @property
    def correcting(self) -> bool:
        """It was theirs to the end and is wrapped up: a wrong outcome may still be corrected."""
        return self.was_mine and self.interaction.ended_at is not None and bool(self.topics)

    @property
    def by_mail(self) -> bool:
        return self.interaction.channel == ChannelKind.EMAIL

    @property
    def spoken(self) -> bool:
        """They hear each other: there is nothing to write but notes."""
        return can(self.interaction.channel).spoken

    @cached_property
    def call(self) -> Call | None:
        """How the call stands, for who has it."""
        return (
            call_of(self.interaction, self.segment, agent=self.agent)
            if self.live and self.may_write and self.segment
            else None
        )

    @property
    def live(self) -> bool:
        """Somebody is on the line: it is more than a message that was left."""
        return self.interaction.channel == ChannelKind.VOICE

    @property
    def hears(self) -> bool:
        return self.agent.may(Permission.HEAR)

    @cached_property
    def part(self) -> Participation | None:
        """How they are in the call of somebody else."""
        others = self.live or any(self.agent.may(permission) for permission in SUPERVISES)
        runs = others and not self.mine and self.interaction.ended_at is None
        return part_of(self.interaction.pk, self.agent) if runs else None

    @property
    def supervises(self) -> bool:
        return self.part is not None and self.part.how in WATCHING

    @property
    def ways(self) -> list[tuple[str, str, str]]:
        """How a mail can be answered: code, label, key."""
        return [
            (Way.REPLY, _("Reply"), "y"),
            (Way.ALL, _("Reply to all"), "l"),
            (Way.FORWARD, _("Forward"), "g"),
        ]

    @cached_property
    def zone(self) -> Zone:
        """In whose time a mail that goes out later is timed."""
        return zone_of(self.interaction, now=timezone.now())

    @property
    def days(self) -> tuple[int, ...]:
        return DAYS

    @cached_property
    def unsent(self) -> Draft | None:
        """What this agent had written when the contact was over already: taken back, or never sent."""
        if self.may_write or not self.by_mail:
            return None
        drafts = drafts_of(self.interaction)
        return next((one for one in drafts if one.agent_id == self.agent.pk and one.text.strip()), None)

    @cached_property
    def composer(self) -> Composer:
        return composer_of(self.interaction, agent=self.agent, fresh=self.fresh)

    @property
    def language(self) -> str:
        return language_name(self.interaction.language)

    @cached_property
    def lines(self) -> list[Line]:
        return lines_of(self.interaction)

    @cached_property
    def topics(self) -> list[Topic]:
        """Each knows whether it is in `focus`: its time runs."""
        return _topics(interaction=self.interaction.pk, segment=self.segment.pk if self.segment else None)

    @cached_property
    def queue(self) -> str:
        """Where it waited last."""
        return _queue.first(interaction=self.interaction.pk) or ""

    @cached_property
    def dispositions(self) -> list[Disposition]:
        return dispositions()


def talk_of(interaction: Interaction, *, agent: Agent, fresh: bool = False) -> Talk:
    """The whole talk as the agent may see it: writing only while it is theirs and still going on.

    `fresh`: they have just said something, so there is no draft.
    """
    segment = _segment.first(interaction=interaction.pk)
    theirs = segment is not None and segment.agent_id == agent.pk
    over = segment is not None and segment.wrapped_up_at is not None
    return Talk(
        interaction=interaction,
        segment=segment,
        agent=agent,
        mine=theirs and not over,
        was_mine=theirs and over,
        fresh=fresh,
    )


def lines_of(interaction: Interaction) -> list[Line]:
    """Messages, notes, what the program did and who it was given to, oldest first, with the days marked."""
    by_mail = interaction.channel == ChannelKind.EMAIL
    found = sorted(_everything(interaction.pk, by_mail=by_mail), key=lambda line: (line.at, line.pk))[-MOST_LINES:]
    days = [None, *(timezone.localdate(line.at) for line in found)]
    return [
        line if day == before else line._replace(new_day=True)
        for line, (before, day) in zip(found, pairwise(days), strict=True)
    ]


def dispositions() -> list[Disposition]:
    return list(Disposition.objects.filter(active=True).order_by("-genuine", "name"))


def _everything(interaction: int, *, by_mail: bool) -> Iterator[Line]:
    """Most contacts have some of these only, so one question finds out which of the rest to ask."""
    [found] = _has(interaction=interaction)
    has_files, has_notes, has_records, has_facts, has_transfers, has_corrections, has_flows, has_sound = found
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
    if has_sound:
        for row in _sound(interaction=interaction):
            at = row.began_at or row.wanted_at
            yield Line(kind="recording", at=at, pk=row.pk, clock=_clock(at), thing=row, text=_length(row.seconds))
    if has_corrections:
        yield from (_line("corrected", fact) for fact in _corrections(interaction=interaction))


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
def _segment(interaction: int) -> QuerySet[Segment]:
    rows = Segment.objects.filter(interaction=interaction, kind=SegmentKind.AGENT)
    return rows.order_by("-started_at", "-id")[:1]


@kept
def _topics(interaction: int, segment: int | None) -> QuerySet[Topic]:
    rows = Topic.objects.filter(interaction=interaction, withdrawn_at=None).order_by("position")
    spans = TopicSpan.objects.filter(topic=OuterRef("pk"), segment=segment, ended_at=None)
    rows = rows.annotate(focus=Exists(spans if segment is not None else spans.none()))
    return rows.select_related("case", "category").only(
        "label", "origin", "disposition_id", "case__subject", "case__number", "category__name"
    )


@kept
def _queue(interaction: int) -> QuerySet[QueueEntry, str]:
    rows = QueueEntry.objects.filter(interaction=interaction).order_by("-id")
    return rows.values_list("queue__name", flat=True)[:1]


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


def _length(seconds: float | None) -> str:
    """0:42"""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}" if seconds else ""


@kept
def _corrections(interaction: int) -> QuerySet[Correction]:
    rows = Correction.objects.filter(topic__interaction=interaction).select_related("was", "became", "by")
    return rows.only("why", "at", "was__name", "became__name", "by__name")
