-- The time spent on topics lies within the agent's segment it was spent in.
SELECT t.id AS topic_span, t.segment_id AS segment
FROM interactions_topicspan t JOIN interactions_segment s ON s.id = t.segment_id
WHERE t.started_at < s.started_at OR t.ended_at > coalesce(s.wrapped_up_at, 'infinity')
ORDER BY t.id
