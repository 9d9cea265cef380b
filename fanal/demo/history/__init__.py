"""Sixty days of the demo company's life, played hour by hour, with the events its figures are folded from."""
