"""The administrator's pages: every kind of configuration as a list and a form, people, and the file with all of it."""
