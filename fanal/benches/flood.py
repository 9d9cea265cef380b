"""Ten times what can be served: oldest first within a priority, chats before the post, memory that does not grow."""

import asyncio
import contextlib
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psutil
import psycopg

from fanal.benches.flood_players import Flood, Post, serve, world
from fanal.benches.frame import (
    Figures,
    Progress,
    database,
    on_ports,
    percentile,
    ports_in_a_row,
    processes,
    wait_for,
    wait_for_post,
    with_post,
)

NAME = "flood"
GOALS = {
    "lost": 0.0,
    "doubled": 0.0,
    "younger_first": 0.0,
    "lower_first": 0.0,
    "mails_out_of_order": 0.0,
    "chats_behind_the_post": 0.0,
    "grown_mb": 24.0,
}
PROCESSES = ("web", "acd", "worker", "mail")
PATIENCE = 900.0  # seconds until the last mail is processed
MB = 1024 * 1024


def run(progress: Progress, *, seconds: int = 60, agents: int = 5, times: int = 10) -> tuple[dict[str, float], Figures]:
    """The real web, acd, worker and mail; agents who serve one chat a second each; and the post as fast as it goes."""
    port = ports_in_a_row(3)
    with with_post(port + 2), on_ports(port, port + 1), database(NAME, progress) as address:
        accounts = world(agents)
        with processes([["-m", "fanal", name] for name in PROCESSES], address) as started:
            wait_for(port)
            wait_for_post(port + 2)
            watched = Memory({name: psutil.Process(one.pid) for name, one in zip(PROCESSES, started, strict=True)})
            flood = Flood(port=port, accounts=accounts, seconds=seconds, per_s=agents * times)
            with _background(serve), _background(Post(port + 2, flood).send):
                progress(f"{agents * times} chats a second for {seconds} s, and mails …")
                with _background(watched.watch):
                    asyncio.run(flood.play())
                flood.over.set()
                figures = _at_the_end(address)
            progress("Until the last mail is processed …")
            _wait_until_processed(address)
            figures |= _counted(address, flood) | watched.figures()
            for line in _set_aside(address):
                progress(line)
    load = {"seconds": float(seconds), "agents": float(agents), "times": float(times)}
    return load, figures


