"""Why a contact came to this queue, in sentences."""

from fanal.interactions.models import Interaction
from fanal.scenarios import wording
from fanal.scenarios.models import ScenarioMatch


def scenario_sentences(interaction: Interaction) -> list[str]:
    """One sentence per reason of the scenario that was met; empty for contacts that met none."""
    match = ScenarioMatch.objects.filter(interaction=interaction).select_related("scenario").first()
    return wording.why(match) if match else []
