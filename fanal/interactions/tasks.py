"""What the worker does for interactions: send the mail that fanal writes itself, and one answer to many people."""

from django.utils import timezone
from procrastinate.contrib.django import app

from fanal.interactions.actions import notices, recording, sharing, transcribing


@app.task(name="interactions.send_notice")
def send_notice(notice: int) -> None:
    notices.send_notice(notice=notice, now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="interactions.send_waiting_notices", queueing_lock="interactions.send_waiting_notices")
def send_waiting(timestamp: int) -> None:
    notices.send_waiting(now=timezone.now())


@app.task(name="interactions.write_copies")
def write_copies(answer: int) -> None:
    sharing.write_copies(answer=answer, now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="interactions.write_what_is_left", queueing_lock="interactions.write_what_is_left")
def write_what_is_left(timestamp: int) -> None:
    sharing.write_what_is_left(now=timezone.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="interactions.remove_old_recordings", queueing_lock="interactions.remove_old_recordings")
def remove_old_recordings(timestamp: int) -> None:
    recording.remove_old_recordings(now=timezone.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="interactions.remove_old_transcripts", queueing_lock="interactions.remove_old_transcripts")
def remove_old_transcripts(timestamp: int) -> None:
    transcribing.remove_old_transcripts(now=timezone.now())
