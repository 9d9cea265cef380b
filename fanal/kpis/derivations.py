"""The statements that complete facts: what follows from their times, and what the rows they are about say of them."""

from datetime import timedelta

from fanal.kpis.rules import COMES_TO_PEOPLE, FURTHER_CONTACT

QUARTER = "date_bin('15 minutes', {0}, timestamptz '2000-01-01 00:00:00+00')"

IN_MS = "GREATEST(0, floor(extract(epoch FROM ({0})) * 1000))::bigint"


def span(length: timedelta) -> str:
    return f"interval '{length.total_seconds():.0f} seconds'"


def counted(moment: str, unless: str) -> str:
    at = f"CASE WHEN {unless} THEN NULL ELSE {moment} END"
    return f"counted_at = {at}, interval_at = {QUARTER.format(at)}"


def happened_to_a_case(table: str) -> str:
    """For facts that are one event of a case each: they count where the case does, and not once it is withdrawn."""
    return f"""
UPDATE {table} f SET
    practice = d.practice, channel = d.channel, queue_id = d.queue_id, type_id = d.type_id,
    {counted("f.at", "d.practice OR d.withdrawn")}
FROM (
    SELECT e.id, k.type_id, k.channel, k.queue_id, e.practice OR COALESCE(k.practice, false) AS practice,
        k.withdrawn_at IS NOT NULL AS withdrawn
    FROM {table} e LEFT JOIN kpis_casefact k ON k.id = e.case_id
    WHERE e.id = ANY(%(ids)s)
) d WHERE d.id = f.id
"""


STAYS = f"""
UPDATE kpis_queuestay f SET
    practice = d.practice, channel = d.channel, within_ms = d.within_ms,
    wait_ms = {IN_MS.format("f.left_at - f.offered_at")},
    {counted("f.offered_at", "d.practice")}
FROM (
    SELECT s.id,
        s.practice OR COALESCE(q.practice, false) OR COALESCE(i.practice, false)
            OR COALESCE(c.practice, false) AS practice,
        COALESCE(s.channel, i.channel, 'case') AS channel,
        COALESCE(s.within_ms, q.answer_within_seconds * 1000) AS within_ms
    FROM kpis_queuestay s
    LEFT JOIN routing_queue q ON q.id = s.queue_id
    LEFT JOIN interactions_interaction i ON i.id = s.interaction_id
    LEFT JOIN cases_case c ON c.id = s.case_id
    WHERE s.id = ANY(%(ids)s)
) d WHERE d.id = f.id
"""

# How long the customer heard music within a talk `h` that is over.
HELD = f"""
SELECT COALESCE(sum({IN_MS.format("LEAST(o.ended_at, h.ended_at) - GREATEST(o.began_at, h.started_at)")}), 0)::bigint
FROM interactions_hold o WHERE o.interaction_id = h.interaction_id AND o.segment_id = h.id
"""

# The worst of what was measured during a talk `h` on our side and on theirs, as the timeline judges it: on ours that
# is our phone's line and what came out of the browser.
SOUND = """
SELECT min(m.score) FILTER (WHERE m.ours) AS ours, min(m.score) FILTER (WHERE NOT m.ours) AS theirs FROM (
    SELECT floor(l.mos * 1000)::bigint AS score, g.kind = 'agent' AS ours
    FROM interactions_linequality l JOIN interactions_leg g ON g.id = l.leg_id WHERE l.segment_id = h.id
    UNION ALL SELECT floor(p.mos * 1000)::bigint, true FROM interactions_segmentquality p WHERE p.segment_id = h.id
) m
"""

# Both happen in one action at one time; a second's grace for writers that take the time twice.
HANDLINGS = f"""
UPDATE kpis_handling f SET
    practice = d.practice, channel = d.channel, transferred = d.transferred,
    talk_ms = COALESCE({IN_MS.format("f.ended_at - f.started_at")}, 0) - d.hold_ms, hold_ms = d.hold_ms,
    our_mos = d.ours, their_mos = d.theirs, sound_mos = LEAST(d.ours, d.theirs),
    wrap_up_ms = COALESCE({IN_MS.format("f.wrapped_up_at - f.ended_at")}, 0),
    {counted("d.offered_at", "d.practice")}
FROM (
    SELECT h.id,
        h.practice OR COALESCE(q.practice, false) OR COALESCE(i.practice, false) AS practice,
        COALESCE(h.channel, i.channel) AS channel,
        COALESCE((
            SELECT max(s.offered_at) FROM kpis_queuestay s
            WHERE s.interaction_id = h.interaction_id AND s.outcome = 'answered'
                AND s.left_at <= h.started_at + interval '1 second'
        ), h.started_at) AS offered_at,
        EXISTS (
            SELECT FROM kpis_transfermade t
            WHERE t.interaction_id = h.interaction_id AND (t.segment = h.id OR t.segment IS NULL
                AND t.agent_id = h.agent_id AND t.at BETWEEN h.started_at AND h.ended_at + interval '1 second')
        ) AS transferred,
        CASE WHEN s.spoken THEN ({HELD}) ELSE 0 END AS hold_ms, sound.ours, sound.theirs
    FROM kpis_handling h
    LEFT JOIN routing_queue q ON q.id = h.queue_id
    LEFT JOIN interactions_interaction i ON i.id = h.interaction_id
    CROSS JOIN LATERAL (SELECT h.ended_at IS NOT NULL AND COALESCE(h.channel, i.channel) = 'voice' AS spoken) s
    LEFT JOIN LATERAL ({SOUND}) sound ON s.spoken
    WHERE h.id = ANY(%(ids)s)
) d WHERE d.id = f.id
"""

