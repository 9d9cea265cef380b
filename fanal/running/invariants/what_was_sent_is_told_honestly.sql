-- An action that goes to a back office says what its command says, and whatever is being sent is somebody's to send.
SELECT r.id AS record, r.action, r.state AS record_says, c.state AS command_says, c.id AS command
FROM scenarios_actionrecord r
LEFT JOIN holdings_sourcecommand c ON c.id = r.command_id
WHERE r.state <> coalesce(c.state, 'done')
  OR (c.state = 'sending' AND c.wanted_at IS NULL AND c.sending_at IS NULL)
ORDER BY r.id
