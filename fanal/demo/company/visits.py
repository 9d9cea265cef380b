"""What a technician of the demo company has before them: a few visits to customers whose device is faulty."""

from datetime import datetime, timedelta

from fanal.agents.models import Agent
from fanal.cases.actions import plan_visit
from fanal.cases.models import Case, CaseState
from fanal.cases.rules.visits import Slot

TASKS = (
    ("Look at the drain pump, change it if it hums.", ((1, "Drain pump"), (2, "Hose clamp"))),
    ("Measure the line, exchange the socket.", ((1, "Wall socket"),)),
    ("Change the door seal.", ((1, "Door seal"), (1, "Tube of silicone"))),
)
EACH, FIRST = timedelta(hours=2), timedelta(hours=3)


def plan_some(*, now: datetime) -> int:
    """One visit after another for the first technician; how many could be planned."""
    technician = Agent.objects.filter(tier__visits=True, is_active=True).order_by("pk").first()
    open_cases = Case.objects.filter(state=CaseState.OPEN, type__code="fault", practice=False, owner__isnull=False)
    faults = open_cases.exclude(customer__address="").select_related("customer", "owner").order_by("-opened_at", "-pk")
    if technician is None:
        return 0
    start, number = now.replace(minute=0, second=0, microsecond=0) + FIRST, 0
    for (task, parts), case in zip(TASKS, faults[: len(TASKS)], strict=False):
        if case.customer is None or case.owner is None:
            continue
        begins = start + number * EACH
        where = f"{case.customer.address}, {case.customer.postcode} {case.customer.city}".strip()
        slot = Slot(begins_at=begins, ends_at=begins + timedelta(hours=1))
        plan_visit(
            case=case,
            technician=technician,
            slot=slot,
            zone="Europe/Paris",
            address=where,
            task=task,
            parts=parts,
            now=now,
            by=case.owner,
        )
        number += 1
    return number
