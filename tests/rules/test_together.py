"""What comes meanwhile is written in one lot, and nobody hears of it before it is written."""

import threading
import time
from collections.abc import Sequence

import pytest

from fanal.intake.together import Together


class Store:
    """Writes when it is let, and remembers in which lots."""

    def __init__(self) -> None:
        self.lots: list[list[int]] = []
        self.may_write = threading.Event()
        self.begun = threading.Event()

    def write(self, lot: Sequence[int]) -> list[int]:
        self.lots.append(sorted(lot))
        self.begun.set()
        assert self.may_write.wait(10)
        if 13 in lot:
            raise ValueError("thirteen")
        return [one * 10 for one in lot]


def ask(together: Together[int, int], numbers: Sequence[int], heard: dict[int, object]) -> list[threading.Thread]:
    def one(number: int) -> None:
        try:
            heard[number] = together.add(number)
        except ValueError as problem:
            heard[number] = str(problem)

    threads = [threading.Thread(target=one, args=[number], daemon=True) for number in numbers]
    for thread in threads:
        thread.start()
    return threads


def all_wait(together: Together[int, int], count: int) -> None:
    for _ in range(1000):
        if len(together._waiting) == count:
            return
        time.sleep(0.01)
    raise AssertionError(f"{len(together._waiting)} wait, not {count}")


@pytest.fixture
def store() -> Store:
    return Store()


def test_what_comes_while_one_is_written_is_the_next_lot(store: Store) -> None:
    together, heard = Together(store.write, at_most=3), dict[int, object]()
    threads = ask(together, [1], heard)
    assert store.begun.wait(10)
    threads += ask(together, [2, 3, 4, 5], heard)
    all_wait(together, 4)
    assert heard == {}
    store.may_write.set()
    for thread in threads:
        thread.join(10)
    assert heard == {number: number * 10 for number in range(1, 6)}
    assert [len(lot) for lot in store.lots] == [1, 3, 1]


def test_a_lot_that_fails_fails_for_those_in_it_and_the_next_is_written(store: Store) -> None:
    together, heard = Together(store.write, at_most=2), dict[int, object]()
    threads = ask(together, [13], heard)
    assert store.begun.wait(10)
    threads += ask(together, [1], heard)
    all_wait(together, 1)
    store.may_write.set()
    for thread in threads:
        thread.join(10)
    assert heard == {13: "thirteen", 1: 10}
    assert together.add(2) == 20
