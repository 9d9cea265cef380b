"""Sixty days of the demo company's life, played hour by hour and written with the events the figures are folded from."""
