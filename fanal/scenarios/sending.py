"""What of a named action goes to a back office, and what it would come to, tried out and taken back."""

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db import transaction

from fanal.customers.models import Customer
from fanal.holdings import actions as holdings
from fanal.holdings.models import CommandState, Holding, HoldingSource, Order, SourceCommand
from fanal.scenarios.acts.doing import Doing, Outcome, Target, customer_of, kind_of
from fanal.scenarios.rules import Refused

if TYPE_CHECKING:
    from fanal.scenarios.catalogue import Entry

ASKED = "asked"
MADE = frozenset({"order"})
"""What an outcome says was made: a trial makes nothing that stays."""
SHOWN = ("state", "deliver_to")
"""Of a thing that an action changes, what a preview names."""


def source_for(entry: "Entry", target: Target | None) -> HoldingSource | None:
    """The back office that this action goes to, or that it asks; None: our own rows are all there is.

    Nothing of what is only practised ever leaves the house.
    """
    if not (entry.sends or entry.asks) or target is None:
        return None
    whose = customer_of(target)
    if whose is None or whose.practice:
        return None
    return holdings.source_for(kind_of(target), action=entry.code if entry.sends else "")


def begun(entry: "Entry", doing: Doing, source: HoldingSource) -> Outcome:
    """What the record says of it before the other side has answered; raises Refused as doing it here would."""
    outcome, _after = tried(entry, doing)
    if entry.sends:
        return {name: value for name, value in outcome.items() if name not in MADE}
    assert isinstance(doing.target, Holding | Order)
    holdings.want(thing=doing.target, source=source, by=doing.by, now=doing.now, anyway=True)
    return {**outcome, ASKED: True}


def command(entry: "Entry", doing: Doing, source: HoldingSource, *, customer: Customer | None) -> SourceCommand | None:
    """Within the caller's transaction: what is to be carried out. Raises Refused while the same is not over."""
    if entry.sends is None:
        return None
    _none_pending(entry.code, doing)
    return holdings.command_for(
        source=source,
        action=entry.code,
        target=doing.target,
        customer=customer_of(doing.target) or customer,
        fields=entry.sends(doing),
        now=doing.now,
    )


def foreseen(entry: "Entry", doing: Doing) -> Mapping[str, str]:
    """The thing before and after, in words; empty where nothing that is shown changes. Writes nothing."""
    if entry.preview:
        return entry.preview(doing)
    before = doing.target
    _outcome, after = tried(entry, doing)
    changes = {name: (_shown(before, name), _shown(after, name)) for name in SHOWN if hasattr(before, name)}
    different = [pair for pair in changes.values() if pair[0] != pair[1]]
    return {"before": different[0][0], "after": different[0][1]} if different else {}


def tried(entry: "Entry", doing: Doing) -> tuple[Outcome, Target | None]:
    """What doing it here would say, and the thing as it would be; all of it is taken back. Raises Refused."""
    trial = replace(doing, target=copy.copy(doing.target))
    with transaction.atomic():
        outcome = entry.act(trial)
        transaction.set_rollback(True)
    return outcome, trial.target


def _none_pending(action: str, doing: Doing) -> None:
    about: dict[str, Any] = {}
    match doing.target:
        case Holding():
            about = {"holding": doing.target}
        case Order():
            about = {"order": doing.target}
        case _:
            return
    rows = SourceCommand.objects.filter(action=action, **about)
    states = set(rows.filter(state__in=[CommandState.SENDING, CommandState.UNKNOWN]).values_list("state", flat=True))
    if states:
        raise Refused("still_sending" if CommandState.SENDING in states else "still_unknown")


def _shown(thing: Any, name: str) -> str:
    labels = dict(getattr(thing._meta.get_field(name), "flatchoices", ()))
    value = getattr(thing, name)
    return str(labels.get(value, value))
