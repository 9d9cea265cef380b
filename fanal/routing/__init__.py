"""Where work waits, and which agent it is offered to."""
