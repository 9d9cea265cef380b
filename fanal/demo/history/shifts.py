"""When the demo's agents work: shifts, breaks, and the moments in which they did not answer."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Paris")
SHIFTS = {"early": (time(6), 8), "day": (time(8, 30), 8), "late": (time(14), 8), "night": (time(22), 8)}


@dataclass(kw_only=True)
class Stretch:
    start: datetime
    end: datetime
    state: str
    reason: str = ""


@dataclass(kw_only=True)
class Worker:
    """One agent in the history: what they can do, when they are there, and until when each of their hands is full."""

    id: int
    name: str
    team: int
    role: str
    shift: str
    skills: dict[str, int]
    hands: list[datetime]
    stretches: list[Stretch] = field(default_factory=list)
    idle_since: datetime | None = None
    _starts: list[datetime] = field(default_factory=list)

    def available(self, at: datetime) -> bool:
        found = self._stretch(at)
        return found is not None and found.state == "available"

    def free(self, at: datetime) -> bool:
        return min(self.hands) <= at

    def busy(self, at: datetime) -> int:
        return sum(1 for until in self.hands if until > at)

    def take(self, start: datetime, until: datetime) -> None:
        self.hands[self.hands.index(min(self.hands))] = until
        self.idle_since = start

    def miss(self, at: datetime, until: datetime) -> None:
        """Did not answer: not answering from `at` until they notice."""
        place = self._place(at)
        if place < 0:
            return
        here = self.stretches[place]
        until = min(until, here.end)
        if here.state != "available" or not here.start < at < until:
            return
        parts = [
            Stretch(start=here.start, end=at, state="available"),
            Stretch(start=at, end=until, state="not_answering"),
        ]
        if until < here.end:
            parts.append(Stretch(start=until, end=here.end, state="available"))
        self.stretches[place : place + 1] = parts
        self._starts[place : place + 1] = [part.start for part in parts]

    def _place(self, at: datetime) -> int:
        if len(self._starts) != len(self.stretches):
            self._starts = [one.start for one in self.stretches]
        return bisect_right(self._starts, at) - 1

    def _stretch(self, at: datetime) -> Stretch | None:
        place = self._place(at)
        return self.stretches[place] if place >= 0 and at < self.stretches[place].end else None


def plan(workers: Sequence[Worker], *, first: date, days: int, until: datetime, rng: Random) -> None:
    """Give every worker their days, cut off at `until`."""
    for worker in workers:
        for day in (first + timedelta(days=number) for number in range(-1, days + 1)):
            chance = {5: 0.55, 6: 0.45}.get(day.weekday(), 0.9)
            if worker.shift == "night" or rng.random() < chance:
                worker.stretches += [
                    Stretch(start=one.start, end=min(one.end, until), state=one.state, reason=one.reason)
                    for one in _day(worker, day, rng)
                    if one.start < until
                ]


def _day(worker: Worker, day: date, rng: Random) -> list[Stretch]:
    begins, hours = SHIFTS[worker.shift]
    start = datetime.combine(day, begins, ZONE) + timedelta(minutes=rng.uniform(-6, 6))
    end = start + timedelta(hours=hours) + timedelta(minutes=rng.uniform(-5, 5))
    breaks = [
        (rng.uniform(1.4, 2.4), 12, "pause"),
        (rng.uniform(3.6, 4.6), 32, "lunch"),
        (rng.uniform(5.8, 6.8), 11, "pause"),
    ]
    if rng.random() < 0.1:
        breaks.append((rng.uniform(2.7, 3.1), 30, rng.choice(("training", "meeting", "coaching"))))
    stretches, at = [], start
    for offset, minutes, reason in sorted(breaks):
        begin = max(start + timedelta(hours=offset), at + timedelta(minutes=5))
        finish = begin + timedelta(minutes=minutes + rng.uniform(-2, 4))
        stretches.append(Stretch(start=at, end=begin, state="available"))
        stretches.append(Stretch(start=begin, end=finish, state="break", reason=reason))
        at = finish
    stretches.append(Stretch(start=at, end=end, state="available"))
    return stretches
