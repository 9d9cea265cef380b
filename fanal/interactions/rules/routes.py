"""How somebody can be written to about a matter: where they talk with us, where they last did, or their address."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Means(StrEnum):
    TALK = "talk"  # a contact that runs
    THREAD = "thread"  # the thread of their last mail about it
    ASKED_FOR = "asked_for"  # the address they left in a chat for our answer: a claim
    RECORD = "record"  # the address in our records


@dataclass(frozen=True, kw_only=True)
class Route:
    """One way to somebody; `contact` is the id of the contact that runs, or in whose thread it goes on."""

    means: Means
    channel: str
    address: str
    contact: int | None = None
    bounced: bool = False
    shared: bool = False
    refused: str = ""

    @property
    def usable(self) -> bool:
        return not (self.bounced or self.shared or self.refused)

    @property
    def why_not(self) -> str:
        if self.refused:
            return self.refused
        return "bounced" if self.bounced else "shared" if self.shared else ""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The ways there are, the nearest first; `account`: whether we have an address for mails of our own."""

    routes: Sequence[Route]
    account: bool = True
    somebody: bool = True


def choose(facts: Facts) -> tuple[Route | None, str]:
    """The first way that can be used; else none, and why the nearest cannot.

    An address that several people read (a household, a switchboard) is no way to one of them, unless they wrote from
    it themselves about this.
    """
    for route in facts.routes:
        if route.usable:
            return route, ""
    if facts.routes:
        return None, facts.routes[0].why_not
    if not facts.account:
        return None, "no_account"
    return None, "no_address" if facts.somebody else "nobody"
