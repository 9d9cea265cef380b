"""A small exchange that does what it is asked, so that steering can be tried without a real one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from fanal.channels.asterisk.ari import Declined
from fanal.channels.asterisk.rules import MUSIC, PAUSED, RUNS, Line, Order, Seen


@dataclass
class Exchange:
    """What an exchange makes of orders. A phone that was called is there, and rings."""

    lines: dict[str, Line] = field(default_factory=dict)
    bridges: dict[str, set[str]] = field(default_factory=dict)
    music: set[str] = field(default_factory=set)
    rung: list[str] = field(default_factory=list)
    met: list[frozenset[str]] = field(default_factory=list)
    tones: set[str] = field(default_factory=set)
    sounds: dict[str, str] = field(default_factory=dict)
    taped: list[frozenset[str]] = field(default_factory=list)
    overheard: list[bool] = field(default_factory=list)

    def seen(self) -> Seen:
        return Seen(
            lines=dict(self.lines),
            bridges={name: frozenset(lines) for name, lines in self.bridges.items()},
            music=frozenset(self.music),
            tones=frozenset(self.tones),
            sounds=dict(self.sounds),
        )

    def is_talk(self, bridge: str) -> bool:
        return bridge.startswith("t-")

    def take(self, order: Order) -> None:
        match order.method, order.path:
            case "POST", ("channels", line, "answer"):
                self.lines[line] = Line(answered=True)
            case "POST", ("channels", "externalMedia"):
                assert order.query["channelId"] not in self.lines, "asked for twice"
                self.lines[str(order.query["channelId"])] = Line(answered=True)
            case "POST", ("channels", line):
                assert line not in self.lines, "called twice"
                self.rung.append(line)
                self.lines[line] = Line(ours=False)
            case "POST", ("channels", line, "snoop", ear):
                assert self.lines[line] == Line(answered=True), "nobody to listen to"
                assert ear not in self.lines, "listened twice"
                self.lines[ear] = Line(answered=True)
                if "-written-" in ear:
                    self.overheard.append(
                        any(line in lines for name, lines in self.bridges.items() if self.is_talk(name))
                    )
            case "POST", ("channels", line, "ring"):
                assert self.lines[line] == Line(answered=True), "nobody hears it"
                self.tones.add(line)
            case "DELETE", ("channels", line, "ring"):
                self.tones.remove(line)
            case "DELETE", ("channels", line):
                del self.lines[line]
                self.tones.discard(line)
                for lines in self.bridges.values():
                    lines.discard(line)
            case "POST", ("bridges", name):
                self.bridges[name] = set()
            case "POST", ("bridges", name, "moh"):
                assert name in self.bridges
                self.music.add(name)
            case "POST", ("bridges", name, "addChannel"):
                assert name in self.bridges
                for line in str(order.query["channel"]).split(","):
                    assert self.lines[line].ours, "not in our hands"
                    assert not self.is_talk(name) or line not in self.tones, "it still hears the other side ring"
                    for lines in self.bridges.values():
                        lines.discard(line)
                    self.bridges[name].add(line)
                if not name.startswith(MUSIC):
                    self.met.append(frozenset(self.bridges[name]))
            case "POST", ("bridges", name, "record"):
                assert name in self.bridges, "nothing to record"
                self._record(str(order.query["name"]), self.bridges[name])
            case "POST", ("channels", line, "record"):
                assert not any(line in lines for lines in self.bridges.values()), "a line in a bridge is not recorded"
                self._record(str(order.query["name"]), {line})
            case "POST", ("recordings", "live", name, "pause"):
                assert self.sounds[name] == RUNS
                self.sounds[name] = PAUSED
            case "DELETE", ("recordings", "live", name, "pause"):
                assert self.sounds[name] == PAUSED
                self.sounds[name] = RUNS
            case "POST", ("recordings", "live", name, "stop"):
                del self.sounds[name]
            case "DELETE", ("bridges", name):
                del self.bridges[name]
                self.music.discard(name)
            case _:
                raise AssertionError(order)

    def _record(self, name: str, heard: set[str]) -> None:
        assert name not in self.sounds, "recorded twice"
        self.sounds[name] = RUNS
        self.taped.append(frozenset(heard))


class Killed(BaseException):
    """The process that asked is gone: whoever catches everything does not catch this."""


@dataclass
class Asterisk(Exchange):
    """The same, asked as `Orders` asks a real one, and answering with its codes.

    `told`: the lines as they are told when somebody asks for them; `been`: who was ever in which bridge; `dies_after`:
    so many more questions with an effect, and the one who asks is killed.
    """

    told: dict[str, dict[str, Any]] = field(default_factory=dict)
    been: set[tuple[str, str]] = field(default_factory=set)
    ever: set[str] = field(default_factory=set)
    effects: int = 0
    dies_after: int | None = None
    run: str = "1"

    def ask(
        self, method: str, path: str, query: Mapping[str, Any] | None = None, body: Mapping[str, Any] | None = None
    ) -> Any:
        parts = tuple(unquote(part) for part in path.split("/"))
        match method, parts:
            case "GET", ("asterisk", "info"):
                return {"system": {"entity_id": "small"}, "status": {"startup_time": self.run}}
            case "GET", ("channels",):
                return [self.as_told(line) for line in self.lines]
            case "GET", ("bridges",):
                return [{"id": name, "channels": sorted(lines)} for name, lines in self.bridges.items()]
            case "POST", ("applications", _, "subscription"):
                if str((query or {})["eventSource"]).removeprefix("channel:") not in self.lines:
                    raise Declined(404, "Channel not found")
            case "GET", ("recordings", "live", name):
                if name not in self.sounds:
                    raise Declined(404, "Recording not found")
                return {"name": name, "state": "paused" if self.sounds[name] == PAUSED else "recording"}
            case _, ("channels" | "bridges" | "recordings", *_):
                self.refuse(method, parts, query or {})
                self.take(Order(method=method, path=parts, query=query or {}, body=body))
                self.effects += 1
                if self.dies_after is not None and self.effects >= self.dies_after:
                    self.dies_after = None
                    raise Killed
        return None

    def refuse(self, method: str, parts: tuple[str, ...], query: Mapping[str, Any]) -> None:
        """What a real one declines."""
        match method, parts:
            case "POST", ("channels", line) if line in self.lines:
                raise Declined(409, "Channel with given unique ID already exists")
            case "POST", ("channels", line):
                assert line not in self.rung, "a telephone was called a second time"
            case ("POST" | "DELETE", ("channels", line, *_)) if line not in self.lines:
                raise Declined(404, "Channel not found")
            case ("DELETE", ("bridges", name)) | ("POST", ("bridges", name, _)) if name not in self.bridges:
                raise Declined(404, "Bridge not found")
            case "POST", ("bridges", _, "addChannel"):
                for line in str(query["channel"]).split(","):
                    if line not in self.lines:
                        raise Declined(400, "Channel not found")
                    if not self.lines[line].ours:
                        raise Declined(422, "Channel not in Stasis application")

    def take(self, order: Order) -> None:
        match order.method, order.path:
            case "POST", ("channels", _, "ring"):
                self.tones.add(order.path[1])  # a real one rings whoever is there
            case "DELETE", ("channels", line, "ring"):
                self.tones.discard(line)
            case "POST", ("bridges", name):
                self.ever.add(name)
                self.bridges.setdefault(name, set())
            case _:
                super().take(order)
        self.been |= {(line, name) for name, lines in self.bridges.items() for line in lines}

    def as_told(self, line: str) -> dict[str, Any]:
        there = self.lines[line]
        plan = {} if there.ours else {"dialplan": {"app_name": "AppDial2", "app_data": "(Outgoing Line)"}}
        return {**self.told.get(line, {}), "id": line, "state": "Up" if there.answered else "Ring", **plan}

    def goes(self, line: str) -> None:
        """Somebody laid down."""
        self.take(Order(method="DELETE", path=("channels", line)))
