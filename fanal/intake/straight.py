"""The straight way for what comes most: messages in running contacts, received and processed in one statement.

Everything else, and whatever does not fit at the first look, goes the ordinary way of `intake.actions`; both leave the
same rows. One round trip instead of some twenty, for all that comes at the same moment, is what lets one process take
hundreds of messages a second.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import psycopg
from django.db import Error, connection

from fanal.channels import registry
from fanal.channels.models import ChannelAccount
from fanal.channels.port import Arrival, MessageReceived, Unprocessable
from fanal.intake.together import Together

log = logging.getLogger(__name__)
AT_MOST = 32

# Locking the contacts before anything is written makes the end of one and its message one after the other. A contact
# that somebody else holds is left to the ordinary way, so nobody waits for a stranger and no two lots for each other.
# What is not written here (no open contact, a block, a repeat, earlier input that still waits) leaves nothing behind
# but the raw input.
STATEMENT = f"""
WITH given AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%(given)s::json) AS one (
        place int, account bigint, source text, external_id text, body jsonb, text text, at timestamptz)
    LIMIT {AT_MOST}
), contact AS MATERIALIZED (
    SELECT i.id, i.account_id, i.source, i.practice FROM interactions_interaction i
    WHERE (i.account_id, i.source) IN (SELECT account, source FROM given) AND i.ended_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM interactions_block b WHERE b.account_id = i.account_id AND b.source = i.source
                      AND b.lifted_at IS NULL AND b.until > %(now)s)
      AND NOT EXISTS (SELECT 1 FROM channels_rawevent r WHERE r.account_id = i.account_id AND r.source = i.source
                      AND r.state = 'received')
    ORDER BY i.id FOR NO KEY UPDATE OF i SKIP LOCKED
), running AS MATERIALIZED (
    SELECT contact.*, s.id AS segment, coalesce(s.agent_id, (
        SELECT o.agent_id FROM interactions_segment o WHERE o.interaction_id = contact.id
        AND o.agent_id IS NOT NULL AND o.wrapped_up_at IS NULL ORDER BY o.id DESC LIMIT 1)) AS agent
    FROM contact JOIN interactions_segment s ON s.interaction_id = contact.id AND s.ended_at IS NULL
), known AS MATERIALIZED (
    SELECT given.*, running.id AS interaction, running.segment, running.agent, running.practice
    FROM given LEFT JOIN running ON running.account_id = given.account AND running.source = given.source
), raw AS (
    INSERT INTO channels_rawevent
        (account_id, external_id, kind, source, body, received_at, state, reason, attempts, processed_at)
    SELECT account, external_id, 'message', source, body, at,
           CASE WHEN segment IS NULL THEN 'received' ELSE 'processed' END, '', 0,
           CASE WHEN segment IS NOT NULL THEN at END
    FROM known ORDER BY account, external_id
    ON CONFLICT (account_id, external_id) DO NOTHING
    RETURNING id, account_id, external_id, state, received_at
), stored AS MATERIALIZED (
    SELECT known.*, raw.id AS raw, raw.received_at, raw.state
    FROM known JOIN raw ON raw.account_id = known.account AND raw.external_id = known.external_id
), message AS (
    INSERT INTO interactions_message (interaction_id, segment_id, author, text, external_id, at, state)
    SELECT interaction, segment, 'customer', text, external_id, at, 'sent'
    FROM stored WHERE segment IS NOT NULL ORDER BY place
    RETURNING id, interaction_id, at
), touched AS (
    UPDATE interactions_interaction i SET last_message_at = last.at
    FROM (SELECT interaction_id, max(at) AS at FROM message GROUP BY interaction_id) AS last
    WHERE i.id = last.interaction_id
), event AS (
    INSERT INTO events_event (kind, at, by, data, audience)
    SELECT 'message.added', message.at, NULL,
           jsonb_build_object('interaction', running.id, 'message', message.id, 'author', 'customer')
               || CASE WHEN running.practice THEN '{{"practice": true}}'::jsonb ELSE '{{}}'::jsonb END,
           CASE WHEN running.agent IS NULL THEN ARRAY['visitor:' || running.source]
                ELSE ARRAY['agent:' || running.agent, 'visitor:' || running.source] END
    FROM message JOIN running ON running.id = message.interaction_id ORDER BY message.id
    RETURNING 1
), told AS MATERIALIZED (
    SELECT pg_notify('fanal_events', '') FROM (SELECT count(*) AS events FROM event) AS counted WHERE events > 0
)
SELECT place, raw, received_at, state = 'processed' FROM stored LEFT JOIN told ON true
"""


class Taken(NamedTuple):
    """What became of a message: its raw input's id, when that was stored, and whether it is processed already."""

    raw: int
    stored_at: datetime
    processed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One message as the statement takes it."""

    account: int
    source: str
    external_id: str
    body: Mapping[str, Any]
    text: str
    at: datetime


def message(
    *, account: ChannelAccount, external_id: str, source: str, body: Mapping[str, Any], key: bytes, now: datetime
) -> Taken | None:
    """Receive a message and, if its contact runs, process it; committed when this returns, outside a transaction.

    None when it is not that simple (a repeat, files, something to be refused): then nothing was written.
    """
    arrival = Arrival(kind="message", source=source, external_id=external_id, body=body, key=key)
    try:
        signals = registry.channel(account.kind).translate(arrival)
    except Unprocessable:
        return None
    match signals:
        case (MessageReceived(attachments=(), text=text),):
            said = Said(account=account.pk, source=source, external_id=external_id, body=body, text=text, at=now)
        case _:
            return None
    if connection.in_atomic_block:
        return _write([said])[0]
    try:
        return _together.add(said)
    except Error:
        # Whether it was committed nobody knows; the ordinary way finds out, and each finds out for itself.
        log.warning("messages that came together go the ordinary way", exc_info=True)
        connection.close_if_unusable_or_obsolete()
        return None


def _write(lot: Sequence[Said]) -> list[Taken | None]:
    """Django's own cursor binds on our side, so the server would plan this long statement anew each time."""
    given = [
        {
            "place": place,
            "account": one.account,
            "source": one.source,
            "external_id": one.external_id,
            "body": dict(one.body),
            "text": one.text,
            "at": one.at.isoformat(),
        }
        for place, one in enumerate(_once(lot))
        if one is not None
    ]
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(STATEMENT, {"given": json.dumps(given), "now": min(one.at for one in lot)}, prepare=True)
        found = {place: Taken(*taken) for place, *taken in cursor.fetchall()}
    return [found.get(place) for place in range(len(lot))]


def _once(lot: Sequence[Said]) -> list[Said | None]:
    """The same message twice at the same moment is a repeat, and repeats go the ordinary way."""
    names: set[tuple[int, str]] = set()
    kept: list[Said | None] = []
    for one in lot:
        kept.append(None if (one.account, one.external_id) in names else one)
        names.add((one.account, one.external_id))
    return kept


_together = Together(_write, at_most=AT_MOST)
