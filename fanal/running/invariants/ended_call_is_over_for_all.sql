-- A contact that has ended has nobody in it beside, no hold, no flow, and after a minute no open line.
SELECT i.id AS interaction, 'participation' AS what, p.id
FROM interactions_participation p JOIN interactions_interaction i ON i.id = p.interaction_id
WHERE p.ended_at IS NULL AND i.ended_at IS NOT NULL
UNION ALL
SELECT i.id, 'hold', h.id
FROM interactions_hold h JOIN interactions_interaction i ON i.id = h.interaction_id
WHERE h.ended_at IS NULL AND i.ended_at IS NOT NULL
UNION ALL
SELECT i.id, 'flow', f.id
FROM scenarios_flowrun f JOIN interactions_interaction i ON i.id = f.interaction_id
WHERE f.ended_at IS NULL AND i.ended_at IS NOT NULL
UNION ALL
SELECT i.id, 'line', l.id
FROM interactions_leg l JOIN interactions_interaction i ON i.id = l.interaction_id
WHERE l.ended_at IS NULL AND i.ended_at < now() - interval '1 minute'
ORDER BY 1, 2, 3
