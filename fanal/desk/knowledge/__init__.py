"""The pages of articles: what is being written, and writing it."""
