"""Ask for the balance again."""

from fanal.holdings.models import Holding
from fanal.scenarios.acts.doing import Doing, Outcome, Target
from fanal.scenarios.rules import Refused


def has_one(target: Target | None) -> bool:
    """A card whose money lies in its account has none of its own."""
    return isinstance(target, Holding) and target.balance is not None


def refresh(doing: Doing) -> Outcome:
    """The demo's accounts live here, so asking again is saying when it was asked."""
    holding = doing.holding
    if holding.balance is None:
        raise Refused("no_balance")
    holding.balance_at = doing.now
    holding.save(update_fields=["balance_at"])
    return {"code": "balance_refreshed"}
