"""An acd process as it runs in production, that also writes down when each offer was committed, for the bench."""

import pickle
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fanal.routing.matching import Made
    from fanal.routing.rules import Decision, State


def main(folder: Path, number: str, every: int) -> None:
    """Match until SIGTERM; leave the times of the offers and each so-many-th state with what was decided."""
    import django

    django.setup()
    from fanal.routing import acd

    stop = threading.Event()
    times: list[tuple[int, int, int, float]] = []
    states: list[tuple[State, int | None, int | None]] = []
    decided = 0
    signal.signal(signal.SIGTERM, lambda *_: stop.set())

    def record(state: "State", decision: "Decision") -> None:
        nonlocal decided
        decided += 1
        if decided % every == 0:
            states.append((state, decision.agent, decision.entry))

    def made(offers: "Sequence[Made]") -> None:
        now = time.monotonic()
        times.extend((offer.offer, offer.entry, offer.agent, now) for offer in offers)

    acd.spare_the_collector()
    began = time.process_time()
    acd.run(stop, record=record, made=made)
    took = time.process_time() - began
    (folder / f"matcher-{number}.pickle").write_bytes(pickle.dumps((times, states, took)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
