-- An agent's states follow each other without gap or overlap, so that they add up to the time signed in.
SELECT id, agent_id AS agent, state, ended_at, next_started_at
FROM (
    SELECT id, agent_id, state, ended_at, lead(started_at) OVER (PARTITION BY agent_id ORDER BY started_at, id) AS next_started_at
    FROM agents_agentstate
) AS stretches
WHERE next_started_at IS NOT NULL AND ended_at IS DISTINCT FROM next_started_at
