-- What has ended waits in no queue and rings nowhere, and its segments have ended.
SELECT i.id AS interaction, i.ended_at
FROM interactions_interaction i
WHERE i.ended_at IS NOT NULL AND (
  EXISTS (SELECT FROM routing_queueentry e WHERE e.interaction_id = i.id AND e.state IN ('waiting', 'offered'))
  OR EXISTS (SELECT FROM interactions_segment s WHERE s.interaction_id = i.id AND s.ended_at IS NULL)
)
ORDER BY i.id
