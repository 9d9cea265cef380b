"""Runs fanal's processes as its children: one that dies is started again, and all end when it does."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from fanal.running.program import SUPERVISED

LONGEST_PAUSE = 30.0
STEADY_AFTER = 60.0
GRACE = 20.0


def pause_before_restart(failures: int) -> float:
    """Seconds to wait before the next try: 1, 2, 4 … after quick failures in a row, never more than 30."""
    return min(LONGEST_PAUSE, 2.0 ** max(0, min(failures, 10) - 1))


@dataclass(kw_only=True)
class Child:
    """One process that should run."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    next_try_at: float = 0.0


@dataclass(kw_only=True)
class Supervisor:
    """Keeps its children running until it is told to stop."""

    commands: Mapping[str, Sequence[str]]
    environment: Mapping[str, str]
    tell: Callable[[str], None]
    stopping: threading.Event = field(default_factory=threading.Event)
    children: list[Child] = field(default_factory=list)

    def run(self) -> None:
        """Run the children; returns when all of them have ended after `stopping` was set."""
        self.children = []
        try:
            while not self.stopping.is_set():
                self._take_up_new()
                for child in self.children:
                    self._look_after(child, now=time.monotonic())
                self.stopping.wait(0.25)
        finally:
            self._end_all()

    def add(self, name: str, command: Sequence[str]) -> None:
        """One more process that should run from now on."""
        self.commands = {**self.commands, name: command}

    def _take_up_new(self) -> None:
        known = {child.name for child in self.children}
        self.children += [Child(name=name, command=one) for name, one in self.commands.items() if name not in known]

    def _look_after(self, child: Child, *, now: float) -> None:
        if child.process is None:
            if now >= child.next_try_at:
                self._start(child, now=now)
        elif (code := child.process.poll()) is not None:
            self._release(child)
            child.failures = 1 if now - child.started_at > STEADY_AFTER else child.failures + 1
            child.next_try_at = now + pause_before_restart(child.failures)
            self.tell(f"{child.name} ended ({_how(code)}); starting it again in {child.next_try_at - now:.0f} s.")

    def _start(self, child: Child, *, now: float) -> None:
        # In a group of its own ctrl-C in the terminal does not reach it: it ends in order, when told to.
        child.process = subprocess.Popen(
            child.command,
            stdin=subprocess.PIPE,
            env={**os.environ, SUPERVISED: "1", **self.environment},
            process_group=0,
        )
        child.started_at = now

    def _end_all(self) -> None:
        running = [child for child in self.children if child.process]
        for child in running:
            assert child.process
            child.process.terminate()
        deadline = time.monotonic() + GRACE
        for child in running:
            assert child.process
            try:
                child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.tell(f"{child.name} did not end by itself; killing it.")
                _kill_group(child.process)
            self._release(child)

    def _release(self, child: Child) -> None:
        assert child.process
        _kill_group(child.process)  # what it may have left behind, such as a server's worker
        child.process.wait()
        if child.process.stdin:
            child.process.stdin.close()
        child.process = None


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """End exactly the group that this child leads."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _how(code: int) -> str:
    return f"by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
