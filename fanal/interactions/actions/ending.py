"""A contact ends: first the talk, then the wrap-up. Whatever is reported is already there."""

from datetime import datetime

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Greatest

from fanal.agents.models import Agent
from fanal.events.actions import publish
from fanal.interactions import audience
from fanal.interactions.actions.calls import end_holds
from fanal.interactions.actions.keying import end_keyings
from fanal.interactions.actions.locking import lock
from fanal.interactions.actions.owning import running_locked
from fanal.interactions.actions.together import end_parts
from fanal.interactions.capabilities import can
from fanal.interactions.models import Interaction, Segment, SegmentKind, TopicSpan
from fanal.running.connections.updating import update


@transaction.atomic(savepoint=False)
def end_talk(
    *,
    interaction: Interaction,
    reason: str,
    wrap_up_due_at: datetime | None = None,
    now: datetime,
    by: Agent | None = None,
) -> Segment | None:
    """End the contact and its running segment; an agent's segment goes into wrap-up until `wrap_up_due_at`.

    Returns the segment that was running, None if the contact had ended before.
    """
    interaction = lock(interaction.pk)
    if interaction.ended_at:
        return None
    keys = audience.of(interaction, customer=True)
    segment = running_locked(interaction)
    now = max(now, interaction.started_at, segment.started_at if segment else now)  # a clock may be set back
    if segment:
        segment.interaction, segment.ended_at = interaction, now
        segment.wrap_up_due_at = wrap_up_due_at if segment.kind == SegmentKind.AGENT else None
        update(segment, "ended_at", "wrap_up_due_at")
        end_holds(segment, now=now)
    end_parts(interaction, by=by, now=now)
    if can(interaction.channel).spoken:
        end_keyings(interaction, now=now)
    interaction.ended_at = now
    interaction.end_reason = reason
    update(interaction, "ended_at", "end_reason")
    publish(
        kind="interaction.ended",
        data=audience.about(interaction, reason=reason, segment=segment.pk if segment else None),
        audience=keys,
        now=now,
        by=by.pk if by else None,
    )
    return segment


@transaction.atomic
def complete_wrap_up(*, segment: Segment, now: datetime, by: Agent | None = None) -> bool:
    """The agent is done with it, or its time ran out; False if it was complete before."""
    segment = Segment.objects.select_for_update(of=("self",)).get(pk=segment.pk)
    if segment.wrapped_up_at or segment.ended_at is None:
        return False
    segment.wrapped_up_at = max(now, segment.ended_at)
    segment.save(update_fields=["wrapped_up_at"])
    TopicSpan.objects.filter(segment=segment, ended_at=None).update(ended_at=Greatest("started_at", Value(now)))
    return True
