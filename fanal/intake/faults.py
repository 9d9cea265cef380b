"""What goes wrong with input that says nothing of the input: it is tried again, and mostly it is counted how often."""

import errno

from django.db import OperationalError

NOT_ITS_FAULT = (OperationalError, OSError)
"""A database that goes away, or that had to choose between two transactions; a parser that the machine cannot start."""
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
NO_ROOM_OR_NOT_YET = frozenset({"53100", "53300", "57P03"})
"""Disk full, too many connections, the server is starting: what PostgreSQL says before it has looked at anything."""


def is_the_machines(problem: Exception) -> bool:
    """Whether no input whatever could be the cause: a full disk may last for days, and then everything goes on."""
    if isinstance(problem, OperationalError):
        return getattr(problem.__cause__, "sqlstate", None) in NO_ROOM_OR_NOT_YET
    return isinstance(problem, OSError) and problem.errno in FULL
