-- A question that is open stands at somebody, or waits in a queue.
SELECT q.id AS question, q.case_id AS "case", q.at
FROM routing_consultation q
WHERE q.answered_at IS NULL AND q.withdrawn_at IS NULL AND q.agent_id IS NULL AND NOT EXISTS (
    SELECT FROM routing_queueentry e WHERE e.consultation_id = q.id AND e.state IN ('waiting', 'offered')
)
