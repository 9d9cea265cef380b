"""What happened, append-only: the source of every figure and of what browsers are told."""
