-- An open case for which a resolution was promised when it was opened has a running clock for it, once that is followed.
SELECT c.id AS "case", c.number, c.opened_at
FROM cases_case c
JOIN clocks_cursor r ON r.name = 'clocks'
WHERE c.state <> 'settled' AND c.withdrawn_at IS NULL AND NOT c.practice
  AND EXISTS (
    SELECT FROM clocks_target t
    WHERE t.active AND t.resolution_minutes IS NOT NULL AND t.value_band IS NULL AND t.changed_at <= c.opened_at
      AND (t.case_type_id IS NULL OR t.case_type_id = c.type_id) AND (t.priority IS NULL OR t.priority = c.priority)
  )
  AND NOT EXISTS (
    SELECT FROM clocks_clock k WHERE k.case_id = c.id AND k.kind = 'resolution' AND k.ended_at IS NULL
  )
  AND EXISTS (
    SELECT FROM events_event e
    WHERE e.data ? 'case' AND e.data -> 'case' = to_jsonb(c.id) AND e.kind = 'case.opened' AND (e.xid, e.id) <= (r.xid, r.event)
  )
  AND NOT EXISTS (
    SELECT FROM events_event e
    WHERE e.data ? 'case' AND e.data -> 'case' = to_jsonb(c.id) AND (e.xid, e.id) > (r.xid, r.event)
  )
ORDER BY c.id
