-- Nothing ends before it began.
SELECT 'interaction' AS kind, id FROM interactions_interaction WHERE ended_at < started_at
UNION ALL
SELECT 'segment', id FROM interactions_segment
WHERE ended_at < started_at OR wrapped_up_at < ended_at OR first_reply_at < started_at
UNION ALL
SELECT 'topic span', id FROM interactions_topicspan WHERE ended_at < started_at
UNION ALL
SELECT 'queue entry', id FROM routing_queueentry WHERE left_at < entered_at
UNION ALL
SELECT 'offer', id FROM routing_offer WHERE answered_at < offered_at OR expires_at < offered_at
UNION ALL
SELECT 'case', id FROM cases_case WHERE settled_at < opened_at
