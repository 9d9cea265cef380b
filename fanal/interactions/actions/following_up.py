"""A mail of ours that has to be answered by a time: noted with the mail, and looked at when the time has come."""

from datetime import datetime

from django.db import transaction

from fanal.agents.models import Agent
from fanal.events.actions import publish
from fanal.interactions import audience
from fanal.interactions.models import DeliveryState, FollowUp, FollowUpState, Letter, Message


@transaction.atomic
def follow_up(*, message: Message, due_at: datetime, back_to: str, by: Agent, now: datetime) -> FollowUp:
    """If nobody has answered by `due_at`, it comes back. Once for each mail."""
    row, new = FollowUp.objects.get_or_create(
        message=message, defaults={"agent": by, "due_at": due_at, "back_to": back_to}
    )
    if new:
        publish(
            kind="follow_up.set",
            data=audience.about(message.interaction, message=message.pk),
            audience=audience.of(message.interaction),
            now=now,
            by=by.pk,
        )
    return row


def due(*, now: datetime, at_most: int = 200) -> list[int]:
    """Those whose time has come."""
    rows = FollowUp.objects.filter(state=FollowUpState.WAITING, due_at__lte=now).order_by("due_at")
    return list(rows.values_list("pk", flat=True)[:at_most])


def is_answered(row: FollowUp) -> bool:
    """Whether a person has written in the thread since; what programs answer is no answer."""
    contact = row.message.interaction
    came = Letter.objects.filter(
        account=contact.account_id, message__interaction__thread=contact.thread, ours=False, automatic=False, aside=""
    )
    return came.filter(message_id__gt=row.message_id).exists()


def judge_follow_up(row: FollowUp) -> FollowUpState:
    """What has become of it by now."""
    if row.message.state == DeliveryState.WITHDRAWN:
        return FollowUpState.CANCELLED
    return FollowUpState.ANSWERED if is_answered(row) else FollowUpState.CAME_BACK
