"""Django's mail settings from the one address of the mail server."""

from typing import Any
from urllib.parse import unquote, urlsplit

PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


def settings(url: str, sender: str) -> dict[str, Any]:
    """EMAIL_… for `smtps://user:password@host:465`, `smtp+tls://…`, `smtp://host` or a folder; else nothing is sent."""
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend", "DEFAULT_FROM_EMAIL": sender}
    parts = urlsplit(url)
    if parts.scheme == "file":
        file = "django.core.mail.backends.filebased.EmailBackend"
        return {"EMAIL_BACKEND": file, "EMAIL_FILE_PATH": unquote(parts.path), "DEFAULT_FROM_EMAIL": sender}
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError("FANAL_SMTP_URL is smtp://, smtp+tls:// or smtps:// with a host, or file:/// with a folder.")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_TIMEOUT": 20,
        "DEFAULT_FROM_EMAIL": sender,
    }
