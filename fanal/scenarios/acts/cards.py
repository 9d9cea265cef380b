"""Stop a card from being used, and let it be used again."""

from fanal.holdings.models import Holding, HoldingState
from fanal.scenarios.acts.doing import Doing, Outcome, Target
from fanal.scenarios.rules import Refused


def in_use(target: Target | None) -> bool:
    return isinstance(target, Holding) and target.state == HoldingState.ACTIVE


def blocked(target: Target | None) -> bool:
    return isinstance(target, Holding) and target.state == HoldingState.BLOCKED


def block(doing: Doing) -> Outcome:
    return _set(doing, HoldingState.ACTIVE, HoldingState.BLOCKED, "card_blocked")


def unblock(doing: Doing) -> Outcome:
    return _set(doing, HoldingState.BLOCKED, HoldingState.ACTIVE, "card_unblocked")


def _set(doing: Doing, before: HoldingState, after: HoldingState, code: str) -> Outcome:
    card = doing.holding
    if card.state == after:
        raise Refused("card_already_blocked" if after == HoldingState.BLOCKED else "card_not_blocked")
    if card.state != before:
        raise Refused("card_not_in_use")
    card.state = after
    card.save(update_fields=["state"])
    return {"code": code}
