"""The middle room: everything said, noted and done in one contact, in order of time."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from fanal.agents.models import Agent
from fanal.desk.workplace.languages import language_name
from fanal.interactions.models import Disposition, Interaction, Segment, SegmentKind, Topic
from fanal.routing.models import QueueEntry, Transfer
from fanal.scenarios import wording
from fanal.scenarios.acts.doing import label_of

MOST_LINES = 300


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the talk: `kind` picks how it is drawn, `thing` is the row behind it."""

    kind: str
    at: datetime
    thing: Any = field(compare=False)
    label: str = ""
    target: str = ""
    new_day: bool = False


@dataclass(frozen=True, kw_only=True)
class Talk:
    """The parts are found when a template asks for them: most answers draw one part only."""

    interaction: Interaction
    segment: Segment | None
    mine: bool

    @property
    def may_write(self) -> bool:
        return self.mine and self.interaction.ended_at is None

    @property
    def wrapping(self) -> bool:
        return self.mine and self.interaction.ended_at is not None

    @property
    def language(self) -> str:
        return language_name(self.interaction.language)

    @cached_property
    def lines(self) -> list[Line]:
        return lines_of(self.interaction)

    @cached_property
    def topics(self) -> list[Topic]:
        rows = self.interaction.topics.filter(withdrawn_at=None).order_by("position")
        return list(rows.select_related("case", "category", "disposition"))

    @cached_property
    def focused(self) -> int | None:
        """The topic whose time runs."""
        spans = self.segment.topic_spans.filter(ended_at=None) if self.segment else None
        return spans.values_list("topic_id", flat=True).first() if spans is not None else None

    @cached_property
    def entry(self) -> QueueEntry | None:
        return self.interaction.queue_entries.select_related("queue").order_by("-id").first()


def talk_of(interaction: Interaction, *, agent: Agent) -> Talk:
    """The whole talk as the agent may see it: writing only while it is theirs and still going on."""
    segment = interaction.segments.filter(kind=SegmentKind.AGENT).select_related("agent").last()
    mine = segment is not None and segment.agent_id == agent.pk and segment.wrapped_up_at is None
    return Talk(interaction=interaction, segment=segment, mine=mine)


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
        yield Line(
            kind="action",
            at=record.at,
            thing=record,
            label=wording.action_name(record.action),
            target=label_of(record.holding or record.order),
        )
    for fact in interaction.identifications.select_related("customer", "by"):
        yield Line(kind="identified", at=fact.at, thing=fact)
    for transfer in Transfer.objects.filter(interaction=interaction).select_related("to_queue", "to_agent", "by"):
        yield Line(kind="transfer", at=transfer.at, thing=transfer)


def dispositions() -> list[Disposition]:
    return list(Disposition.objects.filter(active=True).order_by("-genuine", "name"))
