-- A queue entry points at exactly one of an interaction and a case.
SELECT id AS entry FROM routing_queueentry
WHERE num_nonnulls(interaction_id, case_id) <> 1
ORDER BY id
