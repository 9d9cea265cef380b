"""What colleagues write to each other about a case."""

from datetime import datetime

from django.db import transaction

from fanal.agents.models import Agent
from fanal.cases import rules
from fanal.cases.actions.following import noted
from fanal.cases.actions.telling import locked, tell
from fanal.cases.models import Case, CaseNote

LONGEST_NOTE = 20_000


@transaction.atomic
def add_note(*, case: Case, text: str, now: datetime, by: Agent) -> CaseNote:
    """Write a note; settled and withdrawn cases take notes too. Raises NotPossible for an empty one."""
    text = text.strip().replace("\x00", "")
    if not text:
        raise rules.NotPossible("note_missing")
    if len(text) > LONGEST_NOTE:
        raise rules.NotPossible("note_too_long")
    case = locked(case)
    note = CaseNote.objects.create(case=case, by=by, text=text, at=now)
    Case.objects.filter(pk=case.pk).update(updated_at=now)
    tell(case, "note.added", by=by, now=now, data={"note": note.pk})
    noted(case, text, by=by, now=now)
    return note
