"""Which target holds for a case, what moves its clocks, and when they are due: decided without touching one."""
