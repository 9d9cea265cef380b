"""The exchange's room runs: hears what happens there, and brings each call to where the database says it should be."""

import contextlib
import threading
from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

import structlog
from django.db import DatabaseError, connection
from django.utils import timezone

from fanal.agents.actions import note_place
from fanal.channels.asterisk import guests, wire
from fanal.channels.asterisk.ari import Address, Cut, Declined, Events, path_of
from fanal.channels.asterisk.rules import Order, sides_heard, steer
from fanal.channels.asterisk.wire import Kept, Played, Pressed, Sounded
from fanal.intake import calls
from fanal.intake.voice import duties, taking
from fanal.intake.voice.absence import Absence
from fanal.intake.voice.admitting import Admission
from fanal.intake.voice.alarm import Alarm
from fanal.intake.voice.changes import follow_changes
from fanal.intake.voice.comparing import Comparing
from fanal.intake.voice.desks import AT_ONCE, Desks
from fanal.intake.voice.dialogue import Dialogue
from fanal.intake.voice.door import FORBIDDEN, NO_ROOM, Door
from fanal.intake.voice.exchange import Exchange
from fanal.intake.voice.flowing import Speak
from fanal.intake.voice.looks import Looks
from fanal.intake.voice.measuring import Measuring
from fanal.intake.voice.outgoing import LOOKED_AT_AGAIN
from fanal.intake.voice.phones import Phones
from fanal.intake.voice.scribes import Scribes
from fanal.intake.voice.silence import Silence
from fanal.intake.voice.sounds import Sounds
from fanal.intake.voice.telling import told_to
from fanal.intake.voice.wanting import call_listened_to, open_calls, wanted
from fanal.intake.voice.work import (
    Due,
    Happened,
    LetInNoMore,
    Refuse,
    Ring,
    SignedIn,
    Steer,
    Unheard,
    Urgency,
    Work,
    urgency_of,
)
from fanal.running.connections import own_connection

log = structlog.get_logger(__name__)

SWEEP = 5.0  # seconds until everything is compared again
PAUSE = 0.5  # seconds before the next try to connect
ONLY_ONE = 4_000_026
"""The lock of whoever steers the exchange: a second room stands by until the first one is gone."""
REPLACED = "ApplicationReplaced"


