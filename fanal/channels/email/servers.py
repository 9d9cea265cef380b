"""The mail servers of an account, as its settings name them."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import unquote, urlsplit


class Security(StrEnum):
    TLS = "tls"  # from the first byte
    STARTTLS = "starttls"
    NONE = "none"


PORTS = {
    "imap": {Security.TLS: 993, Security.STARTTLS: 143, Security.NONE: 143},
    "smtp": {Security.TLS: 465, Security.STARTTLS: 587, Security.NONE: 25},
}


@dataclass(frozen=True, kw_only=True)
class Server:
    """Where to connect, and as whom."""

    host: str
    port: int
    security: Security = Security.TLS
    user: str = ""
    password: str = field(default="", repr=False)
    folder: str = "INBOX"


def server(settings: Mapping[str, Any], protocol: str, *, password: str = "") -> Server | None:
    """The IMAP or SMTP server in an account's settings; None where there is none."""
    said = settings.get(protocol)
    if not isinstance(said, Mapping) or not said.get("host"):
        return None
    security = Security(said.get("security") or Security.TLS)
    return Server(
        host=str(said["host"]),
        port=int(said.get("port") or PORTS[protocol][security]),
        security=security,
        user=str(said.get("user") or ""),
        password=password,
        folder=str(said.get("folder") or "INBOX"),
    )


def from_address(address: str) -> Server | None:
    """The server in `smtps://user:password@host:465`, `smtp+tls://…` or `smtp://host`; None where none is named."""
    parts = urlsplit(address)
    schemes = {"smtp": Security.NONE, "smtp+tls": Security.STARTTLS, "smtps": Security.TLS}
    if parts.scheme not in schemes or not parts.hostname:
        return None
    security = schemes[parts.scheme]
    return Server(
        host=parts.hostname,
        port=parts.port or PORTS["smtp"][security],
        security=security,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def context() -> ssl.SSLContext:
    return ssl.create_default_context()
