"""What is done with a case: opened, changed, noted, split, settled, reopened, withdrawn; never deleted."""

from fanal.cases.actions.changing import assign, attach_customer, change, set_values
from fanal.cases.actions.following import called, colleagues, follow, unfollow
from fanal.cases.actions.helping import let_in, let_out
from fanal.cases.actions.merging import merge, take_split_back, unmerge
from fanal.cases.actions.noting import add_note
from fanal.cases.actions.opening import open_after, open_case, split
from fanal.cases.actions.problems import join, join_all, leave, make_problem
from fanal.cases.actions.reminding import end_reminder, remind
from fanal.cases.actions.settling import reopen, settle, wait_for_customer, withdraw
from fanal.cases.actions.stepping import add_step, tick
from fanal.cases.actions.viewing import change_view, forget_view, move_view, open_with, save_view
from fanal.cases.actions.visiting import cancel_visit, end_visit, move_visit, plan_visit, set_out
from fanal.cases.actions.waiting import wait_for, wait_no_longer
from fanal.cases.actions.watching import beside, look_at, look_away, viewers

# The verb of the trade; `open_case` inside the package, where `open` would hide the built-in.
open = open_case

__all__ = [
    "add_note",
    "add_step",
    "assign",
    "attach_customer",
    "beside",
    "called",
    "cancel_visit",
    "change",
    "change_view",
    "colleagues",
    "end_reminder",
    "end_visit",
    "follow",
    "forget_view",
    "join",
    "join_all",
    "leave",
    "let_in",
    "let_out",
    "look_at",
    "look_away",
    "make_problem",
    "merge",
    "move_view",
    "move_visit",
    "open",
    "open_after",
    "open_case",
    "open_with",
    "plan_visit",
    "remind",
    "reopen",
    "save_view",
    "set_out",
    "set_values",
    "settle",
    "split",
    "take_split_back",
    "tick",
    "unfollow",
    "unmerge",
    "viewers",
    "wait_for",
    "wait_for_customer",
    "wait_no_longer",
    "withdraw",
]