class Room:
    """One exchange's calls. `app`: under which name we take them; a second room of the same name takes them over."""

    def __init__(self, address: Address, *, app: str, phones: Phones, speak: Speak, stop: threading.Event) -> None:
        self.address, self.app, self.phones, self.stop = address, app, phones, stop
        self.exchange = Exchange(address.orders(app, lines=AT_ONCE))
        self.comparing = Comparing(self.exchange, take=self._take, heard=partial(self._heard, found=True))
        self.desks = Desks(self._do)
        self.door = Door(self.exchange, order=self._order)
        self.alarm = Alarm(self._is_due, stop)
        self.dialogue = Dialogue(self.exchange, order=self._order, speak=speak, alarm=self.alarm)
        self.admission = Admission(behind=self.desks.behind)
        self._calls: dict[str, int] = {}
        self.looks = Looks()
        self._phones_asked = False
        self.absence = Absence()
        self._leads = threading.Event()
        self.scribes = Scribes(address, self.exchange.orders)
        self.sounds = Sounds(self.exchange, leads=self._leads, stop=stop)
        self.measuring = Measuring(self.exchange.orders, leads=self._leads, busy=self.desks.are_busy, stop=stop)
        self.silence = Silence(self.exchange, leads=self._leads, stop=stop)
        self._lock = threading.Lock()

    def run(self) -> None:
        """Until `stop` is set; a line that is cut is connected anew, and what happened meanwhile is found out."""
        ours = self.desks.threads()
        ours.append(threading.Thread(target=follow_changes, args=(self, self.stop), daemon=True))
        runs = (self._sweep, self.alarm.run, self.sounds.run, self.measuring.run, self.silence.run)
        ours += [threading.Thread(target=run, daemon=True) for run in runs]
        ours += self.scribes.threads()
        for thread in ours:
            thread.start()
        try:
            while not self.stop.is_set():
                try:
                    self._as_the_only_one()
                except Exception as problem:
                    if self.absence.lasts_too_long(problem):
                        self._give_up()
                    self.stop.wait(PAUSE)
        finally:
            self.desks.close()
            self.scribes.close()
            for thread in ours:
                thread.join(5)
            self.exchange.orders.close()
            connection.close()

    def look_at(
        self, interaction: int, *, by: Collection[int] | None = None, urgency: Urgency = Urgency.FOLLOWS
    ) -> None:
        """Something about this call is another; asked often, it is looked at once. `by`: the transactions that did."""
        if self.looks.ask(interaction, by, urgency):
            self.desks.steer(interaction, Steer(interaction=interaction, urgency=urgency))

    call_changed = look_at

    def _is_due(self, interaction: int) -> None:
        self.desks.steer(interaction, Due(interaction=interaction))

    def _give_up(self) -> None:
        with contextlib.suppress(DatabaseError):
            self.comparing.give_up()

    def _as_the_only_one(self) -> None:
        with own_connection() as lock:
            while lock.execute("SELECT pg_try_advisory_lock(%s)", [ONLY_ONE]).fetchone() != (True,):
                if self.stop.wait(PAUSE):
                    return
            self._listen()

    def _listen(self) -> None:
        events = self.address.events(self.app, to_the_end=True)
        phones = self.phones.listen(self.address, self.exchange.orders, self.app)
        ended = threading.Event()
        threading.Thread(target=self._close_when_stopped, args=(events, ended), daemon=True).start()
        threading.Thread(target=self._listen_to_phones, args=(phones,), daemon=True).start()
        try:
            self.exchange.orders.ask(
                "PUT", path_of("applications", self.app, "eventFilter"), body={"allowed": wire.LISTENED_TO}
            )
            self.comparing.begin()
            self.sounds.compare(sure=True, now=timezone.now())
            self._leads.set()
            self.absence.is_over()
            self.phones_changed()
            for interaction in open_calls():
                self.look_at(interaction)
            for event in events:
                if event.get("type") == REPLACED:
                    return
                self._heard(event)
        except Cut:
            if not self.stop.is_set():
                raise
        finally:
            self._leads.clear()
            self._hear_no_more()
            self.scribes.silence()
            self.admission.forget()
            ended.set()
            events.close()
            phones.close()
            self.phones.away()

    def _hear_no_more(self) -> None:
        """As after a kill: on return each call begins anew where the rows say that it is."""
        for interaction in self._calls.copy().values():
            self.desks.steer(interaction, Unheard(interaction=interaction))

    def _listen_to_phones(self, events: Events) -> None:
        with contextlib.suppress(Cut):
            for event in events:
                for work in self.phones.heard(event):
                    self.desks.about_phones(work)

    def phones_changed(self) -> None:
        """Asked often before it is done, it is done once."""
        with self._lock:
            if self._phones_asked:
                return
            self._phones_asked = True
        self.desks.about_phones(Ring())

    def people_changed(self) -> None:
        self.desks.about_phones(Ring(told={}))

    def _close_when_stopped(self, events: Events, ended: threading.Event) -> None:
        while not ended.wait(0.2):
            if self.stop.is_set():
                events.close()
                return

    def _heard(self, event: Mapping[str, Any], *, found: bool = False) -> None:
        """Told now, or `found` after nobody listened: who was kept waiting by us is not refused.

        Nothing is asked of the exchange here: what it tells next would wait.
        """
        self.exchange.told(event)
        if (happened := wire.heard(event)) and (interaction := self._whose(happened)):
            self.desks.steer(interaction, Happened(interaction=interaction, what=happened))
        if sound := wire.sounded(event):
            self.desks.tell(sound.name, sound)
            return
        kept = wire.kept(event, run=self.exchange.run, stopping=self.exchange.stopping)
        if kept is None:
            return
        if beside := call_listened_to(kept.line):
            self.look_at(beside)
            return
        if kept.body["args"][:1] == [wire.DIALLED]:
            self.desks.refuse(Refuse(line=kept.line, cause=FORBIDDEN))
            return
        if kept.web_call:
            self.desks.about_phones(LetInNoMore(guest=guests.name_in(event)))
        is_new = kept.comes_in and not found and kept.line not in self._calls
        if is_new and not self.admission.admits(kept):
            self.desks.refuse(Refuse(line=kept.line, cause=NO_ROOM))
            return
        self._take(kept)

    def _whose(self, what: Pressed | Played) -> int | None:
        """The call in which it happened; what a whole talk hears is known by its name."""
        return self._calls.get(what.line) or (told_to(what.playback) if isinstance(what, Played) else None)

    def _take(self, kept: Kept) -> None:
        if not kept.comes_in:
            self.admission.done(kept.line)
        self.desks.tell(kept.line, kept)

    def _sweep(self) -> None:
        try:
            while not self.stop.wait(SWEEP):
                if not self._leads.is_set():
                    continue
                try:
                    self.look_after()
                except Exception as problem:
                    log.warning("calls_not_swept", problem=f"{type(problem).__name__}: {problem}"[:200])
                    connection.close()
        finally:
            connection.close()

    def look_after(self) -> None:
        """What lies still is done, and both sides are compared. Raises Cut and Declined."""
        with contextlib.suppress(taking.NoNumber):  # they are kept as soon as a number is set up again
            if refused := self.admission.keep_refused():
                log.warning("calls_refused", calls=refused)
        duties.do()
        self.comparing.again()
        for interaction in self.sounds.compare(sure=False, now=timezone.now()):
            self.look_at(interaction)
        self.phones_changed()
        for interaction in open_calls():
            if self.looks.sweep(interaction):
                self.desks.steer(interaction, Steer(interaction=interaction, urgency=Urgency.SWEPT))

    def _do(self, what: Work) -> None:
        """What was told is kept in any case; nothing is asked for by a room that stands by, or is cut off."""
        match what:
            case Refuse(line=line, cause=cause):
                self.door.refuse(line, cause=cause)
            case Steer(interaction=interaction):
                if self.looks.begin(interaction) and self._leads.is_set():
                    self._steer(interaction)
            case LetInNoMore(guest=guest):
                self.door.let_in_no_more(guest)
            case Unheard(interaction=interaction):
                self.dialogue.forget(interaction, now=timezone.now())
            case Due() if not self._leads.is_set():
                return
            case Due(interaction=interaction):
                self.dialogue.due(interaction, now=timezone.now())
                self.look_at(interaction)
            case Happened(interaction=interaction, what=Pressed(key=key)):
                self.dialogue.keyed(interaction, key, now=timezone.now())
            case Happened(interaction=interaction, what=Played(playback=playback)):
                self.dialogue.played(interaction, playback, now=timezone.now())
            case Sounded() as sound:
                if call := self.sounds.take(sound, now=timezone.now()):
                    self.look_at(call)
            case SignedIn(name=name, place=place):
                note_place(name=name, place=place)
            case Ring(told=told):
                if told is None:
                    with self._lock:
                        self._phones_asked = False
                if not self._leads.is_set():
                    return
                self.phones.keep(self.exchange.orders, told=told, now=timezone.now())
            case Kept() as kept:
                try:
                    about = taking.take(kept, now=timezone.now())
                except taking.NoNumber:
                    log.error("call_to_no_number", called=kept.body.get("args"))
                    about = []
                for interaction in about:
                    self.look_at(interaction, urgency=urgency_of(kept))
                if not about and kept.comes_in:
                    self.admission.done(kept.line)
                    self.door.refuse(kept.line, cause=FORBIDDEN)  # blocked, or nobody could make anything of it

    def _steer(self, interaction: int) -> None:
        should_be = wanted(interaction, phone_of=self.phones.address_of, now=timezone.now())
        if should_be is None:
            return
        if should_be.over:
            self._calls.pop(should_be.caller, None)
            self.dialogue.forget(interaction, now=timezone.now())
        else:
            self._calls[should_be.caller] = interaction
        seen = self.exchange.seen()
        self.scribes.only(interaction, sides_heard(should_be, seen))
        orders = steer(should_be, seen)
        carried_out = all(self._order(order, about=interaction) or order.spare for order in orders)
        seen = self.exchange.seen()
        self.scribes.look(interaction, sides_heard(should_be, seen), seen.lines)
        self.admission.done(should_be.caller)
        if not carried_out:
            return
        self.looks.saw(interaction, should_be.as_of)
        if should_be.over and not (should_be.lines or should_be.sounds):
            self.looks.over(interaction)
        if should_be.outgoing and not should_be.parties:
            self.alarm.set(interaction, seconds=LOOKED_AT_AGAIN)
        self.dialogue.look(interaction, should_be, now=timezone.now())

    def _order(self, order: Order, *, about: int = 0) -> bool:
        """Whether it was carried out; if not, the rest would make no sense, and what is there is found out again."""
        with contextlib.suppress(Cut):
            try:
                self.exchange.carry_out(order)
                self.sounds.ordered(order, about, now=timezone.now())
                return True
            except Declined as problem:
                log.info("exchange_declined", order="/".join(order.path), said=str(problem)[:100])
                if order.calls:
                    calls.no_such_phone(order.line, now=timezone.now())
        return False
