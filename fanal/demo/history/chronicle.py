"""The rows of the history, and the events they belong to in the order in which they happened."""
# ruff: noqa: E501

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from fanal.agents.models import AgentState
from fanal.cases.models import Case, CaseNote
from fanal.channels.models import RawEvent
from fanal.consent.models import Clearance
from fanal.demo.generating.rows import Table
from fanal.events.models import Event
from fanal.identity.models import VerificationAttempt
from fanal.interactions.models import (
    Block,
    Candidate,
    Identification,
    Interaction,
    Message,
    Note,
    Segment,
    Topic,
    TopicSpan,
)
from fanal.routing.models import Offer, QueueEntry, Transfer
from fanal.scenarios.models import ActionRecord, ScenarioMatch


class Chronicle:
    """One table per model; `happened` keeps an event until all are known."""

    def __init__(self) -> None:
        self.interactions = Table(
            Interaction, "account", "channel", "source", "customer", "recognition", "assurance", "spoken_for_by",
            "relationship", "language", "entry_page", "given", "about_kind", "about_id", "started_at", "ended_at",
            "end_reason", "last_message_at", "customer_seen_at",
        )  # fmt: skip
        self.segments = Table(
            Segment, "interaction", "kind", "agent", "started_at", "ended_at", "first_reply_at", "wrap_up_due_at",
            "wrapped_up_at",
        )  # fmt: skip
        self.entries = Table(
            QueueEntry, "queue", "interaction", "segment", "channel", "state", "priority", "skills", "entered_at",
            "position_at", "left_at",
        )  # fmt: skip
        self.offers = Table(
            Offer, "entry", "agent", "state", "offered_at", "expires_at", "answered_at", "decision", "segment"
        )
        self.messages = Table(
            Message, "interaction", "segment", "author", "agent", "text", "external_id", "at", "state", "delivered_at",
            "read_at", "clearance",
        )  # fmt: skip
        self.clearances = Table(Clearance, "purpose", "channel", "address", "customer", "basis", "given_at")
        self.identifications = Table(Identification, "interaction", "customer", "assurance", "why", "by", "at")
        self.candidates = Table(
            Candidate, "interaction", "customer", "rank", "likelihood", "reasons_for", "reasons_against"
        )
        self.attempts = Table(VerificationAttempt, "customer", "contact", "question", "right", "by", "at")
        self.matches = Table(ScenarioMatch, "interaction", "scenario", "why", "at")
        self.cases = Table(
            Case, "type", "category", "subject", "state", "priority", "origin", "customer", "holding", "order", "owner",
            "team", "tier", "opened_at", "updated_at", "settled_at", "reopened_count", "withdrawn_at",
        )  # fmt: skip
        self.case_notes = Table(CaseNote, "case", "by", "text", "at")
        self.topics = Table(
            Topic, "interaction", "case", "category", "disposition", "label", "origin", "position", "created_at",
            "withdrawn_at",
        )  # fmt: skip
        self.spans = Table(TopicSpan, "topic", "segment", "started_at", "ended_at")
        self.records = Table(
            ActionRecord, "action", "face", "customer", "holding", "order", "interaction", "topic", "case", "by", "at",
            "outcome", "withdrawn_at",
        )  # fmt: skip
        self.notes = Table(Note, "interaction", "text", "by", "at")
        self.transfers = Table(
            Transfer, "interaction", "from_segment", "target", "to_queue", "to_agent", "summary", "by", "at"
        )
        self.states = Table(AgentState, "agent", "state", "reason", "started_at", "ended_at", "by")
        self.blocks = Table(Block, "account", "source", "reason", "by", "at", "until")
        self.raws = Table(
            RawEvent, "account", "external_id", "kind", "source", "body", "received_at", "state", "reason", "attempts",
            "processed_at",
        )  # fmt: skip
        self.events = Table(Event, "kind", "at", "by", "data", "audience")
        self._events: list[tuple[datetime, str, int | None, dict[str, Any], list[str]]] = []

    @property
    def tables(self) -> list[Table]:
        """In the order in which they refer to each other."""
        return [
            self.interactions, self.clearances, self.segments, self.entries, self.offers, self.messages,
            self.identifications, self.candidates, self.attempts, self.matches, self.cases, self.case_notes, self.topics,
            self.spans, self.records, self.notes, self.transfers, self.states, self.blocks, self.raws, self.events,
        ]  # fmt: skip

    def happened(
        self, kind: str, at: datetime, data: Mapping[str, Any], audience: Iterable[str] = (), *, by: int | None = None
    ) -> None:
        self._events.append((at, kind, by, dict(data), sorted(set(audience))))

    def close(self) -> None:
        """Put the events in order; what is written next is their table."""
        self._events.sort(key=lambda event: event[0])
        for at, kind, by, data, audience in self._events:
            self.events.add(kind, at, by, data, audience)
        self._events = []
