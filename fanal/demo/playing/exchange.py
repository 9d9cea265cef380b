"""A small Asterisk: what one makes of the orders that we give, with its codes and its events, and without any sound.

The demo plays calls in it where there is no PBX, and the tests try the room and its orders against it; nothing of it
runs in a product that has one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from fanal.channels.asterisk.ari import Declined
from fanal.channels.asterisk.rules import PAUSED, RUNS, Line, Order

ORDERED = frozenset({"channels", "bridges", "recordings", "playbacks"})
LAID_DOWN = 16
"""Q.850: normal clearing."""


@dataclass
class Exchange:
    """What there is. A phone that was called is there, and rings; `told`: what else is told of a line."""

    lines: dict[str, Line] = field(default_factory=dict)
    bridges: dict[str, set[str]] = field(default_factory=dict)
    music: set[str] = field(default_factory=set)
    tones: set[str] = field(default_factory=set)
    sounds: dict[str, str] = field(default_factory=dict)
    told: dict[str, dict[str, Any]] = field(default_factory=dict)
    run: str = "1"

    def ask(
        self, method: str, path: str, query: Mapping[str, Any] | None = None, body: Mapping[str, Any] | None = None
    ) -> Any:
        """As `Orders` asks. Raises Declined."""
        parts = tuple(unquote(part) for part in path.split("/"))
        match method, parts:
            case "GET", ("asterisk", "info"):
                return {"system": {"entity_id": "small"}, "status": {"startup_time": self.run}}
            case "GET", ("channels",):
                return [self.as_told(line) for line in self.lines]
            case "GET", ("bridges",):
                return [{"id": name, "channels": sorted(there)} for name, there in self.bridges.items()]
            case "GET", ("recordings", "live", name) if name in self.sounds:
                return {"name": name, "state": self.sounds[name]}
            case "GET", ("recordings", *_):
                raise Declined(404, "Recording not found")
            case "GET", ("endpoints", *_):
                return []
            case "POST", ("applications", _, "subscription"):
                pass
            case _, (thing, *_) if thing in ORDERED:
                order = Order(method=method, path=parts, query=query or {}, body=body)
                self.refuse(order)
                self.take(order)
        return None

    def refuse(self, order: Order) -> None:
        """What a real one declines."""
        match order.method, order.path:
            case "POST", ("channels", "externalMedia"):
                return
            case "POST", ("channels", line) if line in self.lines:
                raise Declined(409, "Channel with given unique ID already exists")
            case "POST", ("channels", _):
                return
            case _, ("channels", line, *_) if line not in self.lines:
                raise Declined(404, "Channel not found")
            case ("DELETE", ("bridges", name)) | ("POST", ("bridges", name, _)) if name not in self.bridges:
                raise Declined(404, "Bridge not found")
            case _, ("recordings", "live", name, *_) if name not in self.sounds:
                raise Declined(404, "Recording not found")
            case _, ("playbacks", *_):
                raise Declined(404, "Playback not found")  # what has no sound is over at once
            case "POST", ("bridges", _, "addChannel"):
                for line in _lines_in(order):
                    if line not in self.lines:
                        raise Declined(400, "Channel not found")
                    if not self.lines[line].ours:
                        raise Declined(422, "Channel not in Stasis application")

    def take(self, order: Order) -> None:
        """What comes of it."""
        match order.method, order.path:
            case "POST", ("channels", line, "answer"):
                self._is_up(line)
            case "POST", ("channels", "externalMedia"):
                self._is_beside(str(order.query["channelId"]))
            case "POST", ("channels", _, "snoop", ear):
                self._is_beside(ear)
            case "POST", ("channels", line):
                self.lines[line] = Line(ours=False)
                self.told.setdefault(line, _as_new(str(order.query.get("callerId", "")), str(order.query["endpoint"])))
                self.tell_of("ChannelStateChange", line)
            case "POST", ("channels", line, "ring"):
                self.tones.add(line)
            case "DELETE", ("channels", line, "ring"):
                self.tones.discard(line)
            case "DELETE", ("channels", line):
                self.goes(line, cause=int(order.query.get("reason_code", LAID_DOWN)))
            case "POST", ("bridges", name):
                self.bridges.setdefault(name, set())
            case "POST", ("bridges", name, "moh"):
                self.music.add(name)
            case "POST", ("bridges", name, "addChannel"):
                for line in _lines_in(order):
                    self._enters(line, name)
            case "DELETE", ("bridges", name):
                for line in sorted(self.bridges[name]):
                    self._leaves(line, name)
                del self.bridges[name]
                self.music.discard(name)
                self.tell({"type": "BridgeDestroyed", "bridge": {"id": name}})
            case "POST", ("channels" | "bridges" as kind, target, "play"):
                uri = f"{kind.removesuffix('s')}:{target}"
                playback = {"id": order.query["playbackId"], "target_uri": uri, "state": "done"}
                self.tell({"type": "PlaybackFinished", "playback": playback})
            case "POST", ("channels" | "bridges", _, "record"):
                self.records(str(order.query["name"]), order.path[:2])
            case "POST", ("recordings", "live", name, "pause"):
                self.sounds[name] = PAUSED
            case "DELETE", ("recordings", "live", name, "pause"):
                self.sounds[name] = RUNS
            case "POST", ("recordings", "live", name, "stop"):
                del self.sounds[name]
                self.tell({"type": "RecordingFinished", "recording": {"name": name}})
            case _:
                raise Declined(501, "This exchange is only played.")

    def records(self, name: str, of: tuple[str, ...]) -> None:
        """`of`: the bridge or the line whose sound it is."""
        self.sounds[name] = RUNS
        self.tell({"type": "RecordingStarted", "recording": {"name": name}})

    def goes(self, line: str, *, cause: int = LAID_DOWN) -> None:
        """Somebody laid down, or it was hung up."""
        for name in [name for name, there in self.bridges.items() if line in there]:
            self._leaves(line, name)
        if self.lines[line].ours:
            self.tell_of("StasisEnd", line)
        self.tell_of("ChannelDestroyed", line, cause=cause)
        del self.lines[line]
        self.tones.discard(line)

    # What is told of it

    def tell(self, event: dict[str, Any]) -> None:
        """Somebody may listen."""

    def tell_of(self, kind: str, line: str, **more: Any) -> None:
        self.tell({"type": kind, "channel": self.as_told(line), **more})

    def as_told(self, line: str) -> dict[str, Any]:
        there = self.lines[line]
        plan = {} if there.ours else {"dialplan": {"app_name": "AppDial2", "app_data": "(Outgoing Line)"}}
        state = "Up" if there.answered else "Ring" if there.ours else "Ringing"
        return {**self.told.get(line, {}), "id": line, "state": state, **plan}

    def comes_in(self, line: str, *args: str, number: str = "", answered: bool = False) -> None:
        """A line enters our application with these words."""
        self.told.setdefault(line, _as_new(number, ""))
        self.told[line] |= {"dialplan": {"app_name": "Stasis", "app_data": ",".join(("fanal", *args))}}
        self.lines[line] = Line(answered=answered)
        self.tell_of("StasisStart", line, args=list(args))

    def _is_up(self, line: str) -> None:
        if not self.lines[line].answered:
            self.lines[line] = Line(answered=True, ours=self.lines[line].ours)
            self.tell_of("ChannelStateChange", line)

    def _is_beside(self, line: str) -> None:
        self.comes_in(line, "beside", answered=True)

    def _enters(self, line: str, name: str) -> None:
        if line in self.bridges[name]:
            return
        for other in [other for other, there in self.bridges.items() if line in there]:
            self._leaves(line, other)
        self.bridges[name].add(line)
        self.tell_of("ChannelEnteredBridge", line, bridge={"id": name})

    def _leaves(self, line: str, name: str) -> None:
        self.bridges[name].discard(line)
        if not self.bridges[name]:
            self.music.discard(name)
        self.tell_of("ChannelLeftBridge", line, bridge={"id": name})


def _lines_in(order: Order) -> list[str]:
    return str(order.query["channel"]).split(",")


def _as_new(number: str, endpoint: str) -> dict[str, Any]:
    caller = {"number": number, "name": ""}
    return {"name": endpoint, "caller": caller, "creationtime": datetime.now(UTC).isoformat()}
