"""The pages of cases: the list, one case with its history, and what is done with it."""
