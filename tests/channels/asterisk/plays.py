"""A recorded call is played to the room in a small exchange, while somebody kills it, cuts its line or mixes it up."""

import json
import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

from django.utils import timezone

from fanal.agents.models import Presence
from fanal.channels.asterisk.ari import Address
from fanal.channels.asterisk.rules import Line
from fanal.channels.models import ChannelAccount, ChannelKind, RawEvent, RawState
from fanal.events.models import Event
from fanal.intake.voice.room import Room
from fanal.intake.voice.wanting import open_calls
from fanal.interactions.models import EndReason, Interaction, Leg, LegKind, Segment
from fanal.routing import actions
from fanal.routing.models import EntryState, Offer, OfferState, QueueEntry
from tests import recorded_calls as recorded
from tests.channels.asterisk.test_room import OURS, TheSame
from tests.conftest import forget_everything
from tests.exchanges import Asterisk, Killed
from tests.recorded_calls import AGENT, CALLER, MUSIC, TALK
from tests.routing_world import agent, match, queue

ENDS = {
    "caller": (CALLER, EndReason.CUSTOMER),
    "agent": (AGENT, EndReason.AGENT),
    "abandoned": (CALLER, EndReason.ABANDONED),
}
NOWHERE = Address(url="ws://127.0.0.1:9", user="nobody", secret="none")
_numbers = count(1)


