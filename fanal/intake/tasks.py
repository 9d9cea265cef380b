"""What the worker does for intake: finish what a process that died left behind, and let go of who has left."""

from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from fanal.intake import actions

LEFT_BEHIND = timedelta(seconds=30)


@app.periodic(cron="* * * * *")
@app.task(name="intake.sweep", queueing_lock="intake.sweep", pass_context=False)
def sweep(timestamp: int) -> None:
    now = timezone.now()
    actions.sweep(older_than=now - LEFT_BEHIND, now=now)


@app.periodic(cron="* * * * *")
@app.task(name="intake.let_go", queueing_lock="intake.let_go", pass_context=False)
def let_go(timestamp: int) -> None:
    actions.let_go(now=timezone.now())
