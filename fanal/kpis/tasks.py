"""What the worker does for the figures every night: check yesterday. `keeping` keeps them up meanwhile."""

from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from fanal.kpis import actions


@app.periodic(cron="20 3 * * *")
@app.task(name="kpis.recompute", queueing_lock="kpis.recompute", pass_context=False)
def recompute(timestamp: int) -> None:
    now = timezone.now()
    actions.recompute(day=now - timedelta(days=1), now=now)
