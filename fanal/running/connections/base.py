"""A connection that looks whether it lives without asking the server, and that can keep statements prepared."""

import select
from typing import Any, cast

from django.db.backends.postgresql import base
from psycopg import Cursor
from psycopg.pq import TransactionStatus

from fanal.running.connections.changing import SchemaEditor

# All that the pages and the finding of people ask, in the shapes that some roles give it; a few dozen kilobytes each.
MOST_PREPARED = 250


class DatabaseWrapper(base.DatabaseWrapper):
    SchemaEditorClass = SchemaEditor

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        cast(Any, connection).prepared_max = MOST_PREPARED
        return connection

    def is_usable(self) -> bool:
        """A server that is gone has closed the socket or said why: only then is it asked, and an answer awaited.

        In a transaction that has failed it would refuse to answer.
        """
        if self.connection is None or self.connection.closed:
            return False
        if self.connection.info.transaction_status == TransactionStatus.INERROR:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN | select.POLLERR | select.POLLHUP)
        return not poll.poll(0) or super().is_usable()

    def prepared_cursor(self) -> Any:
        """For SQL that is asked again and again: the server parses it once per connection, and may keep its plan."""
        self.close_if_health_check_failed()
        self.ensure_connection()
        with self.wrap_database_errors:
            return cast(Any, self)._prepare_cursor(PreparedCursor(self.connection))


class PreparedCursor(Cursor[Any]):
    """Values travel beside the statement, not in it."""

    def execute(self, query: Any, params: Any = None, **_more: Any) -> Any:
        return super().execute(query, params, prepare=True)
