"""Sixty days in the life: who writes when and about what, and what comes of it."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from fanal.demo import cast
from fanal.demo.company import work
from fanal.demo.generating.holdings import Holdings
from fanal.demo.generating.people import Someone
from fanal.demo.history.cases import About, OpenCase, note, settle, time_for, work_on
from fanal.demo.history.chronicle import Chronicle
from fanal.demo.history.contacts import Contacts, Talk
from fanal.demo.history.knowledge import Knowledge
from fanal.demo.history.matters import CASE_TYPE, MATTERS, PERSONAL, Matter
from fanal.demo.history.pressing import pressing
from fanal.demo.history.saying import Who
from fanal.demo.history.shifts import ZONE, plan
from fanal.demo.history.waiting import LONGEST, wait

# Contacts a day by weekday, and the share of each hour of the day, 0 to 23.
PER_DAY = (88, 76, 71, 70, 73, 46, 35)
BY_HOUR = (0.6, 0.4, 0.3, 0.3, 0.4, 0.7, 1.5, 3, 5.5, 8, 9, 8.5, 6.5, 6.5, 7.5, 7.5, 7, 6.5, 6, 5.5, 4.5, 3, 2, 1.2)
QUIET_BEFORE_NOW = timedelta(minutes=40)
SILENT = frozenset(player.name for player in cast.PLAYERS)


@dataclass(order=True)
class Arrival:
    at: datetime
    number: int
    someone: Someone | None = field(compare=False, default=None)
    matters: tuple[str, ...] = field(compare=False, default=())
    again: OpenCase | None = field(compare=False, default=None)
    stays: bool = field(compare=False, default=False)
    """Its case is still open when the demo begins."""


class Days:
    """Plays the arrivals one after the other; each may bring others later."""

    def __init__(
        self, *, book: Chronicle, known: Knowledge, people: Sequence[Someone], players: dict[str, Someone],
        held: Holdings, now: datetime, days: int, rng: Random,
    ) -> None:  # fmt: skip
        self.book, self.known, self.held, self.rng = book, known, held, rng
        self.players, self.now, self.days = players, now, days
        self.people = [one for one in people if one.name not in SILENT and not one.organisation]
        self.by_id = {one.id: one for one in people}
        self.contacts = Contacts(book=book, known=known, held=held, rng=rng)
        self.until = now - QUIET_BEFORE_NOW
        self.first = (now - timedelta(days=days)).astimezone(ZONE).date()
        self.arrivals: list[Arrival] = []
        self.expected: list[OpenCase] = []

    def play(self) -> None:
        plan(self.known.workers, first=self.first, days=self.days, until=self.until, rng=self.rng)
        for number in range(self.days + 1):
            self._day(self.first + timedelta(days=number))
        self._cast()
        self._pressing()
        heapq.heapify(self.arrivals)
        while self.arrivals:
            arrival = heapq.heappop(self.arrivals)
            if arrival.at < self.until:
                self._arrive(arrival)
        for case in self.expected:  # nobody is kept waiting because a customer did not get through again
            if not case.settled and case.settled_by < self.until:
                settle(self.book, case, case.settled_by)
        self._states()
        self._oddities()

    def _day(self, day: date) -> None:
        """A day's arrivals by hour; now and then a router outage brings a burst."""
        wanted = PER_DAY[day.weekday()] * self.rng.uniform(0.85, 1.15)
        for hour, share in enumerate(BY_HOUR):
            expected = wanted * share / sum(BY_HOUR)
            number = int(expected) + (self.rng.random() < expected % 1)
            for _ in range(number):
                self._expect(datetime.combine(day, time(hour), ZONE) + timedelta(seconds=self.rng.uniform(0, 3600)))
        if self.rng.random() < 0.08:
            start = datetime.combine(day, time(self.rng.randint(9, 18)), ZONE)
            for _ in range(self.rng.randint(18, 30)):
                self._expect(start + timedelta(seconds=self.rng.uniform(0, 2400)), matters=("fault",))

    def _expect(
        self,
        at: datetime,
        *,
        someone: Someone | None = None,
        matters: tuple[str, ...] = (),
        again: OpenCase | None = None,
        stays: bool = False,
    ) -> None:
        if at < self.until:
            arrival = Arrival(at, len(self.arrivals), someone=someone, matters=matters, again=again, stays=stays)
            heapq.heappush(self.arrivals, arrival) if again else self.arrivals.append(arrival)

    def _cast(self) -> None:
        """What the people of the tour have behind them, and one contact with five matters."""
        noon = datetime.combine(self.until.astimezone(ZONE).date(), time(11), ZONE)
        known, old = self.players[cast.KNOWN.name], self.players[cast.GRANDMOTHER.name]
        self._expect(noon - timedelta(days=min(9, self.days)), someone=known, matters=("whereabouts",))
        self._expect(noon - timedelta(days=min(1, self.days), hours=-1), someone=known, matters=("fault",))
        self._expect(noon - timedelta(days=min(20, self.days), hours=1), someone=old, matters=("contract",))
        holding_all = [
            one for one in self.people if one.orders and one.accounts and one.cards and one.devices and one.contracts
        ]
        if holding_all:
            five = ("whereabouts", "balance", "block_card", "fault", "contract")
            someone = self.rng.choice(holding_all)
            for days in {min(5, self.days), min(6, self.days)}:
                self._expect(noon - timedelta(days=days, minutes=20), someone=someone, matters=five)

    def _pressing(self) -> None:
        def device_of(someone: Someone) -> str:
            return self.held.known[someone.devices[0]].product

        start = datetime.combine(self.first, time(0), ZONE)
        for one in pressing(self.people, device_of=device_of, now=self.now, rng=self.rng):
            if one.at > start:
                self._expect(one.at, someone=one.someone, matters=(one.matter,), stays=True)

    def _arrive(self, arrival: Arrival) -> None:
        someone, about = self._about(arrival)
        who = self._who(someone, about, forced=arrival.someone is not None or arrival.again is not None)
        line = self.known.lines[about[0].matter.queue]
        if line.code == "billing" and not _office_hours(arrival.at):
            if self.rng.random() < 0.5:
                self.contacts.turned_away(who=who, about=about, line=line, at=arrival.at)
                return
            line = self.known.lines["general"]
        patience = timedelta(seconds=self.rng.uniform(2, 5) if self.rng.random() < 0.015 else self._patience())
        if arrival.stays:
            patience = LONGEST
        stays = wait(
            line=line, language=who.language, workers=self.known.workers, at=arrival.at, patience=patience, rng=self.rng
        )
        answered = stays[-1].how == "answered"
        if not answered:
            if stays[-1].left_at < self.until:
                self.contacts.left(who=who, about=about, stays=stays, at=arrival.at)
            return
        minutes = sum(one.matter.minutes for one in about) * self.rng.lognormvariate(0, 0.35)
        until = stays[-1].left_at + timedelta(minutes=max(minutes, 1))
        if until + timedelta(minutes=5) >= self.now:
            return
        goes_on = about[0].matter.code == "fault" and len(about) == 1 and not arrival.stays
        passed_on = self._pass_on(who, about, until) if goes_on else None
        stays[-1].rings[-1].worker.take(stays[-1].left_at, until + timedelta(seconds=stays[-1].line.wrap_up))
        talk = self.contacts.talked(who=who, about=about, stays=stays, at=arrival.at, until=until, passed_on=passed_on)
        self._afterwards(arrival, talk, about)

    def _patience(self) -> float:
        return 25 + self.rng.expovariate(1 / 260)

    def _pass_on(self, who: Who, about: list[About], until: datetime):  # type: ignore[no-untyped-def]
        """One fault in six goes on to the second line, where it is open."""
        if self.rng.random() > 0.17 or not _office_hours(until):
            return None
        line = self.known.lines["technical-2"]
        stays = wait(
            line=line, language=who.language, workers=self.known.workers, at=until, patience=timedelta(minutes=20),
            rng=self.rng,
        )  # fmt: skip
        end = stays[-1].left_at + timedelta(minutes=self.rng.uniform(5, 16))
        if stays[-1].how != "answered" or end + timedelta(minutes=6) >= self.now:
            return None
        stays[-1].rings[-1].worker.take(stays[-1].left_at, end + timedelta(seconds=line.wrap_up))
        return stays, end, "Filter cleaned twice, the fault comes back. Please check the pump with the customer."

    def _afterwards(self, arrival: Arrival, talk: Talk, about: list[About]) -> None:
        worker = talk.worker
        assert worker is not None
        if self.rng.random() < 0.18:
            word = self.book.notes.add(
                talk.interaction, "Friendly; prefers to be written to.", worker.id, talk.ended_at
            )
            told = {"interaction": talk.interaction, "note": word}
            self.book.happened("note.added", talk.ended_at, told, [f"agent:{worker.id}"], by=worker.id)
        if arrival.again and self.rng.random() < 0.6 and not arrival.again.about.case:
            arrival.again.about.case = arrival.again.id
            settle(self.book, arrival.again, talk.ended_at - timedelta(seconds=20), contact=talk.interaction)
        elif arrival.again:
            arrival.again.settled_by = max(arrival.again.settled_by, talk.ended_at + timedelta(minutes=5))
        for case in talk.open_cases:
            of = next((one for one in about if one.matter.disposition == "follow-up"), about[0])
            kind = CASE_TYPE.get(of.matter.action, "")
            opened = OpenCase(
                id=case, owner=worker, customer=talk.customer or 0, about=About(matter=of.matter, label=of.label),
                since=talk.ended_at, settled_by=time_for(kind, talk.ended_at, self.rng), kind=kind,
            )  # fmt: skip
            if arrival.stays:
                note(self.book, opened, until=self.until, rng=self.rng)
                continue
            if arrival.someone is None and self.rng.random() < 0.25:
                again = talk.ended_at + (opened.settled_by - talk.ended_at) * self.rng.uniform(0.3, 0.9)
                someone = self.by_id[talk.customer or 0]
                if again < self.until:
                    self._expect(again, someone=someone, again=opened)
                    self.expected.append(opened)
                    continue
            if arrival.someone is None or arrival.someone.name not in SILENT:
                work_on(self.book, opened, until=self.until, rng=self.rng)

    # what it is about, and who it is

    def _about(self, arrival: Arrival) -> tuple[Someone | None, list[About]]:
        if arrival.again:
            case = arrival.again
            return arrival.someone, [About(matter=case.about.matter, label=case.about.label, case=case.id)]
        codes = arrival.matters
        someone = arrival.someone or self.rng.choice(self.people)
        if not codes:
            chosen = self.rng.choices(tuple(MATTERS), [matter.weight for matter in MATTERS.values()])[0]
            more = self.rng.choices((0, 1, 2), (88, 9, 3))[0] if chosen in PERSONAL else 0
            codes = (chosen, *self.rng.sample([code for code in PERSONAL if code != chosen], more))
        if arrival.someone is None and not self._fits(someone, MATTERS[codes[0]], arrival.at):
            tried = (self.rng.choice(self.people) for _ in range(25))
            someone = next((one for one in tried if self._fits(one, MATTERS[codes[0]], arrival.at)), someone)
        about = [one for code in codes if (one := self._one(someone, MATTERS[code], arrival.at))]
        return (someone, about) if about else (someone, [About(matter=MATTERS["advice"])])

    def _fits(self, someone: Someone, matter: Matter, at: datetime) -> bool:
        return self._one(someone, matter, at) is not None

    def _one(self, someone: Someone, matter: Matter, at: datetime) -> About | None:
        """The matter with something of theirs to be about, if they had it by then."""
        match matter.needs:
            case "":
                return About(matter=matter)
            case "order":
                for id in reversed(someone.orders):
                    order = self.held.ordered[id]
                    if order.placed_at and order.placed_at < at:
                        return About(matter=matter, order=id, label=order.label)
                return None
            case kind:
                ids: list[int] = getattr(someone, f"{kind}s")
                if not ids:
                    return None
                return About(matter=matter, holding=ids[0], label=self.held.known[ids[0]].label)

    def _who(self, someone: Someone | None, about: list[About], *, forced: bool) -> Who:
        matter = about[0].matter
        if someone is None or matter.code in ("prank", "wrong"):
            language = someone.language if someone else "en"
            return Who(someone=None, language=language, name="", recognition="unknown", assurance=0)
        given = {"name": someone.name}
        if matter.gives == "order":
            given["order"] = about[0].label
        who = Who(
            someone=someone, language=someone.language, name=_called(someone), recognition="known", assurance=3,
            why="signed", given={key: value for key, value in given.items() if key == "order"},
        )  # fmt: skip
        chance = self.rng.random() * (0.6 if forced else 1)
        if chance < 0.38:
            return who
        who.given = given
        if chance < 0.72:
            who.assurance, who.why = 1 + bool(matter.gives), "sole_match"
        elif chance < 0.75:
            who.assurance, who.why, who.relationship = 1, "on_behalf", "family"
            who.spoken_for_by = self.rng.choice(self.people).id
        elif chance < 0.87:
            other = self.rng.choice(self.people)
            who.recognition, who.assurance, who.why = "ambiguous", 1, "picked"
            likelihood = self.rng.uniform(0.45, 0.8)
            who.candidates = [(someone.id, likelihood), (other.id, 0.9 - likelihood)]
            if other.id == someone.id:
                who.candidates.pop()
        else:
            who.recognition, who.assurance, who.why, who.someone = "unknown", 0, "", None
        return who

    # beside the contacts

    def _states(self) -> None:
        """Presence as rows and events; the last row of everybody is that they are away."""
        for worker in self.known.workers:
            at, before = None, ""
            for stretch in worker.stretches:
                if before and at is not None and stretch.start > at:
                    self._state(worker.id, "offline", "", at, stretch.start)
                self._state(worker.id, stretch.state, stretch.reason, stretch.start, stretch.end)
                at, before = stretch.end, stretch.state
            if at is not None:
                self._state(worker.id, "offline", "", at, None)

    def _state(self, agent: int, state: str, reason: str, start: datetime, end: datetime | None) -> None:
        by = None if state == "not_answering" else agent
        self.book.states.add(agent, state, self.known.breaks.get(reason), start, end, by)
        told = {"agent": agent, "state": state, "reason": reason}
        self.book.happened("agent.state_changed", start, told, [f"agent:{agent}", "supervision"], by=by)

    def _oddities(self) -> None:
        """Input that could not be processed, and a blocked abuser."""
        account = self.known.account.pk
        bad: tuple[tuple[str, str, dict[str, str]], ...] = (
            ("unknown_kind", "dance", {}),
            ("text_too_long", "message", {"text": "…"}),
            ("bad_form", "contact", {"given": "everything"}),
        )
        for number, (reason, kind, body) in enumerate(bad):
            at = self.until - timedelta(hours=5 * number + 26)
            source = f"{self.rng.getrandbits(128):032x}"
            raw = self.book.raws.add(
                account, f"{source}:odd{number:05d}", kind, source, body, at, "quarantined", reason, 1, None
            )
            self.book.happened("raw.quarantined", at, {"raw": raw, "reason": reason}, ["supervision"])
        at = self.until - timedelta(days=min(2, self.days))
        source = f"{self.rng.getrandbits(128):032x}"
        self.book.blocks.add(
            account, source, "Threats, three times in a row", self.known.supervisor, at, at + timedelta(days=30)
        )


def _called(someone: Someone) -> str:
    return someone.name.split()[0]


def _office_hours(at: datetime) -> bool:
    local = at.astimezone(ZONE)
    if any((month, day) == (local.month, local.day) for month, day, *_ in work.HOLIDAYS):
        return False
    return any(local.weekday() == day and opens <= local.time() < closes for day, opens, closes in work.OFFICE)
