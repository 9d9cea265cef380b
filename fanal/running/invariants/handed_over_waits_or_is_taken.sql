-- What was handed over waits in a queue until somebody has taken it.
SELECT h.id AS hand_over, h.case_id AS "case", h.interaction_id AS interaction, h.at
FROM routing_handover h
WHERE h.ended_at IS NULL AND h.taken_at IS NULL AND NOT EXISTS (
    SELECT FROM routing_queueentry e WHERE e.hand_over_id = h.id AND e.state IN ('waiting', 'offered')
)
