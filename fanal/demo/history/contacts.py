"""One contact of the history, from its first word to the end of its wrap-up, written down as it happened."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from fanal.demo.generating.holdings import Holdings
from fanal.demo.history.cases import About, open_case
from fanal.demo.history.chronicle import Chronicle
from fanal.demo.history.knowledge import Knowledge
from fanal.demo.history.matters import CASE_TYPE
from fanal.demo.history.saying import CHANNEL, Saying, Who, greeting
from fanal.demo.history.shifts import Worker
from fanal.demo.history.waiting import Line, Stay


@dataclass(kw_only=True)
class Talk:
    """What came of a contact that the rest of the history may want to go on with."""

    interaction: int
    customer: int | None
    worker: Worker | None
    open_cases: list[int] = field(default_factory=list)
    ended_at: datetime


class Contacts:
    """Writes contacts into a chronicle."""

    def __init__(self, *, book: Chronicle, known: Knowledge, held: Holdings, rng: Random) -> None:
        self.book, self.known, self.held, self.rng = book, known, held, rng
        self.saying = Saying(book=book, account=known.account.pk, rng=rng)
        self._number = 0

    def turned_away(self, *, who: Who, about: list[About], line: Line, at: datetime) -> None:
        """The queue was closed: told so, and over."""
        id, source = self._begin(who, about, at)
        segment = self.book.segments.add(id, "queue", None, at, at, None, None, None)
        self.saying.talk(id, segment, None, who, about[0], at - timedelta(seconds=2), at, source)
        stay = Stay(line=line, entered_at=at, waiting_since=at, left_at=at, how="closed")
        self._stays(id, source, segment, [stay])
        self._end(id, source, at, "closed", segment, None)

    def left(self, *, who: Who, about: list[About], stays: list[Stay], at: datetime) -> None:
        """The customer did not wait for an answer."""
        id, source = self._begin(who, about, at)
        gone = stays[-1].left_at
        segment = self.book.segments.add(id, "queue", None, at, gone, None, None, None)
        self.saying.talk(id, segment, None, who, about[0], at, at + timedelta(seconds=1), source)
        self._stays(id, source, segment, stays)
        self._end(id, source, gone, "abandoned", segment, None)

    def talked(
        self, *, who: Who, about: list[About], stays: list[Stay], at: datetime, until: datetime,
        passed_on: tuple[list[Stay], datetime, str] | None = None,
    ) -> Talk:  # fmt: skip
        """Answered; `until` the first agent has it; `passed_on` to a second one (their stays, end, and summary)."""
        id, source = self._begin(who, about, at)
        worker, began = stays[-1].rings[-1].worker, stays[-1].left_at
        waiting = self.book.segments.add(id, "queue", None, at, began, None, None, None)
        segment, wrapped = self._segment(id, worker, began, until, stays[-1].line)
        self._stays(id, source, waiting, stays, segment)
        self._started(id, source, segment, worker, stays[-1].line, began)
        self._verify(id, who, about, worker, began)
        talk = Talk(interaction=id, customer=who.someone.id if who.someone else None, worker=worker, ended_at=until)
        self._topics(id, who, about, worker, segment, began, until, wrapped, talk, bool(passed_on))
        goes_on = bool(talk.open_cases) or any(one.case for one in about)
        self.saying.talk(
            id, waiting, segment, who, about[0], at, until, source, worker=worker, began=began, goes_on=goes_on
        )
        end, line, last = until, stays[-1].line, segment
        if passed_on:
            more, end, summary = passed_on
            second = self.book.segments.add(id, "queue", None, until, more[-1].left_at, None, None, None)
            self._transfer(id, source, segment, worker, more[0].line, summary, until)
            self._over(id, segment, worker, line, until, wrapped, source)
            line, worker = more[-1].line, more[-1].rings[-1].worker
            last, wrapped = self._segment(id, worker, more[-1].left_at, end, line)
            self._stays(id, source, second, more, last)
            self._started(id, source, last, worker, line, more[-1].left_at)
            topic = self.book.topics.last
            self.book.spans.add(topic, last, more[-1].left_at, wrapped)
            hello = more[-1].left_at + timedelta(seconds=25)
            self.saying.message(id, last, "agent", worker, greeting(who, worker), hello, source, who)
            self.book.segments.change(last, first_reply_at=hello)
        self._end(id, source, end, self.rng.choices(("agent", "customer"), (60, 40))[0], last, worker)
        self._over(id, last, worker, line, end, wrapped, source)
        return talk

    # beginning and end

    def _begin(self, who: Who, about: list[About], at: datetime) -> tuple[int, str]:
        self._number += 1
        source = f"{self.rng.getrandbits(128):032x}"
        matter = about[0].matter
        known = who.recognition == "known" and who.someone is not None
        customer = who.someone.id if known and who.someone else None
        opens, target = self._opens(who, about[0])
        self.book.interactions.add(
            self.known.account.pk, CHANNEL, source, customer, who.recognition, who.assurance, who.spoken_for_by,
            who.relationship, who.language, matter.page, who.given, opens, target, at, at, "", at, at,
        )  # fmt: skip
        id = self.book.interactions.last
        begun = {"given": who.given, "page": matter.page, "language": who.language}
        self.saying.came_in(f"{source}:contact", "contact", source, begun, at)
        seen = [f"visitor:{source}"]
        self.book.happened(
            "interaction.started", at, {"interaction": id, "channel": CHANNEL, "account": self.known.account.pk}, seen
        )
        if who.candidates:
            for rank, (candidate, likelihood) in enumerate(who.candidates, 1):
                against = [] if rank == 1 else [{"code": "name_contradicts"}]
                self.book.candidates.add(id, candidate, rank, likelihood, [{"code": "shared_number"}], against)
        if who.why != "picked" and customer:
            self._identified(id, customer, who.assurance, who.why, None, at)
        code = f"{matter.scenario}-{who.language}" if who.language in ("fr", "ru", "ar") else matter.scenario
        scenario = self.known.scenarios.get(code)
        why: list[dict[str, Any]] = [{"scenario": scenario, "matched": True, "judgements": []}]
        self.book.matches.add(id, scenario, why, at)
        self.book.happened("scenario.matched", at, {"interaction": id, "scenario": scenario})
        return id, source

    def _opens(self, who: Who, about: About) -> tuple[str, int | None]:
        if about.matter.opens == "order" and about.order:
            return "order", about.order
        if about.matter.opens == "holding" and about.holding:
            return "holding", about.holding
        if who.recognition == "known" and who.someone:
            return "customer", who.someone.id
        return "search", None

    def _identified(
        self, id: int, customer: int | None, assurance: int, why: str, by: int | None, at: datetime
    ) -> None:
        self.book.identifications.add(id, customer, assurance, why, by, at)
        data = {"interaction": id, "customer": customer, "recognition": "known", "assurance": assurance}
        self.book.happened("interaction.identified", at, data, [f"agent:{by}"] if by else [], by=by)

    def _end(self, id: int, source: str, at: datetime, reason: str, segment: int, worker: Worker | None) -> None:
        self.book.interactions.change(id, ended_at=at, end_reason=reason, last_message_at=at, customer_seen_at=at)
        by = worker.id if worker and reason == "agent" else None
        keys = [f"visitor:{source}", *([f"agent:{worker.id}"] if worker else [])]
        self.book.happened(
            "interaction.ended", at, {"interaction": id, "reason": reason, "segment": segment}, keys, by=by
        )

    # segments and queues

    def _segment(self, id: int, worker: Worker, began: datetime, until: datetime, line: Line) -> tuple[int, datetime]:
        """The agent's part; half of them finish their wrap-up before its time is up."""
        due = until + timedelta(seconds=line.wrap_up)
        early = until + timedelta(seconds=self.rng.uniform(4, max(line.wrap_up - 1, 5)))
        wrapped = min(early, due) if self.rng.random() < 0.5 else due
        return self.book.segments.add(id, "agent", worker.id, began, until, None, due, wrapped), wrapped

    def _stays(self, id: int, source: str, segment: int, stays: list[Stay], agents: int | None = None) -> None:
        for stay in stays:
            line = stay.line
            entry = self.book.entries.add(
                line.id, id, segment, CHANNEL, stay.how, line.priority, {}, stay.waiting_since, stay.waiting_since,
                stay.left_at,
            )  # fmt: skip
            about = {
                "entry": entry, "queue": line.id, "channel": CHANNEL, "priority": line.priority, "interaction": id,
            }  # fmt: skip
            keys = [f"queue:{line.id}", "supervision"]
            seen = [*keys, f"visitor:{source}"]
            why = "overflow" if stay.entered_at != stay.waiting_since else ""
            self.book.happened("queue.entered", stay.entered_at, {**about, "reason": why}, seen)
            for ring in stay.rings:
                last = agents if ring.how == "accepted" else None
                offer = self.book.offers.add(
                    entry, ring.worker.id, ring.how, ring.at, ring.at + timedelta(seconds=line.ring), ring.until,
                    ring.decision, last,
                )  # fmt: skip
                told = {**about, "offer": offer, "agent": ring.worker.id}
                both = [*keys, f"agent:{ring.worker.id}"]
                self.book.happened("offer.made", ring.at, told | {"why": ring.decision["why"]}, both)
                by = ring.worker.id if ring.how in ("accepted", "declined") else None
                self.book.happened(f"offer.{ring.how}", ring.until, told, both, by=by)
            left = {**about, "reason": stay.how}
            if stay.how == "answered":
                left["agent"] = stay.rings[-1].worker.id
            self.book.happened("queue.left", stay.left_at, left, seen)

    def _started(self, id: int, source: str, segment: int, worker: Worker, line: Line, at: datetime) -> None:
        data = self._part(id, segment, worker, line)
        keys = [f"agent:{worker.id}", f"queue:{line.id}", "supervision", f"visitor:{source}"]
        self.book.happened("segment.started", at, data, keys, by=worker.id)

    def _over(
        self, id: int, segment: int, worker: Worker, line: Line, at: datetime, wrapped: datetime, source: str
    ) -> None:
        data = self._part(id, segment, worker, line)
        keys = [f"agent:{worker.id}", f"queue:{line.id}", "supervision"]
        self.book.happened("segment.ended", at, data, [*keys, f"visitor:{source}"])
        self.book.happened("wrap_up.started", at, data, keys)
        self.book.happened("wrap_up.ended", wrapped, data, keys)

    def _part(self, id: int, segment: int, worker: Worker, line: Line) -> dict[str, Any]:
        return {"segment": segment, "interaction": id, "agent": worker.id, "channel": CHANNEL, "queue": line.id}

    def _transfer(
        self, id: int, source: str, segment: int, worker: Worker, line: Line, summary: str, at: datetime
    ) -> None:
        transfer = self.book.transfers.add(id, segment, "tier", line.id, None, summary, worker.id, at)
        data = {
            "transfer": transfer, "segment": segment, "interaction": id, "queue": line.id, "channel": CHANNEL,
        }  # fmt: skip
        keys = [f"agent:{worker.id}", f"queue:{line.id}", "supervision", f"visitor:{source}"]
        self.book.happened("transfer.made", at, data, keys, by=worker.id)

    # what is learnt and done

    def _verify(self, id: int, who: Who, about: list[About], worker: Worker, began: datetime) -> None:
        """Who it is becomes surer: picked among several, or questions answered."""
        if who.someone is None:
            return
        at = began + timedelta(seconds=self.rng.uniform(15, 40))
        if who.why == "picked":
            who.recognition, who.assurance = "known", 2
            self._identified(id, who.someone.id, 2, "picked", worker.id, at)
            self.book.interactions.change(id, customer=who.someone.id, recognition="known", assurance=2)
        if any(one.matter.verified for one in about) and who.recognition == "known" and who.assurance < 3:
            right = self.rng.random() < 0.93
            for number, question in enumerate(("date_of_birth", "postcode")):
                moment = at + timedelta(seconds=10 + 8 * number)
                self.book.attempts.add(who.someone.id, id, question, right or number == 0, worker.id, moment)
            if right:
                who.assurance = 3
                self._identified(id, who.someone.id, 3, "verified", worker.id, at + timedelta(seconds=19))
                self.book.interactions.change(id, assurance=3)

    def _topics(
        self, id: int, who: Who, about: list[About], worker: Worker, segment: int, began: datetime, until: datetime,
        wrapped: datetime, talk: Talk, passed_on: bool,
    ) -> None:  # fmt: skip
        """Each matter gets its part of the time; what was done makes its case."""
        cuts = sorted(self.rng.uniform(0.15, 0.9) for _ in about[1:])
        edges = [began, *(began + (until - began) * cut for cut in cuts), wrapped]
        for position, one in enumerate(about):
            start, end = edges[position], edges[position + 1]
            at = start + (min(end, until) - start) * 0.4
            case, record = self._case(id, who, one, worker, at, talk)
            outcome = "passed-on" if passed_on and position == 0 else one.matter.disposition
            if one.matter.action and who.someone and one.matter.verified and who.assurance < 3:
                outcome = "not-verified"
            origin = "rule" if case and one.case is None and one.matter.action else "agent"
            topic = self.book.topics.add(
                id, case, self.known.categories[one.matter.category], self.known.dispositions[outcome], "", origin,
                position + 1, at, None,
            )  # fmt: skip
            self.book.spans.add(topic, segment, start, end)
            if record:
                self.book.records.change(record, topic=topic)
            told = {"topic": topic, "case": case, "interaction": id}
            self.book.happened("topic.added", at, told, [f"agent:{worker.id}"], by=worker.id)

    def _case(
        self, id: int, who: Who, one: About, worker: Worker, at: datetime, talk: Talk
    ) -> tuple[int | None, int | None]:
        """The case that the action made (or the old one), and the record of the action."""
        if one.case:
            return one.case, None
        action = one.matter.action
        if not action or who.someone is None or who.recognition != "known":
            return None, None
        if one.matter.verified and who.assurance < 3:
            return None, None
        case = open_case(self.book, self.known, one, who.someone.id, CASE_TYPE[action], worker, id, at)
        if one.matter.disposition == "follow-up":
            talk.open_cases.append(case)
        record = self.book.records.add(
            action, "desk", who.someone.id, one.holding, one.order, id, None, case, worker.id, at, {}, None
        )
        data = {"record": record, "action": action, "customer": who.someone.id, "case": case, "interaction": id}
        data |= {"holding": one.holding} if one.holding else {"order": one.order} if one.order else {}
        self.book.happened("action.performed", at, data, [f"agent:{worker.id}"], by=worker.id)
        return case, record
