"""Speech services: sound goes in as somebody speaks, words come out."""
