"""What a person chooses for their own screens."""

from datetime import datetime

from django.db import transaction

from fanal.agents.models import Agent
from fanal.events.actions import publish


@transaction.atomic
def choose_language(*, agent: Agent, language: str, now: datetime) -> None:
    """The screens, and the mail that fanal writes to this person, are in this language from now on."""
    if agent.language == language:
        return
    Agent.objects.filter(pk=agent.pk).update(language=language)
    agent.language = language
    publish(
        kind="agent.language_chosen",
        data={"agent": agent.pk, "language": language},
        audience=[f"agent:{agent.pk}"],
        now=now,
        by=agent.pk,
    )
