"""E-mail: mailboxes read and written, and any bytes at all turned into a message or shown as what they are."""
