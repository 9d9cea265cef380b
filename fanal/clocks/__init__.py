"""What we promised a customer and by when: the clocks of a case, run by what happens to it."""
