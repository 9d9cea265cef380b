"""When a clock is due, when it is at risk, what is left of it: opening time, less the stretches it stood still."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from fanal.hours.rules import Calendar, add_open_time, open_seconds_between


@dataclass(frozen=True, kw_only=True)
class Still:
    """A stretch in which a clock stood still; without an end it still does."""

    started_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Course:
    """How a clock ran so far: from its start, less `pauses` (in order), until its end if it has one."""

    started_at: datetime
    seconds: int
    at_risk_percent: int
    pauses: tuple[Still, ...] = ()
    ended_at: datetime | None = None

    def stretches(self) -> Iterator[tuple[datetime, datetime | None]]:
        """Where it ran; the last has no end while it runs."""
        at = self.started_at
        for pause in self.pauses:
            if pause.started_at > at:
                yield at, min(pause.started_at, self.ended_at) if self.ended_at else pause.started_at
            if pause.ended_at is None:
                return
            at = max(at, pause.ended_at)
        if self.ended_at is None or at < self.ended_at:
            yield at, self.ended_at


@dataclass(frozen=True, kw_only=True)
class Times:
    """What is written down of a clock on each change. All None while running: the calendar never opens (again)."""

    at_risk_at: datetime | None
    due_at: datetime | None
    left_seconds: int | None


def times(course: Course, calendar: Calendar | None) -> Times:
    """The moments of a clock; while it stands still those that have passed already, and what is left."""
    due = moment(course, calendar, course.seconds)
    risk = moment(course, calendar, course.seconds * course.at_risk_percent / 100)
    still = bool(course.pauses) and course.pauses[-1].ended_at is None and course.ended_at is None
    left = round(course.seconds - spent(course, calendar)) if still else None
    return Times(at_risk_at=risk, due_at=due, left_seconds=left)


def moment(course: Course, calendar: Calendar | None, seconds: float) -> datetime | None:
    """When the clock has run for `seconds` of opening time; None when it does not come to that as things stand."""
    left = seconds
    for start, end in course.stretches():
        if end is None:
            return _after(calendar, start, left)
        here = _between(calendar, start, end)
        if left <= here:
            return _after(calendar, start, left)
        left -= here
    return None


def spent(course: Course, calendar: Calendar | None) -> float:
    """Seconds of opening time that a clock which stands still or has ended has run."""
    return sum(_between(calendar, start, end) for start, end in course.stretches() if end is not None)


def missed(course: Course, calendar: Calendar | None) -> bool:
    """Whether an ended clock ran past its due time; to the second is in time."""
    return spent(course, calendar) > course.seconds


def _after(calendar: Calendar | None, start: datetime, seconds: float) -> datetime | None:
    return start + timedelta(seconds=seconds) if calendar is None else add_open_time(calendar, start, seconds)


def _between(calendar: Calendar | None, start: datetime, end: datetime) -> float:
    if calendar is None:
        return max(0.0, (end - start).total_seconds())
    return open_seconds_between(calendar, start, end)
