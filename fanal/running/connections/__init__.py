"""Django's PostgreSQL backend, with two things that a busy page saves by."""

from typing import Any, cast

import psycopg
from django.db import connection


def prepared_cursor() -> Any:
    """A cursor of this thread's connection for SQL that is asked again and again: see `base`."""
    return cast(Any, connection).prepared_cursor()


def own_connection(*, prepare_threshold: int | None = 5) -> psycopg.Connection[Any]:
    """A connection to the same database beside this thread's, on which each statement commits: to listen on, say."""
    parameters = connection.get_connection_params()
    for key in ("cursor_factory", "context", "prepare_threshold"):
        parameters.pop(key, None)
    return psycopg.connect(**parameters, autocommit=True, prepare_threshold=prepare_threshold)
