"""What is done with a case: opened, changed, noted, split, settled, reopened, withdrawn; never deleted."""

from fanal.cases.actions.changing import assign, attach_customer, change
from fanal.cases.actions.noting import add_note
from fanal.cases.actions.opening import open_case, split
from fanal.cases.actions.settling import reopen, settle, wait_for_customer, withdraw
from fanal.cases.actions.watching import look_at, look_away, viewers

# The verb of the trade; `open_case` inside the package, where `open` would hide the built-in.
open = open_case

__all__ = [
    "add_note",
    "assign",
    "attach_customer",
    "change",
    "look_at",
    "look_away",
    "open",
    "open_case",
    "reopen",
    "settle",
    "split",
    "viewers",
    "wait_for_customer",
    "withdraw",
]
