"""The configuration as one thing: what belongs to it, who changed it, and all of it in one file."""
