"""The small Asterisk of the demo, watched: what no order may do fails at once, and what came of each is remembered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fanal.channels.asterisk.rules import MUSIC, PAUSED, RUNS, Line, Order, Seen
from fanal.demo.playing import exchange


@dataclass
class Exchange(exchange.Exchange):
    """Who called whom, who met whom, and what was recorded and overheard."""

    rung: list[str] = field(default_factory=list)
    met: list[frozenset[str]] = field(default_factory=list)
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
        self.watch(order)
        super().take(order)
        match order.method, order.path:
            case "POST", ("bridges", name, "addChannel") if not name.startswith(MUSIC):
                self.met.append(frozenset(self.bridges[name]))

    def watch(self, order: Order) -> None:
        """Fails where it makes no sense, or must not be."""
        match order.method, order.path:
            case "POST", ("channels", "externalMedia"):
                assert order.query["channelId"] not in self.lines, "asked for twice"
            case "POST", ("channels", line):
                assert line not in self.lines, "called twice"
                self.rung.append(line)
            case "POST", ("channels", line, "snoop", ear):
                assert self.lines[line] == Line(answered=True), "nobody to listen to"
                assert ear not in self.lines, "listened twice"
                if "-written-" in ear:
                    self.overheard.append(
                        any(line in lines for name, lines in self.bridges.items() if self.is_talk(name))
                    )
            case "POST", ("channels", line, "ring"):
                assert self.lines[line] == Line(answered=True), "nobody hears it"
            case "DELETE", ("channels", line, "ring"):
                assert line in self.tones
            case "POST", ("bridges", name, "moh"):
                assert name in self.bridges
            case "POST", ("bridges", name, "addChannel"):
                assert name in self.bridges
                for line in str(order.query["channel"]).split(","):
                    assert self.lines[line].ours, "not in our hands"
                    assert not self.is_talk(name) or line not in self.tones, "it still hears the other side ring"
            case "POST", ("bridges", name, "record"):
                assert name in self.bridges, "nothing to record"
                self._is_recorded(str(order.query["name"]), self.bridges[name])
            case "POST", ("channels", line, "record"):
                assert not any(line in lines for lines in self.bridges.values()), "a line in a bridge is not recorded"
                self._is_recorded(str(order.query["name"]), {line})
            case "POST", ("recordings", "live", name, "pause"):
                assert self.sounds[name] == RUNS
            case "DELETE", ("recordings", "live", name, "pause"):
                assert self.sounds[name] == PAUSED

    def _is_recorded(self, name: str, heard: set[str]) -> None:
        assert name not in self.sounds, "recorded twice"
        self.taped.append(frozenset(heard))


class Killed(BaseException):
    """The process that asked is gone: whoever catches everything does not catch this."""


@dataclass
class Asterisk(Exchange):
    """The same, asked as `Orders` asks a real one.

    `been`: who was ever in which bridge; `dies_after`: so many more questions with an effect, and the one who asks is
    killed.
    """

    been: set[tuple[str, str]] = field(default_factory=set)
    ever: set[str] = field(default_factory=set)
    effects: int = 0
    dies_after: int | None = None

    def ask(
        self, method: str, path: str, query: Mapping[str, Any] | None = None, body: Mapping[str, Any] | None = None
    ) -> Any:
        before = self.effects
        answer = super().ask(method, path, query, body)
        if self.effects > before and self.dies_after is not None and self.effects >= self.dies_after:
            self.dies_after = None
            raise Killed
        return answer

    def watch(self, order: Order) -> None:
        match order.method, order.path:
            case (("POST" | "DELETE"), ("channels", _, "ring")):
                pass  # a real one rings whoever is there
            case "POST", ("channels", line) if line in self.rung:
                raise AssertionError("a telephone was called a second time")
            case _:
                super().watch(order)

    def take(self, order: Order) -> None:
        super().take(order)
        self.effects += 1
        match order.path:
            case ("bridges", name) if order.method == "POST":
                self.ever.add(name)
        self.been |= {(line, name) for name, lines in self.bridges.items() for line in lines}
