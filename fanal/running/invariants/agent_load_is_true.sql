-- What the matcher believes of an agent is what their presence, open offers, unfinished segments and parts in others say.
WITH truth AS (
  SELECT agent_id, channel, count(*) AS work FROM (
    SELECT o.agent_id, e.channel FROM routing_offer o JOIN routing_queueentry e ON e.id = o.entry_id WHERE o.state = 'open'
    UNION ALL
    SELECT s.agent_id, i.channel FROM interactions_segment s JOIN interactions_interaction i ON i.id = s.interaction_id
    WHERE s.kind = 'agent' AND s.wrapped_up_at IS NULL
    UNION ALL
    SELECT p.agent_id, i.channel FROM interactions_participation p
    JOIN interactions_interaction i ON i.id = p.interaction_id WHERE p.ended_at IS NULL AND p.agent_id IS NOT NULL
  ) AS open_work GROUP BY agent_id, channel
), belief AS (
  SELECT l.agent_id, w.key AS channel, w.value::int AS work
  FROM routing_agentload l CROSS JOIN LATERAL jsonb_each_text(l.open_work) AS w WHERE w.value::int <> 0
), differing AS (
  SELECT coalesce(t.agent_id, b.agent_id) AS agent, coalesce(t.channel, b.channel) AS what,
    coalesce(t.work, 0)::text AS truth, coalesce(b.work, 0)::text AS believed
  FROM truth t FULL JOIN belief b ON b.agent_id = t.agent_id AND b.channel = t.channel
  WHERE coalesce(t.work, 0) <> coalesce(b.work, 0)
  UNION ALL
  SELECT l.agent_id, 'ringing', count(o.id)::text, l.ringing::text
  FROM routing_agentload l LEFT JOIN routing_offer o ON o.agent_id = l.agent_id AND o.state = 'open'
  GROUP BY l.agent_id, l.ringing HAVING count(o.id) <> l.ringing
  UNION ALL
  SELECT l.agent_id, 'available', coalesce(s.state = 'available', false)::text, l.available::text
  FROM routing_agentload l LEFT JOIN agents_agentstate s ON s.agent_id = l.agent_id AND s.ended_at IS NULL
  WHERE coalesce(s.state = 'available', false) <> l.available
)
SELECT * FROM differing ORDER BY agent, what
