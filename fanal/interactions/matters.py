"""The cases that a contact is about, each where it is read on: what became part of another goes on there."""

from fanal.cases.merged import ends_of
from fanal.cases.models import Case, CaseState
from fanal.interactions.models import Interaction


def cases_of(interaction: Interaction) -> list[Case]:
    """Every case that stands, once, in the order in which they were raised."""
    topics = interaction.topics.filter(withdrawn_at=None, case__isnull=False).order_by("pk")
    return read_on([key for key in topics.values_list("case", flat=True) if key])


def open_cases_of(interaction: Interaction) -> list[Case]:
    return [case for case in cases_of(interaction) if case.state != CaseState.SETTLED]


def read_on(keys: list[int]) -> list[Case]:
    """These cases where they are read on, once each, without what was taken back."""
    ends = ends_of(keys) if keys else {}
    wanted = list(dict.fromkeys(ends.get(key, key) for key in keys))
    found = Case.objects.filter(withdrawn_at=None).in_bulk(wanted) if wanted else {}
    return [found[key] for key in wanted if key in found]
