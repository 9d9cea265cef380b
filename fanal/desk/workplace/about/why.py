"""Why a contact came to this queue, in sentences."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from fanal.interactions.models import Interaction
from fanal.routing.models import QueueEntry
from fanal.scenarios import wording
from fanal.scenarios.models import ScenarioMatch
from fanal.scenarios.rules import Condition, Judgement


def scenario_sentences(interaction: Interaction) -> list[str]:
    """The scenario that was met with its conditions, then the queue; empty for a contact that met none."""
    match = ScenarioMatch.objects.filter(interaction=interaction).select_related("scenario").first()
    return list(_sentences(match, interaction)) if match else []


def _sentences(match: ScenarioMatch, interaction: Interaction) -> Iterator[str]:
    if match.scenario:
        yield _("Scenario «%(name)s».") % {"name": match.scenario.name}
    for verdict in match.why:
        if verdict.get("matched"):
            yield from (wording.judgement(_judgement(told)) for told in verdict["judgements"])
    entry = QueueEntry.objects.filter(interaction=interaction).select_related("queue").order_by("-id").first()
    if entry:
        yield _("It waited in «%(queue)s» with priority %(priority)s.") % {
            "queue": entry.queue.name,
            "priority": entry.priority,
        }


def _judgement(told: dict[str, Any]) -> Judgement:
    condition = Condition(what=told["what"], field=told["field"], comparison=told["is"], value=told["value"])
    return Judgement(condition=condition, holds=told["holds"], found=told["found"])
