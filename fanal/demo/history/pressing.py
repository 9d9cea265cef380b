"""What presses when the demo begins: promises that are nearly over, faults for the second line, three alike."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from fanal.demo.company.matters import ESCALATION, TARGETS
from fanal.demo.generating.people import Someone
from fanal.demo.history.office import OFFICE

TALK = timedelta(minutes=12)
# Office hours until the promise to settle is over: one was missed a little while ago, two are nearly over.
COMPLAINTS_DUE = (-0.6, 0.5, 1.5)
# Office hours since a fault came to the moment at which a rule hands it to the second line.
FAULTS_OVER_HALF = (0.4, 1.2)
ALIKE = (timedelta(minutes=75), timedelta(minutes=110), timedelta(minutes=150))
MOST_EARLY = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Pressing:
    """A contact that leaves a case which nobody settles before the demo begins."""

    at: datetime
    someone: Someone
    matter: str


def pressing(
    people: Sequence[Someone], *, device_of: Callable[[Someone], str], now: datetime, rng: Random
) -> Iterator[Pressing]:
    """`device_of`: the product of which somebody has a device, or nothing."""
    buyers, owners = [one for one in people if one.orders], [one for one in people if one.devices]
    promised = _hours("complaints")
    if len(buyers) >= len(COMPLAINTS_DUE):
        for hours, someone in zip(COMPLAINTS_DUE, rng.sample(buyers, len(COMPLAINTS_DUE)), strict=True):
            yield Pressing(at=earlier(now, promised - hours) - TALK, someone=someone, matter="complaint")
    half = _hours("faults") * ESCALATION["fault-half"][2]["percent"] / 100
    if len(owners) >= len(FAULTS_OVER_HALF):
        for hours, someone in zip(FAULTS_OVER_HALF, rng.sample(owners, len(FAULTS_OVER_HALF)), strict=True):
            yield Pressing(at=earlier(now, half + hours) - TALK, someone=someone, matter="fault")
    for before, someone in zip(ALIKE, _of_one_product(owners, device_of, rng), strict=False):
        yield Pressing(at=now - before, someone=someone, matter="fault")


def earlier(now: datetime, hours: float) -> datetime:
    """The moment since which so many office hours have gone by."""
    start = now - MOST_EARLY
    return OFFICE.later(start, OFFICE.hours(start, now) - hours)


def _hours(target: str) -> float:
    """Within how many office hours such a case is promised to be settled."""
    return float(TARGETS[target][6] or 0) / 60


def _of_one_product(owners: Sequence[Someone], device_of: Callable[[Someone], str], rng: Random) -> Sequence[Someone]:
    found: dict[str, list[Someone]] = defaultdict(list)
    for one in owners:
        found[device_of(one)].append(one)
    most = max(found.values(), key=len, default=[])
    return rng.sample(most, min(len(ALIKE), len(most)))
