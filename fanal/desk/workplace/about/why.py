"""Why a contact came to this queue, in sentences."""

from collections.abc import Iterator
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from fanal.agents.kept import kept
from fanal.interactions.models import Interaction
from fanal.routing.models import QueueEntry
from fanal.scenarios import wording
from fanal.scenarios.models import ScenarioMatch
from fanal.scenarios.rules import Condition, Judgement


def scenario_sentences(interaction: Interaction) -> list[str]:
    """The scenario that was met with its conditions, then the queue; empty for a contact that met none."""
    match = _match.first(interaction=interaction.pk)
    return list(_sentences(*match)) if match else []


def _sentences(scenario: str | None, why: list[dict[str, Any]], queue: str | None, priority: int) -> Iterator[str]:
    if scenario is not None:
        yield _("Scenario «%(name)s».") % {"name": scenario}
    for verdict in why:
        if verdict.get("matched"):
            yield from (wording.judgement(_judgement(told)) for told in verdict["judgements"])
    if queue is not None:
        yield _("It waited in «%(queue)s» with priority %(priority)s.") % {"queue": queue, "priority": priority}


def _judgement(told: dict[str, Any]) -> Judgement:
    condition = Condition(what=told["what"], field=told["field"], comparison=told["is"], value=told["value"])
    return Judgement(condition=condition, holds=told["holds"], found=told["found"])


@kept
def _match(interaction: int) -> QuerySet[ScenarioMatch, tuple[Any, ...]]:
    waited = QueueEntry.objects.filter(interaction=OuterRef("interaction_id")).order_by("-id")
    rows = ScenarioMatch.objects.filter(interaction=interaction).order_by("pk")
    return rows.values_list(
        *("scenario__name", "why"), Subquery(waited.values("queue__name")[:1]), Subquery(waited.values("priority")[:1])
    )[:1]
