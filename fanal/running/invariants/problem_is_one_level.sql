-- A problem that stands above cases is below none itself, and practice does not mix with real work.
SELECT c.id AS "case", c.parent_id AS problem
FROM cases_case c
JOIN cases_case p ON p.id = c.parent_id
WHERE p.parent_id IS NOT NULL OR p.practice <> c.practice
ORDER BY c.id
