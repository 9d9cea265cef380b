-- No case waits for itself, however many others stand between.
WITH RECURSIVE way (start, next) AS (
  SELECT case_id, on_id FROM cases_casedependency WHERE ended_at IS NULL
  UNION SELECT way.start, d.on_id FROM way JOIN cases_casedependency d ON d.case_id = way.next AND d.ended_at IS NULL
)
SELECT start AS "case" FROM way WHERE start = next ORDER BY start
