"""The database: the server that DATABASE_URL names, or an embedded one in the home folder."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from fanal.environment import Environment


def settings(environment: Environment) -> dict[str, Any]:
    """Django's settings for the database in use; nothing is started."""
    address = environment.database_url or f"postgresql://postgres@/fanal?host={environment.home / 'pg'}"
    parts = urlsplit(address)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ValueError(f"DATABASE_URL must begin with postgresql://, not {parts.scheme}://")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": {**options, "pool": False},
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"NAME": "test_fanal"},
    }
