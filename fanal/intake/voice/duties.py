"""What is to be done about calls now and then, whatever the exchange tells."""

from django.utils import timezone

from fanal.intake import calls
from fanal.intake.outgoing import give_up_not_lifted
from fanal.intake.voice import taking
from fanal.interactions import actions as interactions
from fanal.routing import actions as routing


def do() -> None:
    """What lies still is done, and what has lasted too long ends."""
    taking.sweep(now=timezone.now())
    give_up_not_lifted(now=timezone.now())
    routing.look_after_callbacks(now=timezone.now())
    routing.end_calls_outside(now=timezone.now())
    routing.stop_who_may_not_listen(now=timezone.now())
    calls.give_back_lost(now=timezone.now())
    interactions.end_spoken_left(now=timezone.now())