OFFERS = f"""
UPDATE kpis_offermade f SET
    practice = d.practice, channel = d.channel,
    {counted("f.made_at", "d.practice")}
FROM (
    SELECT o.id,
        o.practice OR COALESCE(q.practice, false) OR COALESCE(i.practice, false)
            OR COALESCE(c.practice, false) AS practice,
        COALESCE(o.channel, i.channel, 'case') AS channel
    FROM kpis_offermade o
    LEFT JOIN routing_queue q ON q.id = o.queue_id
    LEFT JOIN interactions_interaction i ON i.id = o.interaction_id
    LEFT JOIN cases_case c ON c.id = o.case_id
    WHERE o.id = ANY(%(ids)s)
) d WHERE d.id = f.id
"""

# A call that came in is answered when an agent lifts it: nothing has to be written. Whom we call waits for no answer.
CONTACTS = f"""
UPDATE kpis_contactfact f SET
    practice = d.practice, channel = d.channel, queue_id = d.queue_id, within_ms = d.within_ms,
    unreplied_ms = CASE WHEN d.waited AND LEAST(f.first_reply_at, d.lifted_at) IS NULL AND f.ended_at IS NOT NULL
        THEN {IN_MS.format("f.ended_at - f.started_at")} END,
    reply_ms = CASE WHEN LEAST(f.first_reply_at, d.lifted_at) IS NOT NULL
        THEN {IN_MS.format("LEAST(f.first_reply_at, d.lifted_at) - f.started_at")} END,
    {counted("f.started_at", "d.practice")}
FROM (
    SELECT k.id, k.practice OR COALESCE(i.practice, false) AS practice, COALESCE(k.channel, i.channel) AS channel,
        first.queue_id, first.within_ms,
        CASE WHEN COALESCE(k.channel, i.channel) = 'voice' AND i.direction = 'in' THEN (
            SELECT min(h.started_at) FROM kpis_handling h WHERE h.interaction_id = k.id
        ) END AS lifted_at,
        NOT (COALESCE(k.channel, i.channel) = 'voice' AND i.direction = 'out') AND EXISTS (
            SELECT FROM kpis_queuestay s WHERE s.interaction_id = k.id AND s.outcome IN ('answered', 'abandoned')
        ) AS waited
    FROM kpis_contactfact k
    LEFT JOIN interactions_interaction i ON i.id = k.id
    LEFT JOIN LATERAL (
        SELECT s.queue_id, s.within_ms FROM kpis_queuestay s
        WHERE s.interaction_id = k.id AND s.offered_at IS NOT NULL
        ORDER BY s.offered_at, s.id LIMIT 1
    ) first ON true
    WHERE k.id = ANY(%(ids)s)
) d WHERE d.id = f.id
"""

