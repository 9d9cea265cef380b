"""Who else is in a call, in words, and what whoever has it can do about each of them."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from fanal.agents.kept import kept
from fanal.agents.models import Agent
from fanal.desk.calling import number
from fanal.interactions.models import SUPERVISES, InCall, Participation


@dataclass(frozen=True, kw_only=True)
class Other:
    """Somebody beside the owner; `state` is one of rings, aside, held, together and supervises."""

    pk: int
    name: str
    state: str
    words: str
    since: datetime
    agent: int | None
    why: str

    @property
    def asked(self) -> bool:
        return self.state in ("rings", "aside", "held")

    @property
    def answered(self) -> bool:
        return self.state != "rings"

    @property
    def supervises(self) -> bool:
        return self.state == "supervises"


def others_of(interaction: int, *, held: bool, seen_by: Agent, hidden: bool = False) -> list[Other]:
    """Everybody but the owner; `hidden`: whoever only listens is shown to nobody but themselves."""
    found = [_other(one, held=held) for one in _open(interaction=interaction)]
    return [one for one in found if not (hidden and one.supervises and one.agent != seen_by.pk)]


def part_of(interaction: int, agent: Agent) -> Participation | None:
    """In which way this agent is in somebody else's call."""
    return _mine.first(interaction=interaction, agent=agent.pk)


def _other(one: Participation, *, held: bool) -> Other:
    name = one.agent.name if one.agent else number(one.number) if one.number else _queue_name(one)
    state, words = _state(one, held=held)
    since = one.joined_at or one.began_at
    return Other(pk=one.pk, name=name, state=state, words=words, since=since, agent=one.agent_id, why=one.why)


def _state(one: Participation, *, held: bool) -> tuple[str, str]:
    if one.how in SUPERVISES:
        return "supervises", str(InCall(one.how).label)
    if one.joined_at is None:
        return "rings", _("Rings") if one.agent_id or one.number else _("Waits for somebody free")
    if one.how == InCall.TOGETHER:
        return "together", str(InCall.TOGETHER.label)
    return ("aside", _("Speaks with you, the customer hears music")) if held else ("held", _("Hears music"))


def _queue_name(one: Participation) -> str:
    entry = one.entries.select_related("queue").order_by("-pk").first()
    return entry.queue.name if entry else ""


@kept
def _open(interaction: int) -> QuerySet[Participation]:
    rows = Participation.objects.filter(interaction=interaction, ended_at=None).select_related("agent")
    return rows.order_by("began_at", "pk")


@kept
def _mine(interaction: int, agent: int) -> QuerySet[Participation]:
    rows = Participation.objects.filter(interaction=interaction, agent=agent, ended_at=None)
    return rows.select_related("by")[:1]
