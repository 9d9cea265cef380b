"""Being reminded of a case at a moment: set, rung by the worker, done or no longer wanted."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Min

from fanal.agents.models import Agent
from fanal.cases import rules
from fanal.cases.actions import notices
from fanal.cases.actions.telling import locked, tell
from fanal.cases.models import Case, Reminder

AT_ONCE = 200
LONGEST = 200
FURTHEST = timedelta(days=3660)
MOST = 50


@transaction.atomic
def remind(*, case: Case, at: datetime, agent: Agent | None, text: str = "", now: datetime, by: Agent) -> Reminder:
    """Ring at that moment, for one person, or for whoever owns the case then (None). Raises NotPossible."""
    text = " ".join(text.replace("\x00", "").split())
    if len(text) > LONGEST:
        raise rules.NotPossible("step_too_long")
    if not now < at <= now + FURTHEST:
        raise rules.NotPossible("reminder_past")
    case = locked(case)
    rules.check_stands(case)
    if case.reminders.filter(ended_at=None).count() >= MOST:
        raise rules.NotPossible("too_many_reminders")
    made = Reminder.objects.create(case=case, agent=agent, text=text, at=at, by=by, made_at=now)
    tell(case, "case.reminder_set", by=by, now=now, data={"reminder": made.pk})
    return made


@transaction.atomic
def end_reminder(*, reminder: Reminder, now: datetime, by: Agent) -> bool:
    """It is done, or no longer wanted; False when it is over already."""
    case = locked(reminder.case)
    rows = Reminder.objects.filter(pk=reminder.pk, ended_at=None)
    if not rows.update(ended_at=now, ended_by=by):
        return False
    tell(case, "case.reminder_ended", by=by, now=now, data={"reminder": reminder.pk})
    return True


@transaction.atomic
def ring(*, now: datetime) -> int:
    """Ring all whose moment has come, once each; how many. Several workers may do this: each takes others."""
    due = Reminder.objects.select_for_update(of=("self",), skip_locked=True).filter(
        rung_at=None, ended_at=None, at__lte=now
    )
    rows = list(due.select_related("case").order_by("at", "pk")[:AT_ONCE])
    for one in rows:
        one.rung_at = now
        whom = one.agent_id or one.case.owner_id
        notices.tell(agents=[whom] if whom else [], kind="reminder", case=one.case, by=None, now=now)
        tell(one.case, "case.reminder_rang", by=None, now=now, data={"reminder": one.pk})
    Reminder.objects.bulk_update(rows, ["rung_at"])
    return len(rows)


def next_ring() -> datetime | None:
    """When the next one rings: one look into an index."""
    found: datetime | None = Reminder.objects.filter(rung_at=None, ended_at=None).aggregate(at=Min("at"))["at"]
    return found