CASES = f"""
UPDATE kpis_casefact f SET
    practice = d.practice, channel = d.channel, queue_id = d.queue_id, type_id = d.type_id, self_made = d.self_made,
    settled = COALESCE(d.last_move IN ('settled', 'merged'), false), contacts = d.contacts,
    first_line = d.first_line,
    {counted("f.opened_at", "d.practice OR f.withdrawn_at IS NOT NULL")}
FROM (
    SELECT k.id, c.type_id, COALESCE(c.origin = 'rule', false) AS self_made,
        k.practice OR COALESCE(c.practice, false) OR COALESCE(i.practice, false) AS practice,
        COALESCE(k.channel, i.channel) AS channel,
        (
            SELECT s.queue_id FROM kpis_queuestay s
            WHERE s.interaction_id = k.interaction_id AND s.offered_at <= k.opened_at
            ORDER BY s.offered_at DESC, s.id DESC LIMIT 1
        ) AS queue_id,
        (SELECT m.move FROM kpis_casemove m WHERE m.case_id = k.id ORDER BY m.at DESC, m.id DESC LIMIT 1) AS last_move,
        (
            SELECT count(DISTINCT x.interaction_id) FROM kpis_casecontact x
            WHERE x.case_id = k.id AND x.at < k.opened_at + {span(FURTHER_CONTACT)}
        ) AS contacts,
        (c.tier_id IS NULL OR t.rank = (SELECT min(rank) FROM agents_tier)) AND NOT EXISTS (
            SELECT FROM kpis_passage p WHERE p.case_id = k.id AND p.how = 'handed_over'
        ) AS first_line
    FROM kpis_casefact k
    LEFT JOIN cases_case c ON c.id = k.id
    LEFT JOIN agents_tier t ON t.id = c.tier_id
    LEFT JOIN interactions_interaction i ON i.id = k.interaction_id
    WHERE k.id = ANY(%(ids)s)
) d WHERE d.id = f.id
"""

ISSUES = f"""
UPDATE kpis_issuefact f SET
    practice = d.practice, channel = d.channel, queue_id = d.queue_id, case_id = d.case_id, type_id = d.type_id,
    person_id = d.person_id, subject = d.subject,
    {counted("f.at", "d.practice OR d.set_aside OR d.person_id IS NULL OR d.subject IS NULL")}
FROM (
    SELECT k.id, t.case_id, c.type_id, COALESCE(k.channel, i.channel) AS channel,
        k.practice OR COALESCE(i.practice, false) AS practice,
        t.withdrawn_at IS NOT NULL OR NOT COALESCE(o.genuine, true)
            OR NOT EXISTS (SELECT FROM kpis_handling h WHERE h.interaction_id = k.interaction_id) AS set_aside,
        (
            WITH RECURSIVE way AS (
                SELECT p.id, p.survivor_id FROM customers_customer p WHERE p.id = i.customer_id
                UNION ALL
                SELECT p.id, p.survivor_id FROM way JOIN customers_customer p ON p.id = way.survivor_id
            ) SELECT id FROM way WHERE survivor_id IS NULL
        ) AS person_id,
        COALESCE('category ' || COALESCE(t.category_id, c.category_id), 'type ' || c.type_id) AS subject,
        (
            SELECT s.queue_id FROM kpis_queuestay s
            WHERE s.interaction_id = k.interaction_id AND s.offered_at <= k.at
            ORDER BY s.offered_at DESC, s.id DESC LIMIT 1
        ) AS queue_id
    FROM kpis_issuefact k
    LEFT JOIN interactions_topic t ON t.id = k.id
    LEFT JOIN interactions_disposition o ON o.id = t.disposition_id
    LEFT JOIN interactions_interaction i ON i.id = k.interaction_id
    LEFT JOIN cases_case c ON c.id = t.case_id
    WHERE k.id = ANY(%(ids)s)
) d WHERE d.id = f.id
"""

# Of whom, and about what: what these matters may be a further contact of.
SAME = """
SELECT DISTINCT person_id, subject FROM kpis_issuefact
WHERE id = ANY(%(ids)s) AND person_id IS NOT NULL AND subject IS NOT NULL
"""

AGAIN = f"""
UPDATE kpis_issuefact f SET again = d.again
FROM (
    SELECT i.id, EXISTS (
        SELECT FROM kpis_issuefact n
        WHERE n.person_id = i.person_id AND n.subject = i.subject AND n.interaction_id <> i.interaction_id
            AND n.at > i.at AND n.at < i.at + {span(FURTHER_CONTACT)} AND n.counted_at IS NOT NULL
    ) AS again
    FROM unnest(%(people)s::bigint[], %(subjects)s::text[]) AS same(person, subject)
    JOIN kpis_issuefact i ON i.person_id = same.person AND i.subject = same.subject
) d WHERE d.id = f.id AND f.again <> d.again
RETURNING f.interval_at
"""

# Counted when it was shown; whoever only followed it later may be somebody else.
ADVICE = f"""
UPDATE kpis_advicefact f SET
    practice = d.practice, channel = d.channel, queue_id = d.queue_id, rule_id = d.rule_id,
    {counted("f.shown_at", "d.practice")}
FROM (
    SELECT k.id, a.rule_id, COALESCE(k.channel, i.channel, 'case') AS channel,
        k.practice OR COALESCE(i.practice, false) OR COALESCE(c.practice, false) AS practice,
        (
            SELECT s.queue_id FROM kpis_queuestay s
            WHERE s.interaction_id = k.interaction_id AND s.offered_at <= k.shown_at
            ORDER BY s.offered_at DESC, s.id DESC LIMIT 1
        ) AS queue_id
    FROM kpis_advicefact k
    LEFT JOIN deciding_adviceshown a ON a.id = k.id
    LEFT JOIN interactions_interaction i ON i.id = k.interaction_id
    LEFT JOIN cases_case c ON c.id = a.case_id
    WHERE k.id = ANY(%(ids)s)
) d WHERE d.id = f.id
"""

