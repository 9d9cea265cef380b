"""The middle room: everything said, noted and done in one contact, in order of time."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from fanal.agents.models import Agent
from fanal.desk.workplace.languages import language_name
from fanal.interactions.models import Disposition, Interaction, Segment, SegmentKind, Topic
from fanal.routing.models import QueueEntry, Transfer
from fanal.scenarios import wording

MOST_LINES = 300


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the talk: `kind` picks how it is drawn, `thing` is the row behind it."""

    kind: str
    at: datetime
    thing: Any = field(compare=False)
    label: str = ""
    new_day: bool = False


@dataclass(frozen=True, kw_only=True)
class Talk:
    interaction: Interaction
    lines: list[Line]
    topics: list[Topic]
    segment: Segment | None
    entry: QueueEntry | None
    mine: bool
    may_write: bool
    wrapping: bool
    focused: int | None
    language: str


def talk_of(interaction: Interaction, *, agent: Agent) -> Talk:
    """The whole talk as the agent may see it: writing only while it is theirs and still going on."""
    segment = interaction.segments.filter(kind=SegmentKind.AGENT).select_related("agent").last()
    mine = segment is not None and segment.agent_id == agent.pk and segment.wrapped_up_at is None
    topics = list(interaction.topics.select_related("case", "category", "disposition").order_by("position"))
    running = segment.topic_spans.filter(ended_at=None).values_list("topic_id", flat=True).first() if segment else None
    return Talk(
        interaction=interaction,
        lines=lines_of(interaction),
        topics=[topic for topic in topics if topic.withdrawn_at is None],
        segment=segment,
        entry=interaction.queue_entries.select_related("queue").order_by("-id").first(),
        mine=mine,
        may_write=mine and interaction.ended_at is None,
        wrapping=mine and interaction.ended_at is not None,
        focused=running,
        language=language_name(interaction.language),
    )


def lines_of(interaction: Interaction) -> list[Line]:
    """Messages, notes, what the program did and who it was given to, oldest first, with the days marked."""
    found = sorted(_everything(interaction), key=lambda line: (line.at, line.thing.pk))[-MOST_LINES:]
    days = [None, *(line.at.date() for line in found)]
    return [replace(line, new_day=line.at.date() != before) for line, before in zip(found, days, strict=False)]


def _everything(interaction: Interaction) -> Iterator[Line]:
    for message in interaction.messages.select_related("agent").prefetch_related("attachments"):
        yield Line(kind="message", at=message.at, thing=message)
    for note in interaction.notes.select_related("by"):
        yield Line(kind="note", at=note.at, thing=note)
    for record in interaction.actions.select_related("case", "holding", "order", "by", "topic"):
        yield Line(kind="action", at=record.at, thing=record, label=wording.action_name(record.action))
    for fact in interaction.identifications.select_related("customer", "by"):
        yield Line(kind="identified", at=fact.at, thing=fact)
    for transfer in Transfer.objects.filter(interaction=interaction).select_related("to_queue", "to_agent", "by"):
        yield Line(kind="transfer", at=transfer.at, thing=transfer)


def dispositions() -> list[Disposition]:
    return list(Disposition.objects.filter(active=True).order_by("-genuine", "name"))
