-- A clock stands still for no negative time, never twice at once, and only until it ends.
SELECT p.clock_id AS clock, p.id AS pause, p.started_at, p.ended_at
FROM clocks_pause p
JOIN clocks_clock c ON c.id = p.clock_id
WHERE p.ended_at < p.started_at
  OR p.started_at < c.started_at
  OR (c.ended_at IS NOT NULL AND (p.ended_at IS NULL OR p.ended_at > c.ended_at))
  OR EXISTS (
    SELECT FROM clocks_pause o
    WHERE o.clock_id = p.clock_id AND o.id <> p.id
      AND o.started_at < COALESCE(p.ended_at, 'infinity') AND p.started_at < COALESCE(o.ended_at, 'infinity')
  )
ORDER BY p.clock_id, p.id
