-- Received = processed + quarantined + pending, for every channel account.
SELECT account_id AS account, received, processed, quarantined, pending
FROM (
  SELECT account_id,
    count(*) AS received,
    count(*) FILTER (WHERE state = 'processed' AND processed_at IS NOT NULL) AS processed,
    count(*) FILTER (WHERE state = 'quarantined' AND reason <> '') AS quarantined,
    count(*) FILTER (WHERE state = 'received') AS pending
  FROM channels_rawevent GROUP BY account_id
) counts
WHERE received <> processed + quarantined + pending
ORDER BY account_id
