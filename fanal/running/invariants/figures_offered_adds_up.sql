-- Offered = answered + abandoned + overflowed + closed + withdrawn + still waiting, in every interval.
SELECT id, at, queue_id AS queue, channel, offered
FROM kpis_cell
WHERE source = 'stay'
    AND COALESCE(offered, 0) <> COALESCE(answered, 0) + COALESCE(abandoned, 0) + COALESCE(overflowed, 0)
        + COALESCE(closed, 0) + COALESCE(withdrawn, 0) + COALESCE(still_waiting, 0)
