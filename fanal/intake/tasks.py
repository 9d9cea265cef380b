"""What the worker does for intake: finish what was left behind, let go of who left, bring back what is unanswered."""

from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from fanal.intake import looking_after
from fanal.routing import actions as routing

LEFT_BEHIND = timedelta(seconds=30)


@app.periodic(cron="* * * * *")
@app.task(name="intake.sweep", queueing_lock="intake.sweep", pass_context=False)
def sweep(timestamp: int) -> None:
    now = timezone.now()
    looking_after.sweep(older_than=now - LEFT_BEHIND, now=now)


@app.periodic(cron="* * * * *")
@app.task(name="intake.let_go", queueing_lock="intake.let_go", pass_context=False)
def let_go(timestamp: int) -> None:
    looking_after.let_go(now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="intake.come_back", queueing_lock="intake.come_back", pass_context=False)
def come_back(timestamp: int) -> None:
    routing.come_back(now=timezone.now())
