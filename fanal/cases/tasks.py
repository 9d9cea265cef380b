"""What the worker does for cases: notice each minute when many that are alike come at once."""

from django.utils import timezone
from procrastinate.contrib.django import app

from fanal.cases.actions import bursts


@app.periodic(cron="* * * * *")
@app.task(name="cases.notice_bursts", queueing_lock="cases.notice_bursts", lock="cases.bursts", pass_context=False)
def notice_bursts(timestamp: int) -> None:
    bursts.notice(now=timezone.now())
