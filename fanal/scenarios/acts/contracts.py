"""When a contract ends."""

from django.utils import timezone

from fanal.holdings.models import Holding
from fanal.scenarios.acts.doing import Doing, Outcome, Target
from fanal.scenarios.rules import Refused


def has_an_end(target: Target | None) -> bool:
    return isinstance(target, Holding) and target.ends_on is not None


def explain_end(doing: Doing) -> Outcome:
    contract = doing.holding
    if contract.ends_on is None:
        raise Refused("no_end_known")
    days = (contract.ends_on - timezone.localdate(doing.now)).days
    return {"code": "contract_end_explained", "days_left": days}
