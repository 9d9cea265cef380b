"""To whom a contact can be handed: each colleague with what they do now and how much they have in hand."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fanal.agents.models import Agent, AgentState, Permission, Presence
from fanal.routing.models import AgentLoad
from fanal.routing.rules import AgentFacts, Profile, room


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """One of them, in words; `rank` puts first whom it would reach at once."""

    pk: int
    name: str
    team: str
    state: str
    in_hand: str
    rank: int


def colleagues_of(agent: Agent) -> QuerySet[Agent]:
    """Everybody else who handles contacts on the same side: real work, or practice."""
    rows = Agent.objects.filter(is_active=True, practising=agent.practising).exclude(pk=agent.pk)
    return rows.filter(role__permissions__contains=[Permission.HANDLE]).select_related("team").order_by("name")


def listed(agent: Agent, *, channel: str) -> list[Colleague]:
    """Those who are free for this channel first, then the busy, then those who are away. Three questions."""
    colleagues = list(colleagues_of(agent))
    loads = {load.agent_id: load for load in AgentLoad.objects.filter(agent__in=colleagues)}
    present = AgentState.objects.filter(agent__in=colleagues, ended_at=None).select_related("reason")
    states = {state.agent_id: state for state in present}
    found = [_colleague(one, loads.get(one.pk), states.get(one.pk), channel) for one in colleagues]
    return sorted(found, key=lambda one: one.rank)


def _colleague(agent: Agent, load: AgentLoad | None, state: AgentState | None, channel: str) -> Colleague:
    rank, said = _state(agent, load, state, channel)
    number = sum(load.open_work.values()) if load else 0
    return Colleague(
        pk=agent.pk,
        name=agent.name,
        team=agent.team.name if agent.team else "",
        state=said,
        in_hand=ngettext("%(number)s in hand", "%(number)s in hand", number) % {"number": number},
        rank=rank,
    )


def _state(agent: Agent, load: AgentLoad | None, state: AgentState | None, channel: str) -> tuple[int, str]:
    if state is None:
        return 2, str(Presence.OFFLINE.label)
    if state.state != Presence.AVAILABLE or load is None:
        return 2, state.reason.name if state.reason else str(Presence(state.state).label)
    profile = Profile(id=agent.pk, capacity=agent.capacity)
    facts = AgentFacts(
        profile=profile,
        available=True,
        ringing=load.ringing > 0,
        open_work=load.open_work,
        no_phone=load.no_phone,
    )
    return (0, str(Presence.AVAILABLE.label)) if channel in room(facts) else (1, _("Busy"))
