"""What comes back in the address it is written to, signed: the thread of an answer, and whom a report is about."""

import hashlib
import hmac
import re
from collections.abc import Iterable

LENGTH = 20  # characters of the signature: 80 bits
TOKEN = re.compile(rf"([0-9a-f]{{24}})([0-9a-f]{{{LENGTH}}})")
RETURN = re.compile(rf"([0-9a-f]{{12}})([0-9a-f]{{{LENGTH}}})")
PLACE = "{token}"
LONGEST = 24 + LENGTH
"""Characters of the longest token."""


def reply_address(pattern: str, *, thread: str, account: str, key: bytes) -> str:
    """The address for answers in this thread, of a pattern like `reply+{token}@shop.example`; empty without one."""
    signature = _signature(f"reply {account} {thread}", key)
    return pattern.replace(PLACE, f"{thread}{signature}") if PLACE in pattern else ""


def thread_in(address: str, *, pattern: str, account: str, key: bytes) -> str:
    """The thread that this address was made for; empty when it was not made by us, or for another account."""
    found = TOKEN.fullmatch(_within(address, pattern))
    if not found or not hmac.compare_digest(found[2], _signature(f"reply {account} {found[1]}", key)):
        return ""
    return found[1]


def return_address(pattern: str, *, letter: int, recipient: str, account: str, key: bytes) -> str:
    """From whom this mail is on its envelope to this recipient: where a report goes that they did not get it.

    Only their mail server and they see it, so nobody else can report it. Empty without a pattern.
    """
    signature = _signature(_returned(letter, recipient, account), key)
    return pattern.replace(PLACE, f"{letter:012x}{signature}") if PLACE in pattern else ""


def letter_in(address: str, *, pattern: str) -> int:
    """The mail that a report to this address would be about, whether we made the address or not; 0 for none."""
    found = RETURN.fullmatch(_within(address, pattern))
    return int(found[1], 16) if found else 0


def recipient_in(address: str, *, pattern: str, recipients: Iterable[str], account: str, key: bytes) -> str:
    """Which of the mail's recipients this address was made for; empty when we made it for none of them."""
    found = RETURN.fullmatch(_within(address, pattern))
    if found is None:
        return ""
    letter = int(found[1], 16)
    signed = ((one, _signature(_returned(letter, one, account), key)) for one in recipients)
    return next((one for one, signature in signed if hmac.compare_digest(found[2], signature)), "")


def is_of(address: str, *, pattern: str) -> bool:
    """Whether an address has the shape of the pattern; says nothing of its signature."""
    before, place, after = pattern.lower().partition(PLACE)
    said = address.strip().lower()
    return bool(place) and said.startswith(before) and said.endswith(after) and len(said) > len(before) + len(after)


def _within(address: str, pattern: str) -> str:
    """What stands in the place of the token."""
    before, place, after = pattern.lower().partition(PLACE)
    said = address.strip().lower()
    fits = bool(place) and said.startswith(before) and said.endswith(after)
    return said[len(before) : len(said) - len(after)] if fits else ""


def _returned(letter: int, recipient: str, account: str) -> str:
    return f"return {account} {letter} {recipient.strip().lower()}"


def _signature(said: str, key: bytes) -> str:
    return hmac.new(key, said.encode(), hashlib.sha256).hexdigest()[:LENGTH]
