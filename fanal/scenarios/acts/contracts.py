"""When a contract ends."""

from fanal.scenarios.acts.doing import Doing, Outcome
from fanal.scenarios.rules import Refused


def explain_end(doing: Doing) -> Outcome:
    contract = doing.holding
    if contract.ends_on is None:
        raise Refused("no_end_known")
    days = (contract.ends_on - doing.now.date()).days
    return {"code": "contract_end_explained", "days_left": days}
