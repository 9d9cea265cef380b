"""Whether a flow may go live here: it can be read, nothing in it goes wrong, and what it names is there."""

from typing import Any

from fanal.agents.models import Skill
from fanal.hours.models import Calendar
from fanal.routing.models import Queue
from fanal.scenarios.rules.flows import Finding, Surroundings, Unreadable, check, read


def findings(content: Any) -> list[Finding]:
    """Everything that stands against it, nothing when it may be begun with."""
    try:
        return check(read(content), around())
    except Unreadable as why:
        return list(why.findings)


def unreadable(content: Any) -> list[Finding]:
    """What stands against keeping it even as a draft."""
    try:
        read(content)
    except Unreadable as why:
        return list(why.findings)
    return []


def around() -> Surroundings:
    """What a flow may name in this installation."""
    return Surroundings(
        queues=list(Queue.objects.filter(active=True).values_list("code", flat=True)),
        calendars=list(Calendar.objects.values_list("code", flat=True)),
        skills=list(Skill.objects.values_list("code", flat=True)),
    )
