-- The figures of a day are the sums of its intervals, told apart by agents or not.
SELECT grain, source, offered, answered, handled, talk_ms, rung, started, cases_opened, signed_in_ms, issues
FROM (
    SELECT c.source, g.grain,
        sum(offered) FILTER (WHERE c.grain = g.grain) IS DISTINCT FROM sum(offered) FILTER (WHERE c.grain = 'q')
        OR sum(answered) FILTER (WHERE c.grain = g.grain) IS DISTINCT FROM sum(answered) FILTER (WHERE c.grain = 'q')
        OR sum(handled) FILTER (WHERE c.grain = g.grain) IS DISTINCT FROM sum(handled) FILTER (WHERE c.grain = 'q')
        OR sum(talk_ms) FILTER (WHERE c.grain = g.grain) IS DISTINCT FROM sum(talk_ms) FILTER (WHERE c.grain = 'q')
        OR sum(rung) FILTER (WHERE c.grain = g.grain) IS DISTINCT FROM sum(rung) FILTER (WHERE c.grain = 'q')
        OR sum(started) FILTER (WHERE c.grain = g.grain) IS DISTINCT FROM sum(started) FILTER (WHERE c.grain = 'q')
        OR sum(cases_opened) FILTER (WHERE c.grain = g.grain) IS DISTINCT FROM sum(cases_opened) FILTER (WHERE c.grain = 'q')
        OR sum(signed_in_ms) FILTER (WHERE c.grain = g.grain) IS DISTINCT FROM sum(signed_in_ms) FILTER (WHERE c.grain = 'q')
        OR sum(issues) FILTER (WHERE c.grain = g.grain) IS DISTINCT FROM sum(issues) FILTER (WHERE c.grain = 'q')
        AS differs,
        sum(offered) AS offered, sum(answered) AS answered, sum(handled) AS handled, sum(talk_ms) AS talk_ms,
        sum(rung) AS rung, sum(started) AS started, sum(cases_opened) AS cases_opened, sum(signed_in_ms) AS signed_in_ms,
        sum(issues) AS issues
    FROM kpis_cell c
    JOIN (VALUES ('d'), ('n'), ('a')) AS g(grain)
        ON g.grain = 'd' OR c.source IN ('handling', 'offer', 'case', 'move', 'issue')
    WHERE c.grain IN ('q', g.grain)
    GROUP BY c.source, g.grain
) AS days
WHERE differs
