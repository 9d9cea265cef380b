"""The post room: mailboxes are read, the listener takes what our MTA hands over, and what came is processed."""
