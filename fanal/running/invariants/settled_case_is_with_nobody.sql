-- A case that is settled is handed over to nobody, and no question about it is open.
SELECT c.id AS "case", h.id AS hand_over, q.id AS question
FROM cases_case c
LEFT JOIN routing_handover h ON h.case_id = c.id AND h.ended_at IS NULL
LEFT JOIN routing_consultation q ON q.case_id = c.id AND q.answered_at IS NULL AND q.withdrawn_at IS NULL
WHERE c.state = 'settled' AND c.withdrawn_at IS NULL AND (h.id IS NOT NULL OR q.id IS NOT NULL)
