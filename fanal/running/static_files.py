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
        return self._found(name) if settings.DEBUG else self._kept(name)

    @lru_cache(maxsize=1000)  # noqa: B019 - there is one storage, and it lives as long as the process
    def _kept(self, name: str | None) -> str:
        """A page has dozens of icons: where their file is, and what it holds, is looked up once."""
        return self._found(name)

    def _found(self, name: str | None) -> str:
        plain = super().url(name)
        found = finders.find(name) if name else None
        if not isinstance(found, str):
            return plain
        return f"{plain}?v={hashlib.sha256(Path(found).read_bytes()).hexdigest()[:12]}"
