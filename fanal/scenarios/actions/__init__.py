"""Scenarios met, customer actions done, and the cases that make themselves."""

from fanal.scenarios.actions.matching import Met, NoQueue, Proven, contact_of, dry_run, imagined, match
from fanal.scenarios.actions.matters import link_in, open_in, split_in, topics_of
from fanal.scenarios.actions.performing import perform, possible, preview
from fanal.scenarios.actions.saving import NotSound, save_case_rule, save_scenario, set_active, set_order
from fanal.scenarios.actions.taking_back import take_back
from fanal.scenarios.catalogue import ENTRIES, Entry


def catalogue() -> tuple[Entry, ...]:
    """Every named customer action, in the order in which people see them."""
    return ENTRIES


__all__ = [
    "Met",
    "NoQueue",
    "NotSound",
    "Proven",
    "catalogue",
    "contact_of",
    "dry_run",
    "imagined",
    "link_in",
    "match",
    "open_in",
    "perform",
    "possible",
    "preview",
    "save_case_rule",
    "save_scenario",
    "set_active",
    "set_order",
    "split_in",
    "take_back",
    "topics_of",
]
