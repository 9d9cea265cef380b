"""The SQL of the hot path: claim who waits for a look, read what they may get, and write offers all at once.

Claims lock with SKIP LOCKED, so that matchers share the work; the write repeats every condition with the versions that
were read, so that a matcher which was stopped in between changes nothing. What begins and ends a round is prepared by
name: then several go in one message, after which the server knows that it waits for us, and counts the lease.
"""

WAKE = "fanal_routing"

ENTRY_COLUMNS = """id, version, queue_id, channel, priority, nullif(skills, '{}'), entered_at, position_at,
  preferred_agent_id, preferred_why, preferred_until, nullif(declined, '{}'), overflow_at, practice,
  interaction_id, case_id,
  CASE WHEN participation_id IS NOT NULL
    THEN (SELECT p.interaction_id FROM interactions_participation p WHERE p.id = participation_id) END"""
LOAD_COLUMNS = "agent_id, available, ringing, open_work, idle_since, version, look_at, no_phone"

# Name to the types of the arguments and the statement; `matching` sends them by name.
PREPARED = {
    "claim_agents": (
        "timestamptz, int",
        f"""
SELECT {LOAD_COLUMNS} FROM routing_agentload
WHERE look_at <= $1 ORDER BY look_at, agent_id LIMIT $2 FOR UPDATE SKIP LOCKED""",
    ),
    "claim_entries": (
        "timestamptz, int",
        f"""
SELECT {ENTRY_COLUMNS} FROM routing_queueentry
WHERE state = 'waiting' AND look_at <= $1 ORDER BY look_at, id LIMIT $2 FOR UPDATE SKIP LOCKED""",
    ),
    # Loads that were written since a transaction that was running when they were last read, and what to ask with next.
    # A frozen row keeps its xmin; one that is older than half of all there are looks new, and is read to no harm.
    "loads": (
        "xid",
        f"""
SELECT {LOAD_COLUMNS}, pg_snapshot_xmin(pg_current_snapshot())::xid FROM routing_agentload
WHERE $1 IS NULL OR age(xmin) <= age($1)""",
    ),
    "agents_looked_at": ("bigint[]", "UPDATE routing_agentload SET look_at = NULL WHERE agent_id = ANY($1)"),
    "entries_looked_at": (
        "bigint[], timestamptz[]",
        """
UPDATE routing_queueentry e SET look_at = l.look_at FROM unnest($1, $2) AS l(id, look_at)
WHERE e.id = l.id AND e.state = 'waiting'""",
    ),
    # min() walks the partial indexes from their head; EXISTS was planned as a scan of everything that waits.
    "due": (
        "",
        """
SELECT (SELECT min(look_at) FROM routing_agentload WHERE look_at IS NOT NULL),
  (SELECT min(look_at) FROM routing_queueentry WHERE state = 'waiting' AND look_at IS NOT NULL)""",
    ),
    "offer": (
        "timestamptz, json",
        """
WITH pick AS MATERIALIZED (
  SELECT * FROM json_to_recordset($2) AS x(entry bigint, entry_version int, agent bigint, load_version int,
    channel text, rings int, decision jsonb, data jsonb, audience text[])
), load AS (
  SELECT a.agent_id FROM routing_agentload a JOIN pick ON a.agent_id = pick.agent AND a.version = pick.load_version
  WHERE a.available AND a.ringing = 0 FOR UPDATE OF a SKIP LOCKED
), entry AS (
  SELECT e.id FROM routing_queueentry e JOIN pick ON e.id = pick.entry AND e.version = pick.entry_version
  WHERE e.state = 'waiting' FOR UPDATE OF e SKIP LOCKED
), good AS MATERIALIZED (
  SELECT pick.* FROM pick JOIN load ON load.agent_id = pick.agent JOIN entry ON entry.id = pick.entry
), offered AS (
  UPDATE routing_queueentry e SET state = 'offered', version = e.version + 1, look_at = NULL
  FROM good WHERE e.id = good.entry
), rung AS (
  UPDATE routing_agentload a SET ringing = 1, version = a.version + 1, look_at = NULL,
    open_work = a.open_work || jsonb_build_object(good.channel, coalesce((a.open_work ->> good.channel)::int, 0) + 1)
  FROM good WHERE a.agent_id = good.agent
), offer AS (
  INSERT INTO routing_offer (entry_id, agent_id, state, offered_at, expires_at, reason, decision)
  SELECT entry, agent, 'open', $1, $1 + make_interval(secs => rings), '', decision FROM good
  RETURNING id, entry_id, agent_id, expires_at
), event AS (
  INSERT INTO events_event (kind, at, data, audience)
  SELECT 'offer.made', $1, good.data || jsonb_build_object('offer', offer.id), good.audience
  FROM offer JOIN good ON good.entry = offer.entry_id
)
SELECT id, entry_id, agent_id, expires_at, (SELECT pg_notify('fanal_events', '')) FROM offer""",
    ),
}

