"""What every speech service is to fanal: one line for each voice, and the three ways in which it can fail."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

RATE = 8000
"""Samples of 16 bits in a second, of one voice, least byte first: what a telephone carries."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """What was understood of the sentence that is said; `final`: it stays so, and the next one begins.

    Empty words say that the service is there. `began`: seconds of sound before the sentence, where it is told.
    """

    text: str = field(repr=False)
    final: bool = False
    began: float | None = None


class Away(Exception):
    """It does not answer, or stopped doing so."""


class NotAdmitted(Exception):
    """It, or this installation's own rule about addresses, does not let us in."""


class NotUnderstood(Exception):
    """What it answers is not what was agreed."""


class Line(Protocol):
    """One voice on its way: whoever speaks into it has to read it too. Both raise Away; reading NotUnderstood."""

    async def speak(self, sound: bytes) -> None:
        """The next piece, as RATE says."""

    async def end(self) -> None:
        """Nothing more comes; the words of what was said may still, and then it is read to its end."""

    def __aiter__(self) -> AsyncIterator[Words]: ...


class Service(Protocol):
    def line(self) -> AbstractAsyncContextManager[Line]:
        """Raises Away and NotAdmitted."""
