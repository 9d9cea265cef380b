"""Everything a rule may ask about: the customer's history and holdings, and the matter. Nothing about the agent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

YEAR = timedelta(days=365.25)


@dataclass(frozen=True, kw_only=True)
class Held:
    id: int
    kind: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class FaultFact:
    device: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ContactFact:
    """An earlier contact about a category; `subject` is the category's id."""

    interaction: int
    subject: int | None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Granted:
    at: datetime
    amount: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True)
class Facts:
    """As of `now`. What is not known is zero or empty, and then no condition about it holds but «at most»."""

    now: datetime
    known: bool = False
    value_band: int = 0
    since: datetime | None = None
    holdings: tuple[Held, ...] = ()
    about: int | None = None
    faults: tuple[FaultFact, ...] = ()
    open_cases: int = 0
    subject: int | None = None
    contacts: tuple[ContactFact, ...] = ()
    promises_missed: tuple[datetime, ...] = ()
    granted: tuple[Granted, ...] = ()
    late_days: int = 0
    order_total: Decimal | None = None
    currency: str = ""
    category: str = ""
    case_type: str = ""

    @property
    def years(self) -> int:
        """Whole years since the customer is one."""
        return int((self.now - self.since) / YEAR) if self.since else 0

    def number_of(self, kind: str) -> int:
        return sum(1 for one in self.holdings if not kind or one.kind == kind)

    def worst_device(self, within: timedelta) -> tuple[Held | None, int]:
        """The device it is about, else the one with most faults; and how many it had."""
        counts: dict[int, int] = {}
        for fault in self.faults:
            if self.now - fault.at <= within:
                counts[fault.device] = counts.get(fault.device, 0) + 1
        devices = {one.id: one for one in self.holdings if one.kind == "device"}
        if self.about in devices:
            return devices[self.about], counts.get(self.about, 0)
        worst = max(devices, key=lambda pk: (counts.get(pk, 0), -pk), default=None)
        return (devices[worst], counts.get(worst, 0)) if worst is not None else (None, 0)

    def contacts_about_it(self, within: timedelta) -> int:
        """Contacts, this one among them, about the same category."""
        if self.subject is None:
            return 0
        same = {
            one.interaction for one in self.contacts if one.subject == self.subject and self._recent(one.at, within)
        }
        return len(same)

    def missed(self, within: timedelta) -> int:
        return sum(1 for at in self.promises_missed if self._recent(at, within))

    def goodwill(self, within: timedelta) -> Decimal:
        return sum((one.amount for one in self._granted(within)), Decimal(0))

    def goodwill_times(self, within: timedelta) -> int:
        return len(list(self._granted(within)))

    def _granted(self, within: timedelta) -> Iterable[Granted]:
        return (one for one in self.granted if self._recent(one.at, within))

    def _recent(self, at: datetime, within: timedelta) -> bool:
        return self.now - at <= within
