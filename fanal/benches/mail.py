"""Mail end to end: what an MTA hands over, stored and acknowledged, parsed, and waiting in a queue."""

import random
import smtplib
import threading
import time

import psycopg

from fanal.benches.frame import Figures, Progress, database, free_ports, processes, wait_for_post, with_post

NAME = "mail"
GOALS = {"taken_per_s": 100.0, "processed_per_s": 30.0, "lost": 0.0, "doubled": 0.0}
ADDRESS = "support@bench.example"
PATIENCE = 300.0  # seconds until all is processed
WORDS = [
    "parcel",
    "order",
    "number",
    "arrived",
    "yesterday",
    "broken",
    "please",
    "answer",
    "soon",
    "invoice",
    "account",
    "contract",
    "return",
    "address",
    "window",
    "colour",
    "wrong",
    "again",
    "nobody",
    "called",
    "waiting",
    "since",
    "Monday",
    "thank",
    "you",
    "regards",
]


def run(progress: Progress, *, mails: int = 1500, at_once: int = 4) -> tuple[dict[str, float], Figures]:
    """The real `fanal mail`; this process is the MTA, on so many connections, as fast as it is answered."""
    port, _ = free_ports()
    with database(NAME, progress) as address, with_post(port):
        _world()
        rng = random.Random(1)
        letters = [_letter(rng, number) for number in range(mails)]
        with processes([["-m", "fanal", "mail"]], address):
            wait_for_post(port)
            progress("Handing over …")
            began = time.perf_counter()
            _hand_over(letters, port, at_once)
            taken = time.perf_counter() - began
            progress("Waiting until all are processed …")
            _wait_until_processed(address, mails)
            processed = time.perf_counter() - began
        figures = _stored(address, mails)
    figures |= {
        "taken_per_s": mails / taken,
        "processed_per_s": mails / processed,
        "kilobytes_each": sum(map(len, letters)) / mails / 1000,
    }
    return {"mails": mails, "at_once": at_once}, figures


def _world() -> None:
    from fanal.channels.models import ChannelAccount
    from fanal.routing.models import Queue

    Queue.objects.create(code="bench", name="Bench")
    ChannelAccount.objects.create(
        kind="email", code="bench", name="Bench", address=ADDRESS, settings={"queue": "bench", "listener": True}
    )


def _letter(rng: random.Random, number: int) -> bytes:
    """Mail as it comes: most of it with HTML, some answers with what they quote, some with a file."""
    text = " ".join(rng.choices(WORDS, k=rng.randint(20, 200)))
    quoted = f"\r\n\r\nOn Mon, 2 Mar 2026 at 10:00, Support wrote:\r\n> {text}" if number % 3 == 0 else ""
    html = f"<html><body><p>{text}</p>{'<p>regards</p>' * rng.randint(1, 20)}</body></html>"
    file = rng.randbytes(rng.randint(2_000, 40_000)).hex() if number % 10 == 0 else ""
    lines = [
        f"From: Customer {number} <customer{number}@mail{number % 50}.example>", f"To: {ADDRESS}",
        f"Subject: Question {number}", f"Message-ID: <{number}.{rng.getrandbits(64):x}@mail.example>",
        "Date: Mon, 02 Mar 2026 10:00:00 +0000", "MIME-Version: 1.0",
        'Content-Type: multipart/mixed; boundary="m"', "", "--m", 'Content-Type: multipart/alternative; boundary="a"',
        "", "--a", "Content-Type: text/plain; charset=utf-8", "", text + quoted, "--a",
        "Content-Type: text/html; charset=utf-8", "", html, "--a--",
    ]  # fmt: skip
    if file:
        lines += ["--m", "Content-Type: text/csv", 'Content-Disposition: attachment; filename="list.csv"', ""]
        lines += [file[at : at + 900] for at in range(0, len(file), 900)]
    return "\r\n".join([*lines, "--m--", ""]).encode()


def _hand_over(letters: list[bytes], port: int, at_once: int) -> None:
    waiting, problems = iter(letters), list[Exception]()
    guard = threading.Lock()

    def send() -> None:
        try:
            with smtplib.LMTP("127.0.0.1", port) as mta:
                while True:
                    with guard:
                        letter = next(waiting, None)
                    if letter is None:
                        return
                    mta.sendmail("customer@mail.example", [ADDRESS], letter)
        except Exception as problem:
            problems.append(problem)

    threads = [threading.Thread(target=send) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]


def _wait_until_processed(address: str, mails: int) -> None:
    deadline = time.monotonic() + PATIENCE
    with psycopg.connect(address, autocommit=True) as connection:
        while time.monotonic() < deadline:
            row = connection.execute("SELECT count(*) FROM channels_rawevent WHERE state <> 'received'").fetchone()
            if row and row[0] >= mails:
                return
            time.sleep(0.1)
    raise TimeoutError("not all mails were processed in time")


def _stored(address: str, mails: int) -> Figures:
    with psycopg.connect(address) as connection:
        rows = connection.execute(
            "SELECT count(*), count(DISTINCT header_id), (SELECT count(*) FROM routing_queueentry)"
            " FROM interactions_letter WHERE NOT ours"
        ).fetchone()
    assert rows
    letters, distinct, waiting = rows
    return {"lost": float(mails - min(distinct, waiting)), "doubled": float(letters - distinct)}
