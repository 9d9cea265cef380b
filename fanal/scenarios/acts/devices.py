"""A device does not work."""

from fanal.holdings.models import Fault, Holding, HoldingState
from fanal.scenarios.acts.doing import Doing, Outcome, Target
from fanal.scenarios.rules import Refused


def still_there(target: Target | None) -> bool:
    return isinstance(target, Holding) and target.state != HoldingState.CLOSED


def replace(doing: Doing) -> Outcome:
    """What is done about it is its case's: whoever sends devices finds it there."""
    if doing.holding.state == HoldingState.CLOSED:
        raise Refused("device_gone")
    return {"code": "device_replaced"}


def report_fault(doing: Doing) -> Outcome:
    device = doing.holding
    if device.state == HoldingState.CLOSED:
        raise Refused("device_gone")
    fault = Fault.objects.create(
        device=device,
        code=doing.fields["code"] or "unspecified",
        description=doing.fields["description"],
        reported_at=doing.now,
    )
    return {"code": "fault_reported", "fault": fault.pk}
