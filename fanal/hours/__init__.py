"""When we are open."""
