-- The segments of an interaction follow one another: one owner at a time.
SELECT a.interaction_id AS interaction, a.id AS segment, b.id AS overlapping
FROM interactions_segment a
JOIN interactions_segment b ON b.interaction_id = a.interaction_id AND b.id > a.id
WHERE a.started_at < coalesce(b.ended_at, 'infinity') AND b.started_at < coalesce(a.ended_at, 'infinity')
ORDER BY a.interaction_id, a.id
