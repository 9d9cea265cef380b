"""What may happen to a case, decided without touching one."""

from fanal.cases.rules.states import (
    CaseSnapshot,
    NotPossible,
    check_reason,
    check_stands,
    check_subject,
    may_settle,
    may_withdraw,
)
from fanal.cases.rules.states import may_reopen as may_reopen
from fanal.cases.rules.viewers import Looking, others

__all__ = [
    "CaseSnapshot",
    "Looking",
    "NotPossible",
    "check_reason",
    "check_stands",
    "check_subject",
    "may_reopen",
    "may_settle",
    "may_withdraw",
    "others",
]
