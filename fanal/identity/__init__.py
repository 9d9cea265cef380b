"""Who is it: evidence, candidates with reasons, how sure we are, and the search for people and things."""
