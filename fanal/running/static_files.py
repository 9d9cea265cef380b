"""Addresses of static files that change with the content, so that browsers may keep each for long."""

import hashlib
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


class VersionedFiles(StaticFilesStorage):
    """`/static/fanal/desk.css?v=3f9a…`: nothing has to be collected, copied or renamed before the start."""

    def url(self, name: str | None) -> str:
        plain = super().url(name)
        found = finders.find(name) if name else None
        if not isinstance(found, str):
            return plain
        return f"{plain}?v={_version(found, Path(found).stat().st_mtime_ns if settings.DEBUG else 0)}"


@lru_cache(maxsize=1000)
def _version(path: str, _changed_at: int) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]
