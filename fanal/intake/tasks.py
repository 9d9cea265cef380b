"""What the worker does for the intake: take up input that was stored, and whose process died before it was done."""

from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from fanal.intake import actions

LEFT_FOR = timedelta(seconds=15)


@app.periodic(cron="* * * * *")
@app.task(name="intake.sweep", queueing_lock="intake.sweep")
def sweep(timestamp: int) -> None:
    now = timezone.now()
    actions.sweep(older_than=now - LEFT_FOR, now=now)
