"""A thread of mails has a name of its own."""

import secrets


def fresh_thread() -> str:
    """A name that nobody can guess: whoever knows it was written to."""
    return secrets.token_hex(12)
