"""What the back office knows, in one small file: things, what was done under which key, and its switches."""

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

TABLES = """
CREATE TABLE IF NOT EXISTS thing (kind TEXT, number TEXT, said TEXT, PRIMARY KEY (kind, number));
CREATE TABLE IF NOT EXISTS done (key TEXT PRIMARY KEY, status INTEGER, said TEXT);
CREATE TABLE IF NOT EXISTS act (at TEXT, what TEXT, number TEXT);
CREATE TABLE IF NOT EXISTS switch (name TEXT PRIMARY KEY);
"""
SWITCHES = ("slow", "down", "lost")
FIRST_NUMBER = 900_001


class Store:
    """Several threads may use it: one at a time does."""

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._file = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._file.executescript(TABLES)

    def close(self) -> None:
        self._file.close()

    @contextmanager
    def whole(self) -> Iterator[None]:
        """All of it or nothing."""
        with self._lock:
            self._file.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._file.execute("ROLLBACK")
                raise
            self._file.execute("COMMIT")

    def fill(self, things: Iterable[tuple[str, str, Any]]) -> int:
        """Put things in, in place of what was there under their numbers; how many."""
        rows = [(kind, number, json.dumps(said, ensure_ascii=False)) for kind, number, said in things]
        with self.whole():
            self._file.executemany("INSERT OR REPLACE INTO thing VALUES (?, ?, ?)", rows)
        return len(rows)

    def thing(self, kind: str, number: str) -> Any:
        """What is known of it; None for what is not."""
        with self._lock:
            row = self._file.execute("SELECT said FROM thing WHERE kind = ? AND number = ?", (kind, number)).fetchone()
        return json.loads(row[0]) if row else None

    def keep(self, kind: str, number: str, said: Any) -> None:
        with self._lock:
            self._file.execute("INSERT OR REPLACE INTO thing VALUES (?, ?, ?)", (kind, number, json.dumps(said)))

    def answer_under(self, key: str) -> tuple[int, Any] | None:
        """What was answered when this key came first."""
        with self._lock:
            row = self._file.execute("SELECT status, said FROM done WHERE key = ?", (key,)).fetchone()
        return (row[0], json.loads(row[1])) if row else None

    def remember(self, key: str, status: int, said: Any) -> None:
        with self._lock:
            self._file.execute("INSERT INTO done VALUES (?, ?, ?)", (key, status, json.dumps(said)))

    def note(self, what: str, number: str) -> None:
        """That something was really done, for whoever counts."""
        with self._lock:
            self._file.execute("INSERT INTO act VALUES (?, ?, ?)", (datetime.now(UTC).isoformat(), what, number))

    def acts(self) -> list[tuple[str, str]]:
        with self._lock:
            return list(self._file.execute("SELECT what, number FROM act ORDER BY rowid"))

    def next_number(self) -> str:
        with self._lock:
            taken = self._file.execute("SELECT count(*) FROM act WHERE what = 'order'").fetchone()[0]
        return f"HL-{FIRST_NUMBER + int(taken)}"

    @property
    def switches(self) -> set[str]:
        with self._lock:
            return {name for (name,) in self._file.execute("SELECT name FROM switch")}

    def turn(self, name: str, on: bool) -> None:
        if name not in SWITCHES:
            raise KeyError(name)
        statement = "INSERT OR IGNORE INTO switch VALUES (?)" if on else "DELETE FROM switch WHERE name = ?"
        with self._lock:
            self._file.execute(statement, (name,))
