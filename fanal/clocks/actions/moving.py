"""Clocks are started, stopped and ended, their times worked out, and the case says when it is due."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from fanal.cases.models import Case, CaseState
from fanal.clocks.actions.telling import tell
from fanal.clocks.models import Clock, Outcome, Pause
from fanal.clocks.reading import Calendars, course, latest, matter_of, promises, standing
from fanal.clocks.rules.moves import Do, Due, Happened, Move, merged, moves
from fanal.clocks.rules.targets import FIRST, KINDS, RESOLUTION, Promise, choose
from fanal.clocks.rules.timing import missed, times

MERGED, UNMERGED = "merged", "unmerged"


class Book:
    """What several cases share while their clocks are moved: targets and calendars, each read once."""

    def __init__(self) -> None:
        self.calendars = Calendars()

    @cached_property
    def promises(self) -> list[Promise]:
        return promises()


@dataclass(kw_only=True)
class Face:
    """A case and its clocks while they are moved; `touched` when it may be due at another time."""

    case: Case
    book: Book
    late: bool = False
    clocks: list[Clock] = field(default_factory=list)
    touched: bool = False

    def happened(self, what: Happened, *, at: datetime, answered: bool = False) -> None:
        """Do to the clocks what follows from something that happened to the case."""
        now = latest(self.clocks)
        for move in moves(what, [standing(clock) for clock in now.values()], answered=answered):
            self._do(move, now.get(move.kind), what=what, at=at)

    def _do(self, move: Move, clock: Clock | None, *, what: Happened, at: datetime) -> None:
        if move.do is Do.START:
            self.start(move.kind, at=at)
            return
        if clock is None:
            return
        at = max(at, clock.started_at)
        match move.do:
            case Do.END | Do.DROP:
                self.end(clock, at=at, by=what, drop=move.do is Do.DROP)
            case Do.STOP:
                Pause.objects.create(clock=clock, started_at=at, reason="waiting")
                self.again(clock, at=at, why=what)
            case Do.GO_ON:
                self._go_on(clock, at)
                self.again(clock, at=at, why=what)
            case Do.REVIVE:
                since, clock.ended_at, clock.outcome, clock.ended_by = clock.ended_at, None, "", ""
                assert since is not None
                Pause.objects.create(clock=clock, started_at=since, ended_at=max(at, since), reason="settled")
                self.again(clock, at=at, why=what)

    def start(self, kind: str, *, at: datetime, like: Clock | None = None, found_at: datetime | None = None) -> None:
        """Start a clock if anything is promised; `like`: from the start, and with the pauses, of another."""
        promise = choose(kind, matter_of(self.case), self.book.promises)
        if promise is None:
            return
        clock = Clock(case=self.case, kind=kind, started_at=like.started_at if like else at)
        self._promise(clock, promise)
        clock.save()
        if like:
            Pause.objects.bulk_create(
                Pause(clock=clock, started_at=was.started_at, ended_at=was.ended_at, reason=was.reason)
                for was in like.pauses.all()
            )
        if like and like.ended_at:
            Pause.objects.create(
                clock=clock, started_at=like.ended_at, ended_at=max(at, like.ended_at), reason="settled"
            )
        elif found_at and self.case.state == CaseState.PENDING:
            Pause.objects.create(clock=clock, started_at=found_at, reason="waiting")
        self.clocks.append(clock)
        self._time(clock)
        clock.save()
        tell(clock, "clock.started", case=self.case, at=found_at or at, late=self.late)

    def end(self, clock: Clock, *, at: datetime, by: str, drop: bool = False) -> None:
        """End a clock: met or missed by how long it ran, or dropped."""
        self._go_on(clock, at)
        clock.ended_at, clock.ended_by, clock.left_seconds = at, by, None
        self._time(clock)
        late = missed(course(clock), self.book.calendars[clock.calendar_id])
        clock.outcome = Outcome.DROPPED if drop else Outcome.MISSED if late else Outcome.MET
        clock.save()
        self.touched = True
        told = {"outcome": str(clock.outcome), "by": str(by)}
        tell(clock, "clock.ended", case=self.case, at=at, data=told, late=self.late)

    def target_again(self, *, at: datetime, why: str) -> None:
        """What is promised changed with the case: every running clock gets its due time from the same start."""
        now = latest(self.clocks)
        for kind in KINDS:
            clock, promise = now.get(kind), choose(kind, matter_of(self.case), self.book.promises)
            if clock is not None and clock.ended_at is None:
                if promise is None:
                    self.end(clock, at=max(at, clock.started_at), by="no_target", drop=True)
                elif self._promise(clock, promise):
                    self.again(clock, at=at, why=why)
            elif promise and kind == RESOLUTION and (clock is None or clock.ended_by == "no_target"):
                self.start(kind, at=self.case.opened_at, found_at=at)

    def again(self, clock: Clock, *, at: datetime, why: str) -> None:
        """Work out the times of a clock anew and say why; a warning that no longer holds may come again."""
        self._time(clock)
        if clock.at_risk_told_at and (clock.at_risk_at is None or clock.at_risk_at > at):
            clock.at_risk_told_at = None
        if clock.missed_told_at and (clock.due_at is None or clock.due_at > at):
            clock.missed_told_at = None
        clock.save()
        tell(clock, "clock.changed", case=self.case, at=at, data={"why": str(why)}, late=self.late)

    def inherit(self, first: Iterable[Clock], *, at: datetime) -> None:
        """The clocks of a case split off another: as long on the way as those of the first."""
        known = latest(first)
        for kind in KINDS:
            like = known.get(kind)
            if (like and like.ended_at is None) or (like and kind == RESOLUTION and like.ended_by == Happened.SETTLED):
                self.start(kind, at=at, like=like)
            elif kind == RESOLUTION or (kind == FIRST and like is None and not known):
                self.start(kind, at=self.case.split_from.opened_at if self.case.split_from else at, found_at=at)

    def become_part(self, other: "Face", *, at: datetime) -> None:
        """The case became part of another: of each kind the earliest due goes on there, and none goes on here."""
        mine, theirs = [[clock for clock in face.clocks if clock.ended_at is None] for face in (self, other)]
        dues = [Due(clock=clock.pk, kind=clock.kind, due_at=clock.due_at) for clock in (*theirs, *mine)]
        going = set(merged(dues))
        for clock in mine:
            self.end(clock, at=max(at, clock.started_at), by=MERGED, drop=True)
            if clock.pk in going:
                for own in (one for one in theirs if one.kind == clock.kind):
                    other.end(own, at=max(at, own.started_at), by=MERGED, drop=True)
                other.take_over(clock, at=at)

    def part_again(self, other: "Face", *, at: datetime) -> None:
        """They were two after all: what ran here runs on, unless it was answered there, and there as before."""
        for kind in KINDS:
            clock = latest(one for one in self.clocks if one.kind == kind).get(kind)
            if clock is None or clock.ended_by != MERGED or clock.ended_at is None:
                continue
            since, there = clock.ended_at, [one for one in other.clocks if one.kind == kind]
            answered = any(one.ended_by == Happened.REPLIED and one.ended_at >= since for one in there if one.ended_at)
            if kind == RESOLUTION or not answered:
                self._revive(clock, at=at)
            for copy in (one for one in there if one.ended_at is None and one.started_at == clock.started_at):
                other.end(copy, at=at, by=UNMERGED, drop=True)
                for own in (one for one in there if one.ended_by == MERGED and one.ended_at == since):
                    other._revive(own, at=at)

    def take_over(self, clock: Clock, *, at: datetime) -> None:
        """Go on with a clock of a case that became part of this one, as it was promised there."""
        pauses = list(clock.pauses.all())
        taken = Clock(
            case=self.case,
            kind=clock.kind,
            target_id=clock.target_id,
            why=clock.why,
            seconds=clock.seconds,
            at_risk_percent=clock.at_risk_percent,
            calendar_id=clock.calendar_id,
            started_at=clock.started_at,
        )
        taken.save()
        Pause.objects.bulk_create(
            Pause(clock=taken, started_at=was.started_at, ended_at=was.ended_at, reason=was.reason) for was in pauses
        )
        if clock.kind == RESOLUTION and self.case.state == CaseState.PENDING:
            Pause.objects.create(clock=taken, started_at=max(at, clock.started_at), reason="waiting")
        self.clocks.append(taken)
        self._time(taken)
        taken.save()
        tell(taken, "clock.started", case=self.case, at=at, late=self.late)

    def _revive(self, clock: Clock, *, at: datetime) -> None:
        """A merge was taken back: the clock runs as if there had been none."""
        since, clock.ended_at, clock.outcome, clock.ended_by = clock.ended_at, None, "", ""
        if clock.kind == RESOLUTION and self.case.state == CaseState.PENDING and since:
            Pause.objects.create(clock=clock, started_at=since, reason="waiting")
        self.again(clock, at=at, why=UNMERGED)

    def _promise(self, clock: Clock, promise: Promise) -> bool:
        """Take the target over as it is now; False when it is the same as before."""
        new = (promise.id, promise.seconds[clock.kind], promise.at_risk_percent, promise.calendar)
        old = (clock.target_id, clock.seconds, clock.at_risk_percent, clock.calendar_id)
        clock.target_id, clock.seconds, clock.at_risk_percent, clock.calendar_id = new
        clock.why = list(promise.names())
        return new != old

    def _go_on(self, clock: Clock, at: datetime) -> None:
        for pause in Pause.objects.filter(clock=clock, ended_at=None):
            pause.ended_at = max(at, pause.started_at)
            pause.save(update_fields=["ended_at"])

    def _time(self, clock: Clock) -> None:
        vars(clock).pop("_prefetched_objects_cache", None)  # its pauses may have changed
        found = times(course(clock), self.book.calendars[clock.calendar_id])
        clock.at_risk_at, clock.due_at = found.at_risk_at, found.due_at
        clock.left_seconds = found.left_seconds
        self.touched = True

    def write_down(self) -> None:
        """The case says when the first of its running clocks is due, so that lists can be in that order."""
        running = [clock for clock in self.clocks if clock.ended_at is None]
        due = min((clock.due_at for clock in running if clock.due_at), default=None)
        risk = min(
            (clock.at_risk_at for clock in running if clock.at_risk_at and clock.left_seconds is None), default=None
        )
        Case.objects.filter(pk=self.case.pk).update(due_at=due, at_risk_at=risk)
