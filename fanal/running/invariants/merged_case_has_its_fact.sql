-- A case that is read on in another is settled, and says when, why and by whom it was merged there.
SELECT c.id AS "case", c.number, c.merged_into_id AS into
FROM cases_case c
LEFT JOIN cases_casemerge m ON m.case_id = c.id AND m.taken_back_at IS NULL
WHERE (c.merged_into_id IS NOT NULL OR m.id IS NOT NULL)
  AND (m.into_id IS DISTINCT FROM c.merged_into_id OR c.state <> 'settled')
ORDER BY c.id
