-- The seconds of an agent's states add up to the time signed in, and busy and idle to no more than that.
SELECT id, at, agent_id AS agent, signed_in_ms
FROM kpis_cell
WHERE source = 'time'
    AND (signed_in_ms <> COALESCE(available_ms, 0) + COALESCE(break_ms, 0) + COALESCE(not_answering_ms, 0) + COALESCE(unreachable_ms, 0)
        OR COALESCE(busy_ms, 0) + COALESCE(idle_ms, 0) > signed_in_ms
        OR (grain = 'q' AND signed_in_ms > 900000))
