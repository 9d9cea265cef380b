"""Django's PostgreSQL backend, with two things that a busy page saves by."""
