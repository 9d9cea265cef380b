"""What customers were told that we have: every acknowledged message, in the order in which each of them sent theirs."""

import json
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO


@dataclass(frozen=True, kw_only=True)
class Taken:
    """`key`: the sender's own id of it, or the Message-ID; `conversation`: what is to be kept in this order."""

    channel: str
    conversation: str
    key: str


class Ledger:
    """Counts what was acknowledged and, where a file is named, writes it down line by line."""

    def __init__(self, path: Path | None = None) -> None:
        self.number = 0
        self._file: IO[str] | None = path.open("a") if path else None
        self._guard = threading.Lock()

    def note(self, channel: str, conversation: str, key: str) -> None:
        """Called after the acknowledgement, before anything else is sent."""
        with self._guard:
            self.number += 1
            if self._file:
                self._file.write(json.dumps(asdict(Taken(channel=channel, conversation=conversation, key=key))) + "\n")
                self._file.flush()

    def close(self) -> None:
        if self._file:
            self._file.close()


def read(path: Path) -> Iterator[Taken]:
    """What a ledger wrote; half a line at its end was never acknowledged."""
    for line in path.read_text().splitlines(keepends=True):
        if line.endswith("\n"):
            yield Taken(**json.loads(line))
