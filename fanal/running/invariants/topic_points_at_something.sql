-- A topic's interaction and case exist, and practice does not mix with real work.
SELECT t.id AS topic, t.interaction_id AS interaction, t.case_id AS "case"
FROM interactions_topic t
LEFT JOIN interactions_interaction i ON i.id = t.interaction_id
LEFT JOIN cases_case c ON c.id = t.case_id
WHERE i.id IS NULL OR (t.case_id IS NOT NULL AND (c.id IS NULL OR c.practice <> i.practice))
ORDER BY t.id
