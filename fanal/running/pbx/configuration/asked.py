"""What an installation says of its PBX."""

import ipaddress
import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from fanal.environment import PRIVATE_NETWORKS

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,30}")
LONGEST_SOCKET = 107  # bytes of a path, by the system's measure
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,}")


@dataclass(frozen=True, kw_only=True)
class Trunk:
    """One carrier's line: calls from its address and port are from the carrier, and nobody else's are.

    While it does not answer when it is asked, every `asked_every` seconds (0: never), no call goes out by it.
    """

    name: str
    address: str  # of IPv4 or IPv6, never a name: who answers to a name can be changed from outside
    port: int = 5060
    asked_every: int = 60

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} is no name of a trunk: small letters, digits, - and _, at most 31.")
        ipaddress.ip_address(self.address)
        _must_be_port(self.port)


@dataclass(frozen=True, kw_only=True)
class Folders:
    """Where Asterisk finds and keeps what is its own, as it sees them (from within its root, where it has one)."""

    settings: PurePosixPath
    state: PurePosixPath
    modules: PurePosixPath
    sounds: PurePosixPath = field(default_factory=lambda: PurePosixPath("/usr/share/asterisk"))


@dataclass(frozen=True, kw_only=True)
class Pbx:
    """One Asterisk; ports on `address`, media from `first_media_port` on, four ports for each call."""

    name: str
    folders: Folders
    secret: str  # of ARI's one user
    trunks: tuple[Trunk, ...] = ()
    address: str = "127.0.0.1"
    sip_port: int = 5060
    http_port: int = 8088
    first_media_port: int = 20000
    last_media_port: int = 29999
    most_calls: int = 300
    networks: tuple[str, ...] = PRIVATE_NETWORKS  # where phones on the desk are
    certificate: PurePosixPath | None = None  # with it, browsers are served by TLS at `https_port`
    key: PurePosixPath | None = None
    https_port: int = 8089

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} is no name of a PBX: small letters, digits, - and _, at most 31.")
        if not _SECRET.fullmatch(self.secret):
            raise ValueError("The secret of a PBX has at least 16 letters, digits, - and _.")
        if len(str(self.folders.state / "run" / "asterisk.ctl")) > LONGEST_SOCKET:
            raise ValueError(f"{self.folders.state} is too long a path for a socket: choose a shorter FANAL_HOME.")
        ipaddress.ip_address(self.address)
        for network in self.networks:
            ipaddress.ip_network(network)
        for port in (self.sip_port, self.http_port, self.https_port, self.first_media_port, self.last_media_port):
            _must_be_port(port)
        if self.last_media_port - self.first_media_port < 4 * self.most_calls:
            raise ValueError(f"{self.most_calls} calls need {4 * self.most_calls} media ports.")
        if len({trunk.name for trunk in self.trunks}) < len(self.trunks):
            raise ValueError("Two trunks have the same name.")


def _must_be_port(port: int) -> None:
    if not 0 < port < 65536:
        raise ValueError(f"{port} is no port.")
