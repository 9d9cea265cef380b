"""Back-ups: the database and the files in one file that says of itself whether it is whole, and the way back."""
