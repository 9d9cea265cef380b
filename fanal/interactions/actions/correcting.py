"""An outcome turns out to be wrong after the wrap-up: it is corrected as a fact of its own, never in silence."""

from datetime import datetime

from django.db import transaction

from fanal.agents.models import Agent
from fanal.interactions.actions.topics import set_disposition
from fanal.interactions.models import Correction, Disposition, Topic


@transaction.atomic
def correct_outcome(*, topic: Topic, disposition: Disposition, why: str, now: datetime, by: Agent) -> Correction | None:
    """The matter came out otherwise than was recorded. None if it is recorded so already."""
    topic = Topic.objects.select_for_update(of=("self",)).get(pk=topic.pk)
    if topic.disposition_id == disposition.pk:
        return None
    fact = Correction.objects.create(
        topic=topic, was_id=topic.disposition_id, became=disposition, why=why, by=by, at=now
    )
    set_disposition(topic=topic, disposition=disposition, now=now, by=by)
    return fact
