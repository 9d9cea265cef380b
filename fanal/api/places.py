"""A visitor's place in the stream of events, sealed: two of them tell nothing of what happened in between."""

import base64
import binascii
import hashlib
import os
import struct
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings

from fanal.events.live import BadCursor, Cursor

NUMBERS = struct.Struct(">QQ")
CHANCE = 16


def sealed(cursor: Cursor, *, visitor: str) -> str:
    """Never the same text twice, and of use to this visitor alone."""
    chance = os.urandom(CHANCE)
    closed = _lock().encrypt(NUMBERS.pack(cursor.xid, cursor.id), [visitor.encode(), chance])
    return base64.urlsafe_b64encode(chance + closed).decode()


def opened(text: str, *, visitor: str) -> Cursor:
    """The place that was sealed for this visitor; raises BadCursor for anything else."""
    try:
        given = base64.b64decode(text, altchars=b"-_", validate=True)
        xid, event = NUMBERS.unpack(_lock().decrypt(given[CHANCE:], [visitor.encode(), given[:CHANCE]]))
    except (binascii.Error, ValueError, InvalidTag, struct.error):
        raise BadCursor(text[:40]) from None
    return Cursor(xid=xid, id=event)


@cache
def _lock() -> AESSIV:
    return AESSIV(hashlib.blake2b(settings.SECRET_KEY.encode(), person=b"visitors' place").digest())
