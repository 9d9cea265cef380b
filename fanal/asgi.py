"""The event stream, as uvicorn serves it."""

import os
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fanal.settings")
django.setup()


async def nothing_here(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer every request that nothing is here."""
    await send({"type": "http.response.start", "status": 404, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"Not found"})


application = import_module("fanal.desk.live").application if find_spec("fanal.desk.live") else nothing_here
