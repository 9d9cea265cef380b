"""The company's time zone is the whole program's: in it times are shown, and days begin and end."""

import contextlib
import threading
import zoneinfo
from typing import Any, cast

from django.conf import settings
from django.db import Error, connection
from django.utils import timezone

LOOKED_AT_EVERY = 30.0  # seconds until a zone that was changed holds in every process


def follow() -> None:
    """Make the zone that the company has now this process's own; without a company or its table it stays as it is."""
    with contextlib.suppress(Error), connection.cursor() as cursor:
        cursor.execute("SELECT zone FROM configuration_company")
        row = cursor.fetchone()
        if row and row[0] != settings.TIME_ZONE and row[0] in zoneinfo.available_timezones():
            settings.TIME_ZONE = row[0]
            cast(Any, timezone.get_default_timezone).cache_clear()


def keep() -> None:
    """Follow it for as long as this process runs."""
    follow()
    connection.close()
    threading.Thread(target=_keep, name="time zone", daemon=True).start()


def _keep() -> None:
    wake = threading.Event()
    while not wake.wait(LOOKED_AT_EVERY):
        follow()
        connection.close()
