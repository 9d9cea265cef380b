"""An acd process that stops itself, as if the machine had frozen it, between its first decision and the write."""

import os
import signal
import sys
import threading

import django

django.setup()

from django.db import connections  # noqa: E402

connections["default"].settings_dict["NAME"] = sys.argv[1]

from fanal.routing import acd  # noqa: E402

stop, stopped = threading.Event(), threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())


def freeze_once(_state: object, _decision: object) -> None:
    if not stopped.is_set():
        stopped.set()
        os.kill(os.getpid(), signal.SIGSTOP)


acd.run(stop, record=freeze_once)
