"""The named actions that a thing allows, each with what stands against it now."""

from dataclasses import dataclass

from django.utils import timezone

from fanal.agents.models import Agent
from fanal.interactions.models import Interaction
from fanal.scenarios import actions as scenarios
from fanal.scenarios import wording
from fanal.scenarios.acts.doing import Target
from fanal.scenarios.rules import Refused


@dataclass(frozen=True, kw_only=True)
class Deed:
    """A button: `against` says why it is off; `asks` that it needs to be told something first."""

    code: str
    name: str
    against: str
    asks: bool


def deeds_for(target: Target | None, *, interaction: Interaction, agent: Agent) -> list[Deed]:
    possible = scenarios.possible(target=target, interaction=interaction, by=agent, now=timezone.now())
    return [
        Deed(
            code=entry.code,
            name=str(entry.name),
            against=wording.refusal(Refused(code)) if code else "",
            asks=bool(entry.fields),
        )
        for entry, code in possible
        if entry.code != "record_complaint" or target is None
    ]
