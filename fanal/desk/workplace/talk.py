"""The middle room: one contact as this agent has it, with what may be done in it."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from fanal.agents.kept import kept
from fanal.agents.models import SUPERVISES, Agent, Permission
from fanal.channels.models import ChannelKind
from fanal.desk.naming import language_name
from fanal.desk.workplace.call import Call, call_of
from fanal.desk.workplace.composing import Composer, composer_of
from fanal.desk.workplace.later import DAYS, Zone, zone_of
from fanal.desk.workplace.lines import Line, lines_of
from fanal.desk.workplace.parties import part_of
from fanal.desk.workplace.spoken import Said, now_said
from fanal.interactions.actions import drafts_of
from fanal.interactions.capabilities import can
from fanal.interactions.models import SUPERVISES as WATCHING
from fanal.interactions.models import (
    Disposition,
    Draft,
    Interaction,
    Participation,
    Segment,
    SegmentKind,
    Topic,
    TopicSpan,
)
from fanal.interactions.rules import Way
from fanal.routing.models import QueueEntry


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

    @property
    def holds(self) -> bool:
        """Whether they may keep it for legal reasons."""
        return self.agent.may(Permission.HOLD)

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
        return lines_of(self.interaction, agent=self.agent)

    @cached_property
    def now_said(self) -> list[Said]:
        """The sentences that are being said."""
        return now_said(self.interaction.pk, agent=self.agent) if self.live and not self.interaction.ended_at else []

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


def dispositions() -> list[Disposition]:
    return list(Disposition.objects.filter(active=True).order_by("-genuine", "name"))


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