# The heads of every line (one queue and priority, in the order of position), and what is kept for these agents:
# which entries, in which version; most of them are known from the last round.
READ_HEADS = """
SELECT e.* FROM unnest(%(queues)s::bigint[]) AS q(id) CROSS JOIN (VALUES (4), (3), (2), (1)) AS p(n)
CROSS JOIN LATERAL (
  SELECT q.id, array_agg(head.id), array_agg(head.version) FROM (
    SELECT id, version FROM routing_queueentry
    WHERE state = 'waiting' AND queue_id = q.id AND priority = p.n ORDER BY position_at, id LIMIT %(deep)s
  ) AS head HAVING count(*) > 0
) AS e
UNION ALL
SELECT NULL, array_agg(id), array_agg(version) FROM routing_queueentry
WHERE state = 'waiting' AND preferred_agent_id = ANY(%(agents)s::bigint[]) AND preferred_until > %(now)s
HAVING count(*) > 0"""

READ_ENTRIES = f"SELECT {ENTRY_COLUMNS} FROM routing_queueentry WHERE id = ANY(%(entries)s::bigint[])"

# One line on from a position, without what this agent could not take: for heads full of other people's work.
READ_ON = f"""
SELECT {ENTRY_COLUMNS} FROM routing_queueentry
WHERE state = 'waiting' AND queue_id = %(queue)s AND priority = %(priority)s
  AND (position_at, id) > (%(position)s, %(id)s) AND practice = %(practice)s AND channel = ANY(%(channels)s)
  AND (preferred_agent_id IS NULL OR preferred_agent_id = %(agent)s
    OR preferred_until IS NULL OR preferred_until <= %(now)s)
ORDER BY position_at, id LIMIT %(deep)s"""

NEXT_DUE = """
SELECT least(
  (SELECT min(expires_at) FROM routing_offer WHERE state = 'open'),
  (SELECT min(wrap_up_due_at) FROM interactions_segment WHERE wrapped_up_at IS NULL AND wrap_up_due_at IS NOT NULL),
  (SELECT min(seen_at) + %(unreachable_after)s FROM routing_agentload WHERE available AND seen_at IS NOT NULL)
)"""

# After a change of the configuration: what was looked for in vain may be there now. Whoever is locked is being changed
# or looked at, by somebody who will hear of it too.
LOOK_AGAIN = """
UPDATE routing_agentload SET look_at = %(now)s WHERE agent_id IN (
  SELECT agent_id FROM routing_agentload WHERE available AND look_at IS NULL FOR UPDATE SKIP LOCKED)"""

# One index walk per kind, however many events there are.
LATEST_NEWS = """
SELECT (SELECT max(at) FROM events_event WHERE kind = 'config.changed'),
  (SELECT max(at) FROM events_event WHERE kind = 'rights.changed')"""

# Every change of an agent's load or presence goes through this one statement, in the transaction of its cause.
CHANGE_LOAD = """
UPDATE routing_agentload SET
  open_work = CASE WHEN %(by)s = 0 THEN open_work ELSE open_work || jsonb_build_object(
    %(channel)s::text, coalesce((open_work ->> %(channel)s::text)::int, 0) + %(by)s) END,
  ringing = ringing + %(ringing)s,
  idle_since = CASE WHEN %(idle)s THEN %(now)s::timestamptz ELSE idle_since END,
  look_at = CASE WHEN available THEN %(now)s::timestamptz END,
  version = version + 1
WHERE agent_id = %(agent)s"""
