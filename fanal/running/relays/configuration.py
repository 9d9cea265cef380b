"""coturn's settings for a relay of this installation: it lets through whom we sent, to the exchange and nowhere else.

coturn limits by address, never by port: with credentials one reaches every UDP port at the exchange's address.
"""

import ipaddress
import os
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from fanal.environment import Environment
from fanal.running.postgres import NotPossible
from fanal.running.relays.addresses import PORT, TLS_PORT, place_of

# A browser asks for one by each network and each address of the relay, and asks anew when its network changes.
OF_ONE = 32
OF_ALL = 4000
FASTEST = 375_000  # bytes a second of one browser: sound, and a picture of three megabits
_SECRET = re.compile(r"[\x21-\x7e]{16,}")
_PATH = re.compile(r"/[^\s#\"']*")


@dataclass(frozen=True, kw_only=True)
class Relay:
    """What a relay is told; `to` is the address of the exchange, the only one that it leads to."""

    to: str
    realm: str
    secret: str = field(repr=False)
    port: int = PORT
    tls_port: int = TLS_PORT
    certificate: PurePosixPath | None = None
    key: PurePosixPath | None = None

    def __post_init__(self) -> None:
        address = ipaddress.ip_address(self.to)
        if address.is_loopback or address.is_unspecified:
            raise ValueError(
                f"No relay leads to a PBX at {self.to}: Asterisk names the machine's own address to browsers. "
                "Set FANAL_PBX_ADDRESS to that one."
            )
        if not _SECRET.fullmatch(self.secret) or "#" in self.secret or '"' in self.secret:
            raise ValueError('FANAL_TURN_SECRET has at least 16 characters, none of them a blank, # or ".')
        if bool(self.certificate) != bool(self.key):
            raise ValueError("A certificate and its key belong together: name both or none.")
        if not all(_PATH.fullmatch(str(one)) for one in (self.certificate, self.key) if one):
            raise ValueError("Certificate and key are absolute paths without blanks.")


def relay_of(environment: Environment, *, certificate: Path | None = None, key: Path | None = None) -> Relay:
    """As the settings say it. Raises NotPossible, saying which of them cannot be."""
    if not environment.turn_urls:
        raise NotPossible("Set FANAL_TURN_URLS and FANAL_TURN_SECRET first: where browsers find the relay.")
    places = [place_of(url) for url in environment.turn_urls]
    if any(place.tls for place in places) and not certificate:
        raise NotPossible("FANAL_TURN_URLS names turns:, so the relay needs --certificate and --key.")
    try:
        return Relay(
            to=environment.pbx_address,
            realm=places[0].host,
            secret=environment.turn_secret,
            port=next((place.port for place in places if not place.tls), PORT),
            tls_port=next((place.port for place in places if place.tls), TLS_PORT),
            certificate=PurePosixPath(certificate.absolute()) if certificate else None,
            key=PurePosixPath(key.absolute()) if key else None,
        )
    except ValueError as problem:
        raise NotPossible(str(problem)) from None


def turnserver(relay: Relay) -> str:
    """Pure: the content of turnserver.conf."""
    tls = (
        [f"tls-listening-port={relay.tls_port}", f"cert={relay.certificate}", f"pkey={relay.key}", *_NEW_TLS]
        if relay.certificate
        else ["no-tls", "no-dtls"]
    )
    lines = [
        "# Written by `bin/pbx relay`. It holds a secret: only coturn may read it.",
        f"listening-port={relay.port}",
        *tls,
        f"realm={relay.realm}",
        "use-auth-secret",
        f"static-auth-secret={relay.secret}",
        "stale-nonce=600",
        "fingerprint",
        "",
        "# To the exchange and nowhere else; by UDP only, or whatever else listens there could be reached.",
        "no-tcp-relay",
        "no-multicast-peers",
        f"allowed-peer-ip={relay.to}",
        "denied-peer-ip=0.0.0.0-255.255.255.255",
        "denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "",
        "# At once, and how fast.",
        f"user-quota={OF_ONE}",
        f"total-quota={OF_ALL}",
        f"max-bps={FASTEST}",
        "",
        "# Nobody steers it from outside.",
        "no-cli",
        "no-rfc5780",
        "no-stun-backward-compatibility",
        "no-software-attribute",
        "no-dynamic-ip-list",
        "no-dynamic-realms",
    ]
    return "\n".join(lines) + "\n"


def write(file: Path, relay: Relay) -> None:
    """Its owner alone can read it, whoever could read what was there before."""
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as written:
        written.write(turnserver(relay))
    fresh.replace(file)


_NEW_TLS = ("no-tlsv1", "no-tlsv1_1")
