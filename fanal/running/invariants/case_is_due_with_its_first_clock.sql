-- A case is due when the first of its running clocks is.
SELECT c.id AS "case", c.due_at, k.due_at AS first
FROM cases_case c
LEFT JOIN (SELECT case_id, min(due_at) AS due_at FROM clocks_clock WHERE ended_at IS NULL GROUP BY case_id) k
  ON k.case_id = c.id
WHERE c.due_at IS DISTINCT FROM k.due_at
ORDER BY c.id
