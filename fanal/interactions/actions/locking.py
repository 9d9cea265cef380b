"""A contact is locked before whatever belongs to it: everybody locks in this order."""

from django.db.models import QuerySet

from fanal.agents.kept import kept
from fanal.interactions.models import Interaction


def lock(interaction_id: int) -> Interaction:
    """The contact as it is now, until the transaction ends. Raises Interaction.DoesNotExist."""
    found = _locked.first(interaction=interaction_id)
    if found is None:
        raise Interaction.DoesNotExist
    return found


@kept
def _locked(interaction: int) -> QuerySet[Interaction]:
    return Interaction.objects.select_for_update(of=("self",)).filter(pk=interaction)
