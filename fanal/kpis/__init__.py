"""The figures: facts folded from events, and formulas with their denominators."""
