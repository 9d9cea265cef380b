-- A case has at most one running clock of a kind.
SELECT case_id AS "case", kind, count(*) AS clocks
FROM clocks_clock
WHERE ended_at IS NULL
GROUP BY case_id, kind
HAVING count(*) > 1
ORDER BY case_id, kind
