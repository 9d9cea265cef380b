"""An exchange that is only played: callers, phones and bridges without any sound, for whoever has no Asterisk.

It is asked and tells like a real one, so everything behind it is the product itself. A phone is lifted by accepting in
the desk.
"""

import queue
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from fanal.channels.asterisk.ari import Address, Cut, Declined, Events, Orders
from fanal.channels.asterisk.wire import AGENT, IN

RUN = "played"


class Played:
    """What there is: lines, each as Asterisk tells it, and who is in which bridge. Several threads ask."""

    def __init__(self) -> None:
        self.began = datetime.now(UTC).isoformat()
        self.lines: dict[str, dict[str, Any]] = {}
        self.bridges: dict[str, set[str]] = {}
        self._listeners: list[queue.SimpleQueue[dict[str, Any] | None]] = []
        self._lock = threading.RLock()

    # What callers and phones do

    def calls(self, line: str, *, number: str, called: str) -> None:
        """Somebody calls us."""
        with self._lock:
            self._begin(line, state="Ring", number=number, words=[IN, called, RUN])
            self._tell("StasisStart", line, args=[IN, called, RUN])

    def lifts(self, line: str) -> None:
        """A phone that rings is lifted."""
        with self._lock:
            if line in self.lines and self.lines[line]["state"] != "Up":
                self.lines[line] |= {"state": "Up", "dialplan": {"app_name": "Stasis", "app_data": f"fanal,{AGENT}"}}
                self._tell("ChannelStateChange", line)
                self._tell("StasisStart", line, args=[AGENT])

    def lays_down(self, line: str, *, cause: int = 16) -> None:
        """Or is hung up on."""
        with self._lock:
            gone = self.lines.pop(line, None)
            if gone is None:
                return
            for name in [name for name, there in self.bridges.items() if line in there]:
                self.bridges[name].discard(line)
                self._say({"type": "ChannelLeftBridge", "channel": gone, "bridge": {"id": name}})
            self._say({"type": "StasisEnd", "channel": gone})
            self._say({"type": "ChannelDestroyed", "channel": gone, "cause": cause})

    def rings(self) -> list[str]:
        with self._lock:
            return [line for line, told in self.lines.items() if told["state"] == "Ringing"]

    def talks(self, line: str) -> bool:
        """Whether somebody else is with them."""
        with self._lock:
            return any(line in there and len(there) > 1 for name, there in self.bridges.items() if name[:2] == "t-")

    # What it is asked

    def ask(self, method: str, parts: tuple[str, ...], query: Mapping[str, Any]) -> Any:
        """Raises Declined."""
        with self._lock:
            match method, parts:
                case "GET", ("asterisk", "info"):
                    return {"system": {"entity_id": RUN}, "status": {"startup_time": self.began}}
                case "GET", ("channels",):
                    return [dict(line) for line in self.lines.values()]
                case "GET", ("bridges",):
                    return [{"id": name, "channels": sorted(there)} for name, there in self.bridges.items()]
                case "GET", ("endpoints", *_):
                    return []
                case (_, ("applications" | "asterisk" | "playbacks", *_)):
                    return None
                case "POST", ("channels", "externalMedia"):
                    raise Declined(501, "This exchange is only played.")
                case "POST", ("channels", line) if line in self.lines:
                    raise Declined(409, "It is there.")
                case "POST", ("channels", line):
                    self._begin(line, state="Ringing", number=str(query.get("callerId", "")), words=[])
                    return self._tell("ChannelStateChange", line)
                case (_, ("channels", line, *_)) if line not in self.lines:
                    raise Declined(404, "There is no such line.")
                case _:
                    return self._change(method, parts, query)

    def _change(self, method: str, parts: tuple[str, ...], query: Mapping[str, Any]) -> None:
        match method, parts:
            case "POST", ("channels", line, "answer"):
                self.lines[line]["state"] = "Up"
                self._tell("ChannelStateChange", line)
            case "POST", ("channels" | "bridges", _, "record"):
                self._say({"type": "RecordingFailed", "recording": {"name": query["name"], "cause": "only_played"}})
            case "POST", ("channels", line, "play"):
                playback = {"id": query["playbackId"], "target_uri": f"channel:{line}", "state": "done"}
                self._say({"type": "PlaybackFinished", "playback": playback})
            case "DELETE", ("channels", line):
                self.lays_down(line, cause=int(query.get("reason_code", 16)))
            case _, ("channels", _, "ring"):
                return
            case "POST", ("bridges", name):
                self.bridges.setdefault(name, set())
            case _, ("bridges", name, *_) if name not in self.bridges:
                raise Declined(404, "There is no such bridge.")
            case "POST", ("bridges", name, "addChannel"):
                for line in str(query["channel"]).split(","):
                    self._put(line, name)
            case "DELETE", ("bridges", name):
                del self.bridges[name]
                self._say({"type": "BridgeDestroyed", "bridge": {"id": name}})
            case "POST", ("bridges", _, "moh"):
                return
            case _:
                raise Declined(501, "This exchange is only played.")

    def _put(self, line: str, name: str) -> None:
        if line not in self.lines:
            raise Declined(400, "There is no such line.")
        for other in [other for other, there in self.bridges.items() if line in there]:
            self.bridges[other].discard(line)
            self._tell("ChannelLeftBridge", line, bridge={"id": other})
        self.bridges[name].add(line)
        self._tell("ChannelEnteredBridge", line, bridge={"id": name})

    def _begin(self, line: str, *, state: str, number: str, words: list[str]) -> None:
        plan = {"app_name": "Stasis", "app_data": ",".join(["fanal", *words])} if words else {"app_name": "AppDial2"}
        self.lines[line] = {
            "id": line, "state": state, "caller": {"number": number, "name": ""}, "dialplan": plan,
            "creationtime": datetime.now(UTC).isoformat(),
        }  # fmt: skip

    def _tell(self, kind: str, line: str, **more: Any) -> None:
        self._say({"type": kind, "channel": dict(self.lines[line]), **more})

    def _say(self, event: dict[str, Any]) -> None:
        event["timestamp"] = datetime.now(UTC).isoformat()
        for listener in self._listeners:
            listener.put(event)

    # Who listens

    def listen(self) -> "queue.SimpleQueue[dict[str, Any] | None]":
        with self._lock:
            self._listeners.append(queue.SimpleQueue())
            return self._listeners[-1]

    def leave(self, listener: "queue.SimpleQueue[dict[str, Any] | None]") -> None:
        with self._lock:
            if listener in self._listeners:
                self._listeners.remove(listener)
            listener.put(None)


class PlayedEvents(Events):
    def __init__(self, played: Played) -> None:
        self._played, self._told = played, played.listen()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        while (event := self._told.get()) is not None:
            yield event
        raise Cut("closed")

    def close(self) -> None:
        self._played.leave(self._told)


class PlayedOrders(Orders):
    def __init__(self, played: Played) -> None:
        self._played = played

    def ask(
        self, method: str, path: str, query: Mapping[str, Any] | None = None, body: Mapping[str, Any] | None = None
    ) -> Any:
        return self._played.ask(method, tuple(unquote(part) for part in path.split("/")), query or {})

    def close(self) -> None:
        return


class PlayedAddress(Address):
    """Where the exchange that is only played answers: in this process."""

    def __init__(self, played: Played) -> None:
        super().__init__(url="ws://localhost", user=RUN, secret="")
        object.__setattr__(self, "played", played)

    played: Played

    def events(self, app: str) -> Events:
        return PlayedEvents(self.played)

    def orders(self, app: str, *, lines: int = 4) -> Orders:
        return PlayedOrders(self.played)
