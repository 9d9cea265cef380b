"""What was: figures over a period, by queue, agent, type, channel or day, down to the rows."""
