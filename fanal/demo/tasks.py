"""What the worker does for practice: begin it when the desk asks for it, and play the customer until it is over."""

from django.utils import timezone
from procrastinate.contrib.django import app

from fanal.agents.models import Agent

EVERY_SECONDS = 4


@app.task(name="demo.start_practice")
def start_practice(agent: int, scenario: str) -> None:
    from fanal.demo import practice

    interaction = practice.start_practice(agent=Agent.objects.get(pk=agent), scenario=scenario, now=timezone.now())
    react.configure(schedule_in={"seconds": EVERY_SECONDS}).defer(interaction=interaction.pk)


@app.task(name="demo.react")
def react(interaction: int) -> None:
    from fanal.demo import practice

    if practice.react(interaction_id=interaction, now=timezone.now()):
        react.configure(schedule_in={"seconds": EVERY_SECONDS}).defer(interaction=interaction)
