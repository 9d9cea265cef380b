"""What is said in a contact of the history: messages both ways, and the input by which the customer's came."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from fanal.demo.dialogues import Line, dialogue
from fanal.demo.generating.people import Someone
from fanal.demo.history.cases import About
from fanal.demo.history.chronicle import Chronicle
from fanal.demo.history.shifts import Worker

CHANNEL = "webchat"


@dataclass(kw_only=True)
class Who:
    """Who is at the other end, as far as we learn it."""

    someone: Someone | None
    language: str
    name: str
    recognition: str
    assurance: int
    why: str = ""
    spoken_for_by: int | None = None
    relationship: str = ""
    candidates: list[tuple[int, float]] = field(default_factory=list)
    given: dict[str, str] = field(default_factory=dict)


class Saying:
    """Writes what is said into a chronicle, as it came in at this account."""

    def __init__(self, *, book: Chronicle, account: int, rng: Random) -> None:
        self.book, self.account, self.rng = book, account, rng

    def talk(
        self, id: int, waiting: int, segment: int | None, who: Who, one: About, at: datetime, until: datetime,
        source: str, *, worker: Worker | None = None, began: datetime | None = None, goes_on: bool = False,
    ) -> None:  # fmt: skip
        """The first word while waiting, the rest spread over the talk; where it `goes_on` the agent has the last."""
        lines = dialogue(one.matter.code, who.language)
        words = {
            "name": who.name,
            "agent": worker.name.split()[0] if worker else "",
            "thing": one.label,
            "when": (at + timedelta(days=1)).strftime("%d.%m."),
            "code": self.rng.choice(("E18", "E21", "F4", "I20", "W2")),
        }
        first = lines[0].text.format(**words)
        self.message(id, waiting, "customer", None, first, at + timedelta(milliseconds=400), source, who)
        if segment is None or worker is None or began is None:
            return
        rest = list(lines[1:])
        if goes_on and rest[-1].by_customer:
            rest.append(Line(text=goodbye(who), by_customer=False))
        step = (until - began) / (len(rest) + 1)
        reply: datetime | None = None
        for number, line in enumerate(rest):
            moment = began + step * number + timedelta(seconds=min(self.rng.uniform(8, 20), step.total_seconds() * 0.8))
            author = "customer" if line.by_customer else "agent"
            if author == "agent" and reply is None:
                reply = moment
            speaker = None if line.by_customer else worker
            self.message(id, segment, author, speaker, line.text.format(**words), moment, source, who)
        self.book.segments.change(segment, first_reply_at=reply)

    def message(
        self, id: int, segment: int, author: str, worker: Worker | None, text: str, at: datetime, source: str, who: Who
    ) -> None:
        seen = at + timedelta(seconds=self.rng.uniform(0.3, 2))
        clearance = None
        if author != "customer":
            customer = who.someone.id if who.someone and who.recognition == "known" else None
            clearance = self.book.clearances.add("reply", CHANNEL, source, customer, "own_contact", at)
        number = len(self.book.messages.rows)
        external = f"{source}:m{number:08d}" if author == "customer" else f"desk:{number:08d}"
        if author == "customer":
            self.came_in(external, "message", source, {"text": text}, at)
        message = self.book.messages.add(
            id, segment, author, worker.id if worker else None, text, external, at, "read", seen, seen, clearance
        )
        keys = [f"visitor:{source}", *([f"agent:{worker.id}"] if worker else [])]
        data = {"interaction": id, "message": message, "author": author}
        self.book.happened("message.added", at, data, keys, by=worker.id if worker else None)

    def came_in(self, external: str, kind: str, source: str, body: dict[str, Any], at: datetime) -> None:
        """The input as it arrived; it was processed at once."""
        self.book.raws.add(self.account, external, kind, source, body, at, "processed", "", 0, at)


def goodbye(who: Who) -> str:
    """The last words of whoever goes on working at it."""
    words = {
        "fr": "Je m'en occupe et je vous tiens au courant.",
        "ru": "Я этим займусь и сообщу вам.",
        "ar": "سأتابع الأمر وأبلغك بما يستجد.",
    }
    return words.get(who.language, "I see to it and let you know.")


def greeting(who: Who, worker: Worker) -> str:
    """The first words of whoever takes over."""
    words = {
        "fr": "Bonjour {}, je prends la suite.",
        "ru": "Здравствуйте, {}! Продолжаю я.",
        "ar": "مرحبًا {}، سأتابع معك.",
    }
    return words.get(who.language, "Hello {}, I take over from here.").format(who.name)
