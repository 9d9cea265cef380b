"""Measuring: each bench makes a world, loads it, and says what was reached."""
