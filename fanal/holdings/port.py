"""What a back office is to us: it says what it knows of a thing, and it does what is asked, or it does not answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Thing:
    """An account, card, contract, device or order as the other side knows it.

    `number` is a card's last four; `parent` the number of the account behind it; `customer` their id over there.
    """

    kind: str
    number: str = field(default="", repr=False)
    parent: str = field(default="", repr=False)
    customer: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class Command:
    """Something to be done, once: the same key again is the same command again."""

    action: str
    thing: Thing
    key: UUID
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What it knows, in our words. `as_of` None: as of now. `not_understood` names what was there and made no sense."""

    fields: Mapping[str, Any] = field(repr=False)
    as_of: datetime | None = None
    not_understood: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Slow:
    """It was asked, and no answer came in time."""


@dataclass(frozen=True, kw_only=True)
class Down:
    """It cannot be asked, or says nothing that could be read; `code` is for the administrator."""

    code: str


@dataclass(frozen=True, kw_only=True)
class NotKnown:
    """It does not know the thing."""


@dataclass(frozen=True, kw_only=True)
class Done:
    """`said`: what the answer named, such as the number of an order that was taken."""

    said: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True)
class Refused:
    """It was certainly not done. `said` is the other side's own reason."""

    code: str
    said: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """It was sent, and nobody here knows whether it was done."""

    code: str


Read = Answer | Slow | Down | NotKnown
Acted = Done | Refused | Unknown


class Source(Protocol):
    """A back office. Neither verb raises, and neither is called within a transaction."""

    def read(self, thing: Thing) -> Read: ...

    def act(self, command: Command) -> Acted: ...
