"""The few messages of STUN and TURN (RFC 8489, RFC 8656) that are needed to ask a relay how it is."""

import hashlib
import hmac
import ipaddress
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

COOKIE = 0x2112A442
HEADER = 20
UDP, TCP = b"\x11\0\0\0", b"\x06\0\0\0"  # what an allocation carries
_REFUSED, _SUCCEEDED = 0x0110, 0x0100


class Kind(IntEnum):
    """What is asked."""

    BINDING = 0x0001
    ALLOCATE = 0x0003
    REFRESH = 0x0004
    PERMISSION = 0x0008


class Part(IntEnum):
    """An attribute of a message."""

    USERNAME = 0x0006
    INTEGRITY = 0x0008
    ERROR = 0x0009
    LIFETIME = 0x000D
    PEER = 0x0012
    REALM = 0x0014
    NONCE = 0x0015
    RELAYED = 0x0016
    FAMILY = 0x0017
    TRANSPORT = 0x0019


@dataclass(frozen=True, kw_only=True)
class Signature:
    """Who asks, after the relay has said its realm and a number used once."""

    name: str
    password: str
    realm: bytes
    nonce: bytes

    @property
    def key(self) -> bytes:
        told = b":".join((self.name.encode(), self.realm, self.password.encode()))
        return hashlib.md5(told, usedforsecurity=False).digest()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """`code` 0: it was done; otherwise why not, as the relay's protocol numbers it."""

    code: int
    why: str
    parts: Mapping[int, bytes]


def question(
    kind: Kind, number: bytes, parts: Sequence[tuple[Part, bytes]] = (), *, signed: Signature | None = None
) -> bytes:
    """Pure: `number` has twelve bytes, and comes back with the answer."""
    told = [*parts]
    if signed:
        told += [(Part.USERNAME, signed.name.encode()), (Part.REALM, signed.realm), (Part.NONCE, signed.nonce)]
    body = b"".join(_attribute(part, value) for part, value in told)
    if not signed:
        return _head(kind, len(body), number) + body
    proof = hmac.digest(signed.key, _head(kind, len(body) + 24, number) + body, hashlib.sha1)
    return _head(kind, len(body) + 24, number) + body + _attribute(Part.INTEGRITY, proof)


def answer(told: bytes, kind: Kind, number: bytes) -> Answer | None:
    """Pure: what was answered to this question; None if it is something else."""
    if len(told) < HEADER:
        return None
    code, length, cookie = struct.unpack_from("!HHI", told)
    mine = code in (kind | _SUCCEEDED, kind | _REFUSED) and cookie == COOKIE and told[8:HEADER] == number
    if not mine or len(told) != HEADER + length:
        return None
    parts, at = dict[int, bytes](), HEADER
    while at + 4 <= len(told):
        part, size = struct.unpack_from("!HH", told, at)
        parts.setdefault(part, told[at + 4 : at + 4 + size])
        at += 4 + size + -size % 4
    if code == kind | _SUCCEEDED:
        return Answer(code=0, why="", parts=parts)
    error = parts.get(Part.ERROR, b"")
    if len(error) < 4:
        return None
    return Answer(code=error[2] * 100 + error[3], why=error[4:].decode(errors="replace"), parts=parts)


def peer(address: str, port: int, number: bytes) -> tuple[Part, bytes]:
    """Pure: whom the relay is to lead to."""
    ip = ipaddress.ip_address(address)
    mask = struct.pack("!I", COOKIE) + number
    hidden = bytes(one ^ other for one, other in zip(ip.packed, mask, strict=False))
    return Part.PEER, struct.pack("!BBH", 0, 1 if ip.version == 4 else 2, port ^ (COOKIE >> 16)) + hidden


def family(address: str) -> list[tuple[Part, bytes]]:
    """Pure: what an allocation for this address asks for besides; IPv4 goes without saying."""
    return [(Part.FAMILY, b"\x02\0\0\0")] if ipaddress.ip_address(address).version == 6 else []


def _head(kind: Kind, length: int, number: bytes) -> bytes:
    return struct.pack("!HHI", kind, length, COOKIE) + number


def _attribute(part: Part, value: bytes) -> bytes:
    return struct.pack("!HH", part, len(value)) + value + bytes(-len(value) % 4)