# The same customer, or where nobody is known, the same number or address: `i` and `o` are contacts.
SAME_PERSON = """(o.customer_id = i.customer_id
    OR i.customer_id IS NULL AND i.source <> '' AND o.source = i.source AND o.account_id = i.account_id)"""

SELF_SERVICE = f"""
UPDATE kpis_selfservice f SET
    practice = d.practice, channel = d.channel, queue_id = d.queue_id,
    alone = d.alone, stayed_alone = d.alone AND NOT d.came_to_people,
    {counted("f.started_at", "d.practice")}
FROM (
    SELECT k.id, k.practice OR COALESCE(i.practice, false) AS practice, COALESCE(k.channel, i.channel) AS channel,
        (
            SELECT s.queue_id FROM kpis_queuestay s WHERE s.interaction_id = k.interaction_id
            ORDER BY s.offered_at, s.id LIMIT 1
        ) AS queue_id,
        k.ended_at IS NOT NULL AND k.how NOT IN ('queue', 'message', 'callback')
            AND NOT EXISTS (SELECT FROM kpis_handling h WHERE h.interaction_id = k.interaction_id) AS alone,
        EXISTS (
            SELECT FROM interactions_interaction o JOIN kpis_handling h ON h.interaction_id = o.id
            WHERE {SAME_PERSON} AND h.started_at BETWEEN k.started_at AND k.ended_at + {span(COMES_TO_PEOPLE)}
        ) AS came_to_people
    FROM kpis_selfservice k
    LEFT JOIN interactions_interaction i ON i.id = k.interaction_id
    WHERE k.id = ANY(%(ids)s)
) d WHERE d.id = f.id
"""

CALLBACKS = f"""
UPDATE kpis_callbackfact f SET
    practice = d.practice, channel = 'voice', queue_id = d.queue_id, interaction_id = d.interaction_id,
    {counted("f.wished_at", "d.practice")}
FROM (
    SELECT k.id, c.queue_id, COALESCE(c.contact_id, c.wished_in_id) AS interaction_id,
        k.practice OR COALESCE(q.practice, false) OR COALESCE(i.practice, false) AS practice
    FROM kpis_callbackfact k
    LEFT JOIN routing_callback c ON c.id = k.id
    LEFT JOIN routing_queue q ON q.id = c.queue_id
    LEFT JOIN interactions_interaction i ON i.id = c.wished_in_id
    WHERE k.id = ANY(%(ids)s)
) d WHERE d.id = f.id
"""

BLOCKED = f"""
UPDATE kpis_blockedcall f SET channel = 'voice', {counted("f.at", "f.practice")} WHERE f.id = ANY(%(ids)s)
"""

STRETCHES = """
WITH touched AS (
    SELECT agent_id, min(started_at) AS since FROM kpis_statestretch WHERE id = ANY(%(ids)s) GROUP BY agent_id
), bounds AS (
    SELECT t.agent_id, COALESCE((
        SELECT max(p.started_at) FROM kpis_statestretch p WHERE p.agent_id = t.agent_id AND p.started_at < t.since
    ), t.since) AS since FROM touched t
), following AS (
    SELECT s.id, lead(s.started_at) OVER (PARTITION BY s.agent_id ORDER BY s.started_at, s.id) AS ended_at
    FROM kpis_statestretch s JOIN bounds b ON b.agent_id = s.agent_id AND s.started_at >= b.since
)
UPDATE kpis_statestretch f SET ended_at = n.ended_at FROM following n
WHERE n.id = f.id AND f.ended_at IS DISTINCT FROM n.ended_at
RETURNING f.agent_id, f.started_at, f.ended_at
"""

# In this order: each may read what the ones before it derived.
OF = {
    "stay": STAYS,
    "handling": HANDLINGS,
    "offer": OFFERS,
    "contact": CONTACTS,
    "case": CASES,
    "move": happened_to_a_case("kpis_casemove"),
    "clock": happened_to_a_case("kpis_clockend"),
    "passage": happened_to_a_case("kpis_passage"),
    "issue": ISSUES,
    "advice": ADVICE,
    "flow": SELF_SERVICE,
    "callback": CALLBACKS,
    "blocked": BLOCKED,
}
