-- An entry rings at one agent at most, and only while it is being offered.
SELECT e.id AS entry, e.state, count(o.id) AS open_offers
FROM routing_queueentry e LEFT JOIN routing_offer o ON o.entry_id = e.id AND o.state = 'open'
GROUP BY e.id, e.state
HAVING count(o.id) > 1 OR (count(o.id) = 1) <> (e.state = 'offered')
ORDER BY e.id