@dataclass
class Play:
    """One recorded call, a small exchange in which it happens, and the room that is told of it."""

    name: str
    asterisk: Asterisk = field(default_factory=Asterisk)
    skipped: list[str] = field(default_factory=list)
    ended_otherwise: bool = False

    def __post_init__(self) -> None:
        forget_everything(None)  # type: ignore[arg-type]
        self.queue = queue("calls", wrap_up_seconds=30)
        ChannelAccount.objects.create(
            kind=ChannelKind.VOICE, code="phone", name="Phone", address=OURS,
            settings={"queue": self.queue.code, "region": "NO"},
        )  # fmt: skip
        self.robin = agent(capacity={"voice": 1}, available_at=None)
        self.caller = f"fanal-{next(_numbers)}.1"
        self.begins_anew()

    def begins_anew(self) -> None:
        """A room as after a kill: what lay on its desks is gone, what it knew too."""
        self.room = Room(
            NOWHERE, app="fanal", phones=TheSame("PJSIP/L-robin"), speak=lambda _: [], stop=threading.Event()
        )
        self.room.exchange.orders = self.asterisk  # type: ignore[assignment]
        self.room.comparing.begin()
        self.room._leads.set()
        self.look_at_all()

    def is_cut(self) -> bool:
        return not self.room._leads.is_set()

    def connects_anew(self) -> None:
        """The line was cut while the room lives: it keeps what it knew and what lies on its desks, and compares."""
        self.room.admission.forget()
        try:
            self.room.comparing.begin()
            self.room._leads.set()
            self.look_at_all()
        except Killed:
            self.begins_anew()
        self.settle()
        self.robin_comes()

    # The room's own threads, one after the other

    def look_at_all(self) -> None:
        for call in open_calls():
            self.room.look_at(call)

    def work(self) -> None:
        while self.room.desks.are_busy():
            for lanes in self.room.desks:
                if not lanes.empty() and (turn := lanes.take()):
                    lane, what = turn
                    try:
                        self.room._do(what)
                    finally:
                        lanes.done(lane)

    def settle(self) -> None:
        """All that follows by itself, until nothing does."""
        for _ in range(30):
            before = (self.asterisk.effects, Event.objects.count())
            try:
                self.work()
                if QueueEntry.objects.filter(state=EntryState.WAITING).exists() and not self.robin_is_away():
                    match(timezone.now())
                self.look_at_all()
                self.work()
            except Killed:
                self.begins_anew()
                continue
            if before == (self.asterisk.effects, Event.objects.count()):
                return
        raise AssertionError("it never comes to rest")

    def look_after(self) -> None:
        """Three times: what differs once may only be on its way, and something may follow from it."""
        for _ in range(3):
            try:
                self.room.look_after()
            except Killed:
                self.begins_anew()
            self.settle()

    # What the carrier and the telephones do

    def name_of(self, placeholder: str) -> str:
        call = Interaction.objects.first()
        rings = next((line for line in self.asterisk.rung if line.startswith("a-")), "")
        return {
            CALLER: self.caller, AGENT: rings, MUSIC: f"w-{self.queue.pk}", TALK: f"t-{call.pk}" if call else "",
        }.get(placeholder, placeholder)  # fmt: skip

    def happens(self, at: int, event: recorded.Event) -> bool:
        """Whether this can have happened by now; what carrier and telephone do happens by this."""
        line, bridge = self.name_of(recorded.line_of(event)), self.name_of(recorded.bridge_of(event))
        there, in_bridge = self.asterisk.lines.get(line), line in self.asterisk.bridges.get(bridge, ())
        if at == self.lays_down_at and there:
            self.asterisk.goes(line)
            return True
        match event["type"]:
            case "StasisStart" if event["args"][0] == "in":
                self.asterisk.told[line] = self.named(event)["channel"]
                self.asterisk.lines[line] = Line()
                return True
            case "StasisStart" if there:
                told = self.named(event)["channel"]
                self.asterisk.told[line] = told | {"dialplan": {"app_name": "Stasis", "app_data": "fanal,agent"}}
                self.asterisk.lines[line] = Line(answered=True)
                return True
            case "ChannelStateChange" if event["channel"]["state"] == "Ringing":
                return line in self.asterisk.rung
            case "ChannelStateChange" if recorded.line_of(event) == AGENT:
                if there:
                    self.asterisk.lines[line] = Line(answered=True, ours=False)
                return there is not None
            case "ChannelStateChange":
                return there is None or there.answered
            case "ChannelEnteredBridge":
                return (line, bridge) in self.asterisk.been
            case "ChannelLeftBridge":
                return (line, bridge) in self.asterisk.been and not in_bridge
            case "StasisEnd" | "ChannelDestroyed":
                return bool(line) and there is None
            case "BridgeDestroyed":
                return bridge in self.asterisk.ever and bridge not in self.asterisk.bridges
        return False

    @property
    def lays_down_at(self) -> int:
        """Where the last bridge is left by who ends the call."""
        events, who = recorded.of(self.name), ENDS[self.name][0]
        left = [
            at for at, one in enumerate(events)
            if one["type"] == "ChannelLeftBridge" and recorded.line_of(one) == who
        ]  # fmt: skip
        return left[-1]

    def named(self, event: recorded.Event) -> recorded.Event:
        now = timezone.now().isoformat()
        text = json.dumps({**event, "timestamp": now})
        for placeholder in (CALLER, AGENT, TALK, MUSIC):
            text = text.replace(json.dumps(placeholder), json.dumps(self.name_of(placeholder)))
        made: recorded.Event = json.loads(text)
        if "channel" in made:
            made["channel"]["creationtime"] = now
        return made

    # The play

    def goes(
        self,
        *,
        lost: Sequence[int] = (),
        killed_after: Sequence[int] = (),
        unheard: Sequence[int] = (),
        cut_after: Sequence[int] = (),
        dies_at: int | None = None,
        late: Sequence[int] = (),
        again: Sequence[int] = (),
    ) -> None:
        """`lost`: the room is killed and never hears this one; `unheard`: its line is cut before this one, and is back
        before the next that is not; `late`, `again`: how many events later each comes."""
        self.asterisk.dies_after = dies_at
        due: defaultdict[int, list[recorded.Event]] = defaultdict(list)
        for at, event in enumerate(recorded.of(self.name)):
            if self.is_cut() and at not in unheard:
                self.connects_anew()
            if not self.happens(at, event):
                if self.is_cut():
                    self.connects_anew()
                for waiting in sorted(due):
                    self.tell(due.pop(waiting))
                self.look_after()
                if not self.happens(at, event):
                    self.skipped.append(f"{at} {event['type']} {recorded.subject(event)}")
                    continue
            told = self.named(event)
            if at in lost:
                self.begins_anew()
            elif at in unheard:
                self.room._leads.clear()
            else:
                due[at + (late[at] if at < len(late) else 0)].append(told)
            if at < len(again) and again[at]:
                due[at + again[at]].append(told)
            self.tell(due.pop(at, []))
            if at in killed_after:
                self.begins_anew()
                self.settle()
            if at in cut_after:
                self.connects_anew()
            self.robin_comes()
        if self.is_cut():
            self.connects_anew()
        for waiting in sorted(due):
            self.tell(due[waiting])
        self.asterisk.dies_after = None
        self.look_after()
        if self.caller in self.asterisk.lines:
            self.goes_on()

    def goes_on(self) -> None:
        """Nobody heard that the agent laid down: the line may as well be lost, so the customer hears music, the
        telephone is called once more, and until they lay down themselves nothing ends."""
        assert self.name == "agent"
        self.agrees()
        self.asterisk.goes(self.caller)
        self.look_after()
        self.look_after()  # nobody tells that the telephone has stopped either
        self.ended_otherwise = True

    def tell(self, events: Sequence[recorded.Event]) -> None:
        """While the line is cut nobody hears it."""
        for event in () if self.is_cut() else events:
            try:
                self.room._heard(event)
            except Killed:
                self.begins_anew()
        self.settle()
        self.is_sound()

    def robin_comes(self) -> None:
        if self.name != "abandoned" and QueueEntry.objects.exists() and self.robin_is_away():
            actions.set_presence(agent=self.robin, state=Presence.AVAILABLE, by=self.robin, now=timezone.now())
            self.settle()

    def robin_is_away(self) -> bool:
        return not self.robin.states.filter(ended_at=None, state=Presence.AVAILABLE).exists()

    # What holds

    def is_sound(self) -> None:
        """At each moment."""
        assert len(self.asterisk.rung) == len(set(self.asterisk.rung)), "a telephone was called twice"
        for kind in ("interaction.started", "interaction.ended", "offer.accepted"):
            assert Event.objects.filter(kind=kind).count() <= 1, kind

    def agrees(self) -> None:
        """Each line is a leg that goes on, each leg a line."""
        assert set(Leg.objects.filter(ended_at=None).values_list("line", flat=True)) == self.asterisk.lines.keys()

    def is_over(self) -> None:
        """At the end."""
        self.is_sound()
        assert self.asterisk.lines == {}, "a line that nobody owns"
        assert not [name for name in self.asterisk.bridges if not name.startswith("w-")], "a room that nobody is in"
        assert not Leg.objects.filter(ended_at=None).exists()
        assert not Segment.objects.filter(ended_at=None).exists()
        assert not Offer.objects.filter(state=OfferState.OPEN).exists()
        assert not QueueEntry.objects.filter(left_at=None).exists()
        assert not RawEvent.objects.exclude(state=RawState.PROCESSED).exists()
        assert Event.objects.filter(kind="interaction.ended").count() == 1
        assert Interaction.objects.get().thread == self.caller
        assert Leg.objects.filter(kind=LegKind.CUSTOMER).count() == 1
