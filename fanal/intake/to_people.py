"""Whoever wants people meets their scenario, and waits where that or something else says."""

from collections.abc import Mapping
from datetime import datetime

from fanal.interactions.models import Interaction
from fanal.routing import actions as routing
from fanal.routing.models import Queue
from fanal.scenarios import actions as scenarios
from fanal.scenarios.actions import Proven


def to_people(
    *,
    interaction: Interaction,
    proven: Proven | None,
    queue: Queue | None = None,
    priority: int | None = None,
    skills: Mapping[str, int] | Mapping[int, int] | None = None,
    now: datetime,
) -> None:
    """What is given here goes before what the scenario says; `proven` as for `scenarios.match`."""
    choice = scenarios.match(interaction=interaction, proven=proven, now=now)
    routing.enqueue(
        interaction=interaction,
        queue=queue or choice.queue,
        priority=priority or choice.priority,
        skills=skills or choice.skills,
        preferred_agent=choice.preferred_agent,
        preferred_why=choice.preferred_why,
        now=now,
    )
