"""Nothing is lost: processes are killed at random while customers write on both channels; then all is counted."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import psutil
import psycopg

from fanal.benches.frame import Figures, Progress, ports_in_a_row, wait_for
from fanal.benches.kept_promises import Kept, compare, what_is_known
from fanal.benches.processor import postmaster
from fanal.running.postgres.folders import socket_folder

NAME = "kills"
GOALS = {
    "lost": 0.0,
    "doubled": 0.0,
    "out_of_order": 0.0,
    "left_over": 0.0,
    "set_aside": 0.0,
    "broken_promises": 0.0,
    "helped_up": 0.0,
}
KINDS = {
    "web": 2, "web worker": 3, "live": 2, "acd": 3, "mail": 4, "parser": 3, "worker": 3, "database": 3,
    "database session": 4, "supervisor": 1,
}  # fmt: skip
"""What is killed, and how often one beside another."""
WHOLE = ("web", "live", "acd", "mail", "worker", "database")
FIRST = 5  # messages acknowledged before the first is killed
SLOWEST = 15.0  # seconds that a kill may take, on average, until the next
BACK = 90.0  # seconds until everything must run again by itself
SETTLED = 150.0  # seconds until what was taken must be processed: the slowest sweep, twice


def run(
    progress: Progress, *, kills: int = 100, seed: int = 1, pause: float = 3.0, rate: float = 60
) -> tuple[dict[str, float], Figures]:
    """So many kills, about `pause` seconds apart, during `fanal traffic` with so many customers a minute."""
    with tempfile.TemporaryDirectory(prefix="fanal-kills-") as folder:
        home = Path(folder) / "home"
        place = Place(home=home, port=ports_in_a_row(3))
        progress("Loading a small demo company …")
        place.do("demo", "load", "--people", "150", "--days", "1")
        with contextlib.closing(place):
            progress("Starting …")
            place.start()
            place.wait_until_whole()
            minutes = kills * (pause + SLOWEST) / 60 + 2
            with customers(place, Path(folder) / "acknowledged", minutes=minutes, rate=rate, seed=seed) as traffic:
                slowest = _kill(place, Random(seed), kills=kills, pause=pause, progress=progress)
                progress("Until all run again, and all customers have gone home …")
                began = time.monotonic()
                place.wait_until_whole()
                slowest = max(slowest, time.monotonic() - began)
                traffic.send_signal(signal.SIGINT)
                traffic.wait(timeout=120)
            progress("Until all that was taken is processed …")
            left = place.wait_until_settled()
            kept = compare(Path(folder) / "acknowledged", place.address)
            broken = place.verify()
            for what, which in (
                ("set aside", kept.set_aside),
                ("lost", kept.lost),
                ("doubled", kept.doubled),
                ("out of order", kept.out_of_order),
            ):
                if which:
                    progress(f"{what}: {', '.join(which)}")
            for key in kept.lost:
                progress(what_is_known(key, place.address, home / "files"))
            if broken:
                progress(f"broken: {', '.join(broken)}")
    return (
        {"kills": float(kills), "seed": float(seed), "pause": pause, "rate": rate},
        _figures(kept, place, left=left, broken=broken, slowest=slowest),
    )


@dataclass(kw_only=True)
class Place:
    """`fanal up` on a home and ports of its own: the pages, the event stream and the post."""

    home: Path
    port: int
    up: subprocess.Popen[bytes] | None = None
    killed: Counter[str] = field(default_factory=Counter)
    started: int = 0

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "FANAL_HOME": str(self.home),
            "DATABASE_URL": "",
            "FANAL_POSTGRES_SETTINGS": "{}",  # what is promised is promised with what comes as it is
            "FANAL_HOST": "127.0.0.1",
            "FANAL_PORT": str(self.port),
            "FANAL_LIVE_PORT": str(self.port + 1),
            "FANAL_PUBLIC_URL": "",
            "FANAL_LIVE_URL": "",
            "FANAL_MAIL_LISTEN": self.post,
            "FANAL_SMTP_URL": (self.home / "outgoing").as_uri(),
        }

    @property
    def post(self) -> str:
        return f"smtp://127.0.0.1:{self.port + 2}"

    @property
    def address(self) -> str:
        return f"postgresql://postgres@/fanal?host={socket_folder(self.home)}"

    def do(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "fanal", *command],
            env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=600,
        )  # fmt: skip

    def start(self) -> None:
        """As somebody would in a terminal; also again after the supervisor itself was killed."""
        self.started += 1
        with (self.home / "up.log").open("ab") as log:
            command = [sys.executable, "-m", "fanal", "up"]
            self.up = subprocess.Popen(
                command, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    def close(self) -> None:
        """Ended as ctrl-C ends it; whatever is left of it is ended too."""
        assert self.up
        family = self.family()
        self.up.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.up.wait(timeout=60)
        for one in family:
            with contextlib.suppress(psutil.Error):
                one.kill()
        self.up.wait(timeout=30)

    def family(self) -> list[psutil.Process]:
        assert self.up
        found: list[psutil.Process] = []
        with contextlib.suppress(psutil.Error):
            found += [psutil.Process(self.up.pid), *psutil.Process(self.up.pid).children(recursive=True)]
        with contextlib.suppress(psutil.Error, OSError, ValueError):
            server = postmaster(self.home / "pg")
            found += [server, *server.children(recursive=True)]
        return found

    def wait_until_whole(self) -> None:
        """Until every process runs and the pages answer. Raises TimeoutError."""
        deadline = time.monotonic() + BACK
        while missing := [kind for kind in WHOLE if not self.found(kind)]:
            if time.monotonic() > deadline:
                raise TimeoutError("not everything runs again: " + ", ".join(missing))
            time.sleep(0.2)
        wait_for(self.port, patience=BACK)

    def found(self, kind: str) -> list[psutil.Process]:
        """The processes of this kind that run now."""
        with contextlib.suppress(psutil.Error, OSError, ValueError, IndexError):
            return self._found(kind)
        return []

    def _found(self, kind: str) -> list[psutil.Process]:
        assert self.up
        supervisor = psutil.Process(self.up.pid)
        match kind:
            case "supervisor":
                return [supervisor]
            case "database":
                return [postmaster(self.home / "pg")]
            case "database session":
                sessions = postmaster(self.home / "pg").children()
                return [one for one in sessions if "postgres fanal" in " ".join(one.cmdline())]
            case "web worker":
                return [one for web in self._named("web") for one in web.children() if one.is_running()]
            case "parser":
                return [
                    one
                    for mail in self._named("mail")
                    for one in mail.children()
                    if "fanal.channels.email.parsing.child" in one.cmdline()
                ]
            case _:
                return self._named(kind)

    def _named(self, name: str) -> list[psutil.Process]:
        assert self.up
        children = psutil.Process(self.up.pid).children()
        return [one for one in children if one.cmdline()[-3:] == ["-m", "fanal", name]]

    def wait_until_settled(self) -> int:
        """Until no input waits; returns how many still do when patience ends."""
        asked = "SELECT count(*) FROM channels_rawevent WHERE state = 'received'"
        deadline = time.monotonic() + SETTLED
        left = 1
        while left and time.monotonic() < deadline:
            time.sleep(0.5)
            with contextlib.suppress(psycopg.Error), psycopg.connect(self.address) as connection:
                left = int((connection.execute(asked).fetchone() or (0,))[0])
        return left

    def verify(self) -> list[str]:
        """The promises that do not hold."""
        said = json.loads(self.do("verify", "--thorough", "--json").stdout)
        return [one["name"] for one in said["invariants"] if not one["holds"]]


def _kill(place: Place, rng: Random, *, kills: int, pause: float, progress: Progress) -> float:
    """Kill one process after the other; returns the longest time in seconds until the pages answered again."""
    slowest, done = 0.0, 0
    while done < kills:
        time.sleep(rng.uniform(0.2, 2 * pause))
        kind = rng.choices(tuple(KINDS), tuple(KINDS.values()))[0]
        victims = place.found(kind)
        if not victims:
            continue  # it is on its way up
        with contextlib.suppress(psutil.NoSuchProcess):
            rng.choice(victims).kill()
            done += 1
            place.killed[kind] += 1
        progress(f"{done} of {kills} killed, the last a {kind} …")
        if kind == "supervisor":
            assert place.up
            place.up.wait()
            place.start()
        began = time.monotonic()
        wait_for(place.port, patience=BACK)
        slowest = max(slowest, time.monotonic() - began)
    return slowest


@contextmanager
def customers(
    place: Place, record: Path, *, minutes: float, rate: float, seed: int
) -> Iterator[subprocess.Popen[bytes]]:
    command = [
        sys.executable, "-m", "fanal", "traffic", "--rate", str(rate), "--minutes", str(minutes), "--agents", "6",
        "--hurry", "0.2", "--stubborn", "120", "--seed", str(seed), "--mail", place.post, "--record", str(record),
    ]  # fmt: skip
    with (place.home / "traffic.log").open("ab") as log:
        traffic = subprocess.Popen(command, env=place.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + BACK
        while not record.exists() or len(record.read_text().splitlines()) < FIRST:
            if traffic.poll() is not None or time.monotonic() > deadline:
                raise TimeoutError(f"the traffic did not begin: {place.home}/traffic.log")
            time.sleep(0.2)
        yield traffic
    finally:
        if traffic.poll() is None:
            traffic.kill()
            traffic.wait()


def _figures(kept: Kept, place: Place, *, left: int, broken: list[str], slowest: float) -> Figures:
    return {
        "acknowledged": float(kept.acknowledged),
        "acknowledged_by_mail": float(kept.by_mail),
        "lost": float(len(kept.lost)),
        "doubled": float(len(kept.doubled)),
        "out_of_order": float(len(kept.out_of_order)),
        "left_over": float(left),
        "set_aside": float(len(kept.set_aside)),
        "broken_promises": float(len(broken)),
        "helped_up": float(place.started - 1 - place.killed["supervisor"]),
        "longest_without_pages_s": slowest,
        **{f"killed_{kind.replace(' ', '_')}": float(number) for kind, number in sorted(place.killed.items())},
    }
