-- Goodwill that an advice allowed went to that very customer, in the currency of the advice.
SELECT g.id AS goodwill, g.advice_id AS advice, g.customer_id AS customer, a.customer_id AS advised_for
FROM deciding_goodwill g
JOIN deciding_adviceshown a ON a.id = g.advice_id
WHERE g.customer_id IS DISTINCT FROM a.customer_id OR g.currency <> a.currency OR a.what <> 'goodwill'
ORDER BY g.id
