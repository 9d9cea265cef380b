"""The bell: what each person is told of, and how much of it is unread."""