class Memory:
    """What each process and those under it hold alone, looked at twice a second."""

    def __init__(self, families: dict[str, psutil.Process]) -> None:
        self.families = families
        self.seen: dict[str, list[float]] = defaultdict(list)

    def watch(self, stop: threading.Event) -> None:
        while not stop.wait(0.5):
            for name, root in self.families.items():
                self.seen[name].append(_alone(root))

    def figures(self) -> Figures:
        """Between the middle and the end what waits has doubled; what is held must not have grown by it."""
        halves = {
            name: (rows[len(rows) // 4 : len(rows) // 2], rows[len(rows) // 2 :]) for name, rows in self.seen.items()
        }
        grown = {name: max(second) - max(first) for name, (first, second) in halves.items() if first and second}
        most = {f"{name}_mb": max(rows) for name, rows in self.seen.items()}
        return {"grown_mb": max(grown.values()), **most, **{f"{name}_grown_mb": more for name, more in grown.items()}}


def _alone(root: psutil.Process) -> float:
    """In megabytes, without the parser of mails: it is bounded by itself, and another one each five hundred mails."""
    total = 0
    for one in (root, *root.children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            if "fanal.channels.email.parsing.child" not in one.cmdline():
                total += one.memory_full_info().uss
    return total / MB


@contextmanager
def _background(work: Callable[[threading.Event], None]) -> Iterator[None]:
    """The work goes on in a thread meanwhile; what it raises, this raises."""
    stop = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        going_on = pool.submit(work, stop)
        try:
            yield
        finally:
            stop.set()
        going_on.result()


def _at_the_end(address: str) -> Figures:
    """At the moment at which the flood ends: what waits of the post, and whether a chat waits behind it."""
    asked = """SELECT count(*) FILTER (WHERE kind = 'mail'), count(*) FILTER (WHERE kind <> 'mail'),
                      (SELECT count(*) FROM routing_queueentry WHERE state = 'waiting' AND channel = 'webchat')
               FROM channels_rawevent WHERE state = 'received'"""
    with psycopg.connect(address) as rows:
        mails, chats, waiting = rows.execute(asked).fetchone() or (0, 0, 0)
    return {"mails_waiting": float(mails), "chats_behind_the_post": float(chats), "contacts_waiting": float(waiting)}


def _wait_until_processed(address: str) -> None:
    deadline = time.monotonic() + PATIENCE
    with psycopg.connect(address, autocommit=True) as rows:
        while rows.execute("SELECT 1 FROM channels_rawevent WHERE state = 'received' LIMIT 1").fetchone():
            if time.monotonic() > deadline:
                raise TimeoutError("not all that was taken was processed in time")
            time.sleep(0.2)


def _set_aside(address: str) -> list[str]:
    with psycopg.connect(address) as rows:
        found = rows.execute("SELECT kind, reason, count(*) FROM channels_rawevent WHERE reason <> '' GROUP BY 1, 2")
        return [f"set aside: {number} {kind} {reason}" for kind, reason, number in found]


def _counted(address: str, flood: Flood) -> Figures:
    with psycopg.connect(address) as rows:
        chats = [key for (key,) in rows.execute(CHATS)]
        mails = [key for (key,) in rows.execute("SELECT header_id FROM interactions_letter WHERE NOT ours")]
        served, offers = rows.execute(SERVED).fetchone() or (0, 0)
        rows.execute("CREATE TEMPORARY TABLE answered (key text PRIMARY KEY, at timestamptz)")
        with rows.cursor() as cursor:
            cursor.executemany("INSERT INTO answered VALUES (%s, %s)", list(flood.taken.items()))
        rows.execute(WAITED)
        younger, lower, tempted = (_overtaken(rows, what) for what in (OLDER, HIGHER, YOUNGER))
        (turned,) = rows.execute(TURNED).fetchone() or (0,)
    missing = (set(flood.taken) - set(chats)) | (set(flood.mails) - set(mails))
    return {
        "chats_taken": float(len(flood.taken)),
        "mails_taken": float(len(flood.mails)),
        "offered": float(offers),
        "served": float(served),
        "lost": float(len(missing)),
        "doubled": float(len(chats) - len(set(chats)) + len(mails) - len(set(mails))),
        "could_be_younger": float(tempted),
        "younger_first": float(younger),
        "lower_first": float(lower),
        "mails_out_of_order": float(turned),
        "chat_taken_p50_ms": percentile(flood.milliseconds, 0.50),
        "chat_taken_p95_ms": percentile(flood.milliseconds, 0.95),
    }


def _overtaken(rows: psycopg.Connection[Any], what: str) -> int:
    (found,) = rows.execute(OVERTAKEN.format(what)).fetchone() or (0,)
    return int(found)


CHATS = "SELECT split_part(external_id, ':', 2) FROM interactions_message WHERE external_id LIKE '%:flood-%'"
SERVED = "SELECT count(*) FILTER (WHERE state = 'accepted'), count(*) FROM routing_offer"
# What waited, since when everybody could see it (its customer had been answered), when it was offered first, and until
# when it waited: a customer whose window is silent for long has gone.
WAITED = """
CREATE TEMPORARY TABLE waited AS
SELECT e.id, e.priority, e.position_at, a.at AS since, o.offered, least(o.offered, e.left_at, 'infinity') AS until
FROM routing_queueentry e JOIN interactions_message m ON m.interaction_id = e.interaction_id
JOIN answered a ON a.key = split_part(m.external_id, ':', 2)
LEFT JOIN LATERAL (SELECT min(offered_at) AS offered FROM routing_offer WHERE entry_id = e.id) o ON true"""
OLDER = "x.priority = e.priority AND x.position_at < e.position_at"
YOUNGER = "x.priority = e.priority AND x.position_at > e.position_at"
HIGHER = "x.priority > e.priority"
# Offers of an entry while another one waited that stands so to it.
OVERTAKEN = """
SELECT count(*) FROM waited e
WHERE EXISTS (SELECT FROM waited x WHERE {} AND x.since < e.offered AND x.until > e.offered)"""
TURNED = """
SELECT count(*) FROM (
  SELECT m.id, lag(m.id) OVER (ORDER BY r.id) AS before FROM channels_rawevent r
  JOIN interactions_message m ON m.external_id = r.external_id WHERE r.kind = 'mail') AS said WHERE id < before"""
