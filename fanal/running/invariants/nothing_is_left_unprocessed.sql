-- Nothing that came in is still waiting to be processed after ten minutes.
SELECT id AS raw_event, account_id AS account, received_at, attempts
FROM channels_rawevent
WHERE state = 'received' AND received_at < now() - interval '10 minutes'
ORDER BY id
