"""Ask for the balance again."""

from fanal.scenarios.acts.doing import Doing, Outcome
from fanal.scenarios.rules import Refused


def refresh(doing: Doing) -> Outcome:
    """The demo's accounts live here, so asking again is saying when it was asked."""
    holding = doing.holding
    if holding.balance is None:
        raise Refused("no_balance")
    holding.balance_at = doing.now
    holding.save(update_fields=["balance_at"])
    return {"code": "balance_refreshed"}
