-- Every message of ours and every notice refers to the clearance that allows it.
SELECT 'message' AS kind, m.id
FROM interactions_message m
WHERE m.author <> 'customer' AND NOT EXISTS (SELECT FROM consent_clearance c WHERE c.id = m.clearance_id)
UNION ALL
SELECT 'notice', n.id
FROM interactions_notice n
WHERE NOT EXISTS (SELECT FROM consent_clearance c WHERE c.id = n.clearance_id)
