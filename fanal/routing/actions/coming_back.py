"""Nobody has answered a mail of ours by its time: the matter comes back to whoever wrote it, or into its queue."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from fanal.cases import actions as cases
from fanal.cases.actions import notices
from fanal.cases.actions.telling import tell
from fanal.cases.models import Case, CaseOrigin, CaseState, CaseType
from fanal.interactions import actions as interactions
from fanal.interactions import matters
from fanal.interactions.models import BackTo, FollowUp, FollowUpState, Interaction, TopicOrigin
from fanal.routing.actions.cases import waiting_entry
from fanal.routing.actions.closing import FOLLOW_UP
from fanal.routing.actions.entering import enqueue
from fanal.routing.models import Queue, QueueEntry


def come_back(*, now: datetime) -> int:
    """Look at every follow-up whose time has come; how many came back."""
    return sum(_one(pk, now) for pk in interactions.due(now=now))


@transaction.atomic
def _one(pk: int, now: datetime) -> bool:
    rows = FollowUp.objects.select_for_update(of=("self",), skip_locked=True).filter(state=FollowUpState.WAITING)
    rows = rows.select_related("message__interaction__account", "message__interaction__customer", "agent")
    row = rows.filter(pk=pk).first()
    if row is None:
        return False
    row.state, row.done_at = interactions.judge_follow_up(row), now
    row.save(update_fields=["state", "done_at"])
    if row.state != FollowUpState.CAME_BACK:
        return False
    case = _matter(row, now=now)
    if case.state == CaseState.PENDING:
        case = cases.wait_for_customer(case=case, waiting=False, now=now, by=None)
    queue = _queue(row.message.interaction)
    to_queue = row.back_to == BackTo.QUEUE or not row.agent.is_active
    if to_queue and queue and not waiting_entry(case):
        enqueue(case=case, queue=queue, priority=case.priority, now=now)
    else:
        notices.tell(agents=[row.agent], kind="no_answer", case=case, by=None, now=now)
    tell(case, "case.no_answer", by=None, now=now, data={"message": row.message_id})
    return True


def _matter(row: FollowUp, *, now: datetime) -> Case:
    """The case that the mail was about and that is still open; else one is opened, so that there is something to do."""
    interaction = row.message.interaction
    if left := matters.open_cases_of(interaction):
        return left[-1]
    type, _made = CaseType.objects.get_or_create(code=FOLLOW_UP, defaults={"name": _("Follow-up")})
    case = cases.open_case(
        type=type,
        subject=row.message.letter.subject[:200] or _("A mail that nobody has answered"),
        origin=CaseOrigin.RULE,
        customer=interaction.customer,
        owner=row.agent if row.back_to == BackTo.ME and row.agent.is_active else None,
        interaction=interaction.pk,
        practice=interaction.practice,
        now=now,
        by=None,
    )
    interactions.add_topic(interaction=interaction, case=case, origin=TopicOrigin.RULE, now=now)
    return case


def _queue(interaction: Interaction) -> Queue | None:
    """Where the thread waited last, else where mail to this account waits, else any."""
    entries = QueueEntry.objects.filter(
        interaction__account=interaction.account_id, interaction__thread=interaction.thread, queue__active=True
    )
    last = entries.select_related("queue").order_by("-id").first()
    if last:
        return last.queue
    active = Queue.objects.filter(active=True, practice=interaction.practice).order_by("pk")
    return active.filter(code=interaction.account.settings.get("queue", "")).first() or active.first()
