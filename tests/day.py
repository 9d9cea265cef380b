"""A day at a small centre, told in events: what the packages below the figures would have published."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.db import connection

from fanal.agents.models import Agent, Permission, Role
from fanal.cases.models import Case, CaseOrigin, CaseType
from fanal.channels.models import ChannelAccount
from fanal.events.actions import publish
from fanal.events.models import Event
from fanal.interactions.models import Interaction
from fanal.kpis import actions
from fanal.kpis.actions.fold import CURSOR
from fanal.kpis.models import Cursor
from fanal.kpis.rules import Happening
from fanal.routing.models import Queue

MORNING = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
numbers = count(1)


def agent(name: str, *permissions: Permission, **fields: Any) -> Agent:
    code = "-".join(["role", *sorted(permissions)])[:50]
    role, _ = Role.objects.get_or_create(code=code, defaults={"name": code, "permissions": list(permissions)})
    return Agent.objects.create_user(f"{name}@example.org", name=name, role=role, **fields)


def queue(code: str, **fields: Any) -> Queue:
    return Queue.objects.create(code=code, name=code.title(), **fields)


def after(seconds: float) -> datetime:
    return MORNING + timedelta(seconds=seconds)


def absorb_all() -> None:
    """Fold every event there is, those of the test's own open transaction too, and remember that."""
    events = Event.objects.order_by("id")
    actions.absorb(happenings=[Happening(id=e.pk, kind=e.kind, at=e.at, by=e.by, data=e.data) for e in events])
    last = Event.objects.order_by("xid", "pk").last()
    if last is not None:
        Cursor.objects.update_or_create(name=CURSOR, defaults={"xid": last.xid, "event": last.pk})


OLDEST_OPEN = "pg_snapshot_xmin(pg_current_snapshot())"


def fold_all() -> int:
    """Fold as the program does, once no transaction of the server is open from before the newest event.

    Readers stop below the oldest open transaction of the whole server, and other tests' are among them.
    """
    deadline = time.monotonic() + 60
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(f"SELECT NOT EXISTS (SELECT 1 FROM events_event WHERE xid >= {OLDEST_OPEN})")
            if cursor.fetchone()[0]:
                return actions.fold()
            time.sleep(0.05)
    raise TimeoutError("Some transaction of the tests' server stays open.")


@dataclass
class Contact:
    """One chat, told step by step; times are seconds after nine o'clock."""

    queue: Queue
    at: float
    practice: bool = False
    offers: int = 0
    entry: int = field(default_factory=lambda: next(numbers))
    segment: int = field(default_factory=lambda: next(numbers))

    def __post_init__(self) -> None:
        account, _ = ChannelAccount.objects.get_or_create(code="shop", defaults={"kind": "webchat", "name": "Shop"})
        self.interaction = Interaction.objects.create(
            account=account,
            channel="webchat",
            source=f"visitor-{self.entry}",
            practice=self.practice,
            started_at=after(self.at),
        )
        self.say("interaction.started", self.at)
        self.say("queue.entered", self.at, entry=self.entry, queue=self.queue.pk, channel="webchat", priority=2)

    def say(self, kind: str, at: float, by: int | None = None, **data: Any) -> Event:
        practice = {"practice": True} if self.practice else {}
        said = {"interaction": self.interaction.pk, **practice, **data}
        return publish(kind=kind, data=said, audience=[], now=after(at), by=by)

    def left(self, at: float, reason: str) -> "Contact":
        self.say("queue.left", at, entry=self.entry, queue=self.queue.pk, channel="webchat", reason=reason)
        return self

    def abandoned(self, at: float) -> "Contact":
        self.left(at, "abandoned")
        self.say("interaction.ended", at)
        return self

    def declined(self, by: Agent, made: float, at: float, how: str = "declined") -> "Contact":
        offer = next(numbers)
        self.say("offer.made", made, offer=offer, entry=self.entry, queue=self.queue.pk, agent=by.pk)
        self.say(f"offer.{how}", at, offer=offer, entry=self.entry, queue=self.queue.pk, agent=by.pk)
        return self

    def answered(self, by: Agent, at: float, made: float | None = None) -> "Contact":
        offer, about = next(numbers), {"queue": self.queue.pk, "agent": by.pk}
        self.say("offer.made", at - 2 if made is None else made, offer=offer, entry=self.entry, **about)
        self.say("offer.accepted", at, offer=offer, entry=self.entry, **about)
        self.left(at, "answered")
        self.say("segment.started", at, segment=self.segment, **about)
        return self

    def replied(self, by: Agent, at: float) -> "Contact":
        self.say("message.added", at, by=by.pk, message=next(numbers), author="agent")
        return self

    def transferred(self, by: Agent, at: float) -> "Contact":
        self.say("transfer.made", at, by=by.pk)
        return self

    def finished(self, by: Agent, at: float, wrap_up: float = 0) -> "Contact":
        about = {"segment": self.segment, "queue": self.queue.pk, "agent": by.pk}
        self.say("segment.ended", at, **about)
        self.say("interaction.ended", at)
        self.say("wrap_up.started", at, **about)
        self.say("wrap_up.ended", at + wrap_up, **about)
        return self

    def case(self, kind: CaseType, by: Agent, at: float, origin: str = CaseOrigin.RULE, settled: bool = True) -> Case:
        case = Case.objects.create(
            type=kind,
            subject="A matter",
            origin=origin,
            opened_at=after(at),
            updated_at=after(at),
            practice=self.practice,
        )
        self.say("case.opened", at, by=by.pk, case=case.pk)
        if settled:
            self.say("case.settled", at, by=by.pk, case=case.pk)
        return case


def present(agent: Agent, state: str, at: float) -> None:
    data = {"agent": agent.pk, "state": state, "reason": None}
    publish(kind="agent.state_changed", data=data, audience=[], now=after(at), by=agent.pk)
