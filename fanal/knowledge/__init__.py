"""What the company knows: articles, so far as drafts that are made of what is asked most."""
