"""Relays (TURN, by coturn) for browsers that cannot reach the exchange: how one is set up, and asked how it is."""
