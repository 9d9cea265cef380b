"""Write figures or rows to a file, as it is asked for: streaming, masked, safe for spreadsheets, and remembered."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from fanal.agents.models import Agent, Permission
from fanal.events.actions import publish

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class _Line:
    """A file that gives each line back to who writes it."""

    def write(self, line: str) -> str:
        return line


@transaction.atomic
def export(
    *, what: str, details: dict[str, Any], head: Sequence[str], lines: Iterable[Sequence[Any]], by: Agent, now: datetime
) -> Iterator[str]:
    """The lines of a CSV file. Raises PermissionDenied; publishes `figures.exported` before the first line leaves."""
    if not by.may(Permission.EXPORT):
        raise PermissionDenied
    publish(kind="figures.exported", data={"what": what, **details}, audience=["admins"], now=now, by=by.pk)
    return written(head, lines)


def written(head: Sequence[str], lines: Iterable[Sequence[Any]]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow([safe(cell) for cell in head])  # spreadsheets know UTF-8 by this mark
    for line in lines:
        yield writer.writerow([safe(cell) for cell in line])


def safe(cell: Any) -> Any:
    """Text that a spreadsheet would take for a formula begins with an apostrophe; numbers stay numbers."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    if isinstance(cell, int | float):
        return cell
    text = str(cell)
    return f"'{text}" if text.lstrip(" \u00a0\ufeff").startswith(FORMULA) or text.startswith(FORMULA) else text
