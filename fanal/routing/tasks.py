"""What the worker does for routing: change many cases, batch after batch, also after it was stopped."""

from django.utils import timezone
from procrastinate.contrib.django import app

from fanal.routing import actions


@app.task(name="routing.bulk", pass_context=False)
def bulk(bulk: int) -> None:
    while actions.go_on(bulk=bulk, now=timezone.now()):
        pass


@app.periodic(cron="* * * * *")
@app.task(name="routing.callbacks", queueing_lock="routing.callbacks", pass_context=False)
def callbacks(timestamp: int) -> None:
    actions.look_after_callbacks(now=timezone.now())
    actions.end_calls_outside(now=timezone.now())
    actions.stop_who_may_not_listen(now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="routing.go_on_with_bulk", queueing_lock="routing.go_on_with_bulk", pass_context=False)
def go_on_with_bulk(timestamp: int) -> None:
    for pk in actions.unfinished():
        bulk(bulk=pk)
