-- Every open interaction has an owner (a bot or an agent) or waits in a queue.
SELECT i.id AS interaction, i.started_at
FROM interactions_interaction i
WHERE i.ended_at IS NULL
  AND NOT EXISTS (
    SELECT FROM interactions_segment s WHERE s.interaction_id = i.id AND s.ended_at IS NULL AND s.kind IN ('bot', 'agent')
  )
  AND NOT EXISTS (
    SELECT FROM routing_queueentry e WHERE e.interaction_id = i.id AND e.state IN ('waiting', 'offered')
  )
ORDER BY i.id
