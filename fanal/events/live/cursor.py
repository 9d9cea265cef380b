"""A place in the stream of events: whatever lies at or before it has been seen."""

import re
from dataclasses import dataclass

from django.db import connection

FORM = re.compile(r"(\d{1,19})-(\d{1,19})", re.ASCII)


class BadCursor(ValueError):
    """This text was never a cursor of ours."""


@dataclass(frozen=True, kw_only=True, order=True, slots=True)
class Cursor:
    """Transaction first: ids are taken before the commit, so a later id can become visible first."""

    xid: int
    id: int

    def __str__(self) -> str:
        return f"{self.xid}-{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Read `xid-id`; raises BadCursor for anything else."""
        found = FORM.fullmatch(text)
        if found is None:
            raise BadCursor(text[:40])
        xid, event = int(found[1]), int(found[2])
        if max(xid, event) >= 2**63:
            raise BadCursor(text[:40])
        return cls(xid=xid, id=event)


def now_at() -> Cursor:
    """The cursor a page hands to its stream: taken before the page reads its rows, nothing falls in between."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
        return Cursor(xid=int(cursor.fetchone()[0]), id=0)
