-- A mail of ours waits exactly while it is queued, is being sent exactly while it says so, and has a mail's message.
SELECT l.message_id AS message, m.state, l.next_at, l.sending_at
FROM interactions_letter l JOIN interactions_message m ON m.id = l.message_id
WHERE l.ours AND (
    (m.state = 'queued') <> (l.next_at IS NOT NULL) OR (m.state = 'sending') <> (l.sending_at IS NOT NULL)
    OR m.author = 'customer'
  ) OR NOT l.ours AND (m.author <> 'customer' OR l.next_at IS NOT NULL OR l.sending_at IS NOT NULL)
ORDER BY l.message_id
