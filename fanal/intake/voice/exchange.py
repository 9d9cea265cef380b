"""The exchange as it is seen from here: what it has told and what we did, kept up to date between two looks."""

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fanal.channels.asterisk.ari import Declined, Orders, path_of
from fanal.channels.asterisk.rules import MUSIC, PAUSED, RUNS, Line, Order, Seen
from fanal.channels.asterisk.silence import ends_after
from fanal.channels.asterisk.wire import stops

IS_GONE = 404
IS_THERE = 409
KNOWS_NO_SUCH = (IS_GONE, 501)
"""501: an exchange that records nothing, such as one that is only played."""


class Exchange:
    """Several threads read and change it; `look` starts anew."""

    def __init__(self, orders: Orders) -> None:
        self.orders, self.run = orders, ""
        self.stopping = False
        self._lines: dict[str, Line] = {}
        self._bridges: dict[str, set[str]] = {}
        self._music: set[str] = set()
        self._tones: set[str] = set()
        self._unsure: set[str] = set()
        self._sounds: dict[str, str] = {}
        self._lock = threading.Lock()

    def look(self) -> list[Mapping[str, Any]]:
        """Ask for everything that is there; returns the lines as the exchange tells them. Raises Cut and Declined."""
        about = self.orders.ask("GET", path_of("asterisk", "info"))
        lines = self.orders.ask("GET", path_of("channels"))
        bridges = self.orders.ask("GET", path_of("bridges"))
        with self._lock:
            self.run = f"{about['system']['entity_id']} {about['status']['startup_time']}"[:60]
            self.stopping = False
            self._lines = {str(one["id"]): _line(one) for one in lines}
            self._bridges = {str(one["id"]): set(one["channels"]) for one in bridges}
            self._tones &= set(self._lines)
            self._unsure = set(self._lines) - self._tones - self._talking()
            # Where it plays is not told; asking for it again does no harm, and where nobody is, it has ended.
            self._music &= {name for name, lines in self._bridges.items() if lines}
        return list(lines)

    def lines(self) -> list[Mapping[str, Any]]:
        """Those that are there. Raises Cut and Declined."""
        return list(self.orders.ask("GET", path_of("channels")))

    def forget(self, line: str) -> None:
        with self._lock:
            self._forget(line)

    def seen(self) -> Seen:
        with self._lock:
            return Seen(
                lines=dict(self._lines),
                bridges={name: frozenset(lines) for name, lines in self._bridges.items()},
                music=frozenset(self._music),
                tones=frozenset(self._tones),
                unsure=frozenset(self._unsure),
                sounds=dict(self._sounds),
            )

    def look_at_sound(self, name: str) -> bool:
        """Whether this recording goes on, and whether it pauses. Raises Cut and Declined."""
        try:
            told = self.orders.ask("GET", path_of("recordings", "live", name))
        except Declined as problem:
            if problem.status not in KNOWS_NO_SUCH:
                raise
            told = None
        with self._lock:
            self._sounds.pop(name, None)
            if told and told.get("state") in ("queued", RUNS, PAUSED):
                self._sounds[name] = PAUSED if told["state"] == PAUSED else RUNS
        return bool(told)

    def told(self, event: Mapping[str, Any]) -> None:
        """Something happened there."""
        channel, bridge = event.get("channel") or {}, event.get("bridge") or {}
        line, name = str(channel.get("id", "")), str(bridge.get("id", ""))
        with self._lock:
            self.stopping = self.stopping or stops(event)
            match event.get("type"):
                case "StasisStart":
                    quiet = ends_after(str(channel.get("name", "")))
                    self._lines[line] = Line(answered=self._is_up(channel), ours=True, ends_after=quiet)
                case "ChannelStateChange" if line in self._lines:
                    self._lines[line] = replace(self._lines[line], answered=self._is_up(channel))
                case "ChannelDestroyed" | "StasisEnd":
                    self._forget(line)
                case "ChannelEnteredBridge":
                    self._bridges.setdefault(name, set()).add(line)
                case "ChannelLeftBridge":
                    self._left(line, name)
                    if bridge.get("channels") == []:
                        self._music.discard(name)  # whoever came since then has to be given it anew
                case "RecordingFinished" | "RecordingFailed":
                    self._sounds.pop(str((event.get("recording") or {}).get("name", "")), None)
                case "BridgeDestroyed":
                    self._bridges.pop(name, None)
                    self._music.discard(name)

    def carry_out(self, order: Order) -> None:
        """Ask it, and note the effect; what is there, or gone, already is as it should be. Raises Cut and Declined."""
        try:
            self.orders.ask(order.method, path_of(*order.path), order.query, order.body)
        except Declined as problem:
            of_sound = order.path[:2] == ("recordings", "live")
            if of_sound and problem.status == IS_GONE:
                with self._lock:
                    self._sounds.pop(order.path[2], None)
                return
            done = problem.status == IS_GONE if order.method == "DELETE" else problem.status == IS_THERE
            if not done:
                if problem.status == IS_GONE and order.line:
                    with self._lock:
                        self._forget(order.line)
                raise
        with self._lock:
            self._note(order)

    def _note(self, order: Order) -> None:
        match order.method, order.path:
            case "POST", ("channels", line, "answer"):
                self._lines[line] = replace(self._lines.get(line, Line()), answered=True, ours=True)
            case "POST", ("channels", line, "ring"):
                self._tones.add(line)
            case "DELETE", ("channels", line, "ring"):
                self._tones.discard(line)
                self._unsure.discard(line)
            case "POST", ("channels", _, "record") | ("bridges", _, "record"):
                self._sounds[str(order.query["name"])] = RUNS
            case "POST", ("recordings", "live", name, "pause"):
                self._sounds[name] = PAUSED
            case "DELETE", ("recordings", "live", name, "pause"):
                self._sounds[name] = RUNS
            case "POST", ("recordings", "live", name, "stop"):
                self._sounds.pop(name, None)
            case "POST", ("channels", "externalMedia"):
                self._lines.setdefault(str(order.query["channelId"]), Line(ours=False))
            case "POST", ("channels", line) | ("channels", _, "snoop", line):
                self._lines.setdefault(line, Line(ours=False))
            case "DELETE", ("channels", line):
                self._forget(line)
            case "POST", ("bridges", name):
                self._bridges.setdefault(name, set())
            case "POST", ("bridges", name, "moh"):
                self._music.add(name)
            case "POST", ("bridges", name, "addChannel"):
                for line in str(order.query["channel"]).split(","):
                    self._put(line, name)
            case "DELETE", ("bridges", name):
                self._bridges.pop(name, None)

    def _is_up(self, channel: Mapping[str, Any]) -> bool:
        """Whoever was answered stays so, whatever is told late."""
        before = self._lines.get(str(channel["id"]))
        return channel.get("state") == "Up" or bool(before and before.answered)

    def _talking(self) -> set[str]:
        return {line for name, lines in self._bridges.items() if not name.startswith(MUSIC) for line in lines}

    def _put(self, line: str, name: str) -> None:
        for other in self._bridges:
            if other != name:
                self._left(line, other)
        self._unsure.discard(line)
        self._bridges.setdefault(name, set()).add(line)

    def _left(self, line: str, name: str) -> None:
        """Asterisk ends the music of a bridge when the last one leaves it, and does not begin it again by itself."""
        there = self._bridges.get(name, set())
        if line in there:
            there.discard(line)
            if not there:
                self._music.discard(name)

    def _forget(self, line: str) -> None:
        self._lines.pop(line, None)
        self._tones.discard(line)
        self._unsure.discard(line)
        for name in self._bridges:
            self._left(line, name)


def _line(told: Mapping[str, Any]) -> Line:
    in_app = (told.get("dialplan") or {}).get("app_name") in ("Stasis", "")
    return Line(answered=told.get("state") == "Up", ours=in_app, ends_after=ends_after(str(told.get("name", ""))))
