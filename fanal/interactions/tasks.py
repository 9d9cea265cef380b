"""What the worker does for interactions: send the mail that fanal writes itself."""

from django.utils import timezone
from procrastinate.contrib.django import app

from fanal.interactions.actions import notices


@app.task(name="interactions.send_notice")
def send_notice(notice: int) -> None:
    notices.send_notice(notice=notice, now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="interactions.send_waiting_notices", queueing_lock="interactions.send_waiting_notices")
def send_waiting(timestamp: int) -> None:
    notices.send_waiting(now=timezone.now())
