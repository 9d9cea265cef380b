"""The straight way for what comes most: a message in a running contact, received and processed in one statement.

Everything else, and whatever does not fit at the first look, goes the ordinary way of `intake.actions`; both leave the
same rows. One round trip instead of some twenty is what lets one process take hundreds of messages a second.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import psycopg
from django.db import connection

from fanal.channels import registry
from fanal.channels.models import ChannelAccount
from fanal.channels.port import Arrival, MessageReceived, Unprocessable

# Locking the contact before anything is written makes its end and this message one after the other; what is not
# written here (no open contact, a block, a repeat) leaves nothing behind but the raw input.
STATEMENT = """
WITH contact AS MATERIALIZED (
    SELECT i.id, i.practice FROM interactions_interaction i
    WHERE i.account_id = %(account)s AND i.source = %(source)s AND i.ended_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM interactions_block b WHERE b.account_id = i.account_id AND b.source = i.source
                      AND b.lifted_at IS NULL AND b.until > %(now)s)
    FOR NO KEY UPDATE OF i
), segment AS MATERIALIZED (
    SELECT s.id, coalesce(s.agent_id, (
        SELECT o.agent_id FROM interactions_segment o WHERE o.interaction_id = contact.id
        AND o.agent_id IS NOT NULL AND o.wrapped_up_at IS NULL ORDER BY o.id DESC LIMIT 1)) AS agent
    FROM contact JOIN interactions_segment s ON s.interaction_id = contact.id AND s.ended_at IS NULL
), raw AS (
    INSERT INTO channels_rawevent
        (account_id, external_id, kind, source, body, received_at, state, reason, attempts, processed_at)
    SELECT %(account)s, %(external_id)s, 'message', %(source)s, %(body)s::jsonb, %(now)s,
           CASE WHEN known THEN 'processed' ELSE 'received' END, '', 0, CASE WHEN known THEN %(now)s END
    FROM (SELECT EXISTS (SELECT 1 FROM contact JOIN segment ON true) AS known) AS found
    ON CONFLICT (account_id, external_id) DO NOTHING
    RETURNING id, state, received_at
), message AS (
    INSERT INTO interactions_message (interaction_id, segment_id, author, text, external_id, at, state)
    SELECT contact.id, segment.id, 'customer', %(text)s, %(external_id)s, %(now)s, 'sent' FROM contact, segment, raw
    RETURNING id
), touched AS (
    UPDATE interactions_interaction i SET last_message_at = %(now)s FROM contact, message WHERE i.id = contact.id
), event AS (
    INSERT INTO events_event (kind, at, by, data, audience)
    SELECT 'message.added', %(now)s, NULL,
           jsonb_build_object('interaction', contact.id, 'message', message.id, 'author', 'customer')
               || CASE WHEN contact.practice THEN '{"practice": true}'::jsonb ELSE '{}'::jsonb END,
           CASE WHEN segment.agent IS NULL THEN ARRAY['visitor:' || %(source)s::text]
                ELSE ARRAY['agent:' || segment.agent, 'visitor:' || %(source)s::text] END
    FROM contact, segment, message
    RETURNING pg_notify('fanal_events', '')
)
SELECT raw.id, raw.received_at, raw.state = 'processed' FROM raw LEFT JOIN event ON true
"""


def message(
    *, account: ChannelAccount, external_id: str, source: str, body: Mapping[str, Any], key: bytes, now: datetime
) -> tuple[int, datetime, bool] | None:
    """Receive a message and, if its contact runs, process it: the raw id, when it was stored, whether it is done.

    None when it is not that simple (a repeat, files, something to be refused): then nothing was written.
    """
    arrival = Arrival(kind="message", source=source, external_id=external_id, body=body, key=key)
    try:
        signals = registry.channel(account.kind).translate(arrival)
    except Unprocessable:
        return None
    match signals:
        case (MessageReceived(attachments=(), text=text),):
            values = {
                "account": account.pk,
                "source": source,
                "external_id": external_id,
                "body": json.dumps(dict(body)),
                "text": text,
                "now": now,
            }
            return _executed(values)
        case _:
            return None


def _executed(values: Mapping[str, Any]) -> tuple[int, datetime, bool] | None:
    """Django's own cursor binds on our side, so the server would plan this long statement anew each time."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(STATEMENT, values, prepare=True)
        found: tuple[int, datetime, bool] | None = cursor.fetchone()
    return found
