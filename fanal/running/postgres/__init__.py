"""The database: the server that DATABASE_URL names, or an embedded one that starts by itself in the home folder."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from fanal.environment import Environment
from fanal.running.postgres import embedded
from fanal.running.postgres.embedded import Progress, silent
from fanal.running.postgres.folders import NotPossible, socket_folder

__all__ = ["NotPossible", "address", "beside", "ensure_running", "leave", "name_of", "settings", "stop"]


def address(environment: Environment) -> str:
    """The database's address as libpq takes it; for the embedded server, that of its Unix socket."""
    return environment.database_url or f"postgresql://postgres@/fanal?host={socket_folder(environment.home)}"


def beside(address: str, database: str) -> str:
    """The address of another database of the same server."""
    return urlunsplit(urlsplit(address)._replace(path=f"/{database}"))


def name_of(address: str) -> str:
    """The name of the database that bears this address."""
    return urlsplit(address).path.lstrip("/")


def settings(environment: Environment) -> dict[str, Any]:
    """Django's settings for the database in use; nothing is started."""
    parts = urlsplit(address(environment))
    if parts.scheme not in ("postgres", "postgresql"):
        raise ValueError(f"DATABASE_URL must begin with postgresql://, not {parts.scheme}://")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "fanal.running.connections",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        # Django's own cursors never prepare; this lets the few statements that ask for it be planned once.
        "OPTIONS": {**options, "pool": False, "prepare_threshold": 5},
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"NAME": "test_fanal"},
    }


def ensure_running(environment: Environment, *, progress: Progress = silent) -> bool:
    """Start the embedded server unless it runs or DATABASE_URL names another; say whether this call started it.

    The last process that used the embedded server stops it at its exit. Raises NotPossible, saying what to do.
    """
    if environment.database_url:
        return False
    return embedded.start(environment.home.absolute(), overrides=environment.postgres_settings, progress=progress)


def leave(environment: Environment) -> None:
    """Say that this process needs the embedded server no more; the last one to say so stops it."""
    embedded.leave(environment.home.absolute())


def stop(environment: Environment) -> None:
    """Stop the embedded server now, whoever uses it."""
    embedded.stop(environment.home.absolute())
