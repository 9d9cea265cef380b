-- A contact is known exactly when it has a customer.
SELECT id AS interaction, recognition, customer_id AS customer
FROM interactions_interaction
WHERE (recognition = 'known') <> (customer_id IS NOT NULL)
ORDER BY id
