"""Calls, on an Asterisk that fanal configures and steers through its REST interface (ARI)."""
