"""Words of our own that every template knows."""
