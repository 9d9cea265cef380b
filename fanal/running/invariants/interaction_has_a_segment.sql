-- Every interaction has at least one segment.
SELECT i.id AS interaction, i.started_at
FROM interactions_interaction i
WHERE NOT EXISTS (SELECT FROM interactions_segment s WHERE s.interaction_id = i.id)
ORDER BY i.id
