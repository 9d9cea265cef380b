"""On the room's desks: whoever comes in is taken before what is to be done for those who were, each call in order."""

import threading

from fanal.channels.asterisk.wire import Kept
from fanal.intake.voice.desks import Desks
from fanal.intake.voice.lanes import Lanes
from fanal.intake.voice.work import Steer, Urgency, Work


def told(line: str, key: str, *args: str) -> Kept:
    return Kept(key=key, line=line, body={"args": list(args)})


def all_of(lanes: Lanes) -> list[Work]:
    """Done by one person, one after the other."""
    found = []
    while not lanes.empty():
        turn = lanes.take()
        assert turn
        found.append(turn[1])
        lanes.done(turn[0])
    return found


def test_who_comes_in_comes_first_then_who_is_waited_for_and_each_kind_in_its_order() -> None:
    lanes = Lanes()
    ends, swept = told("a", "1"), Steer(interaction=4, urgency=Urgency.SWEPT)
    lifted, rings = told("d", "2", "agent"), Steer(interaction=5, urgency=Urgency.IS_AWAITED)
    comes, also = told("b", "3", "in"), told("c", "4", "in")
    first = Steer(interaction=6, urgency=Urgency.COMES_IN)
    for work in (swept, ends, lifted, comes, rings, also, first):
        lanes.put(work.interaction if isinstance(work, Steer) else work.line, work)
    assert all_of(lanes) == [comes, also, first, lifted, rings, ends, swept]


def test_what_is_told_of_one_line_stays_in_its_order_however_urgent() -> None:
    lanes = Lanes()
    ends, other, lifted = told("a", "1"), told("b", "2"), told("a", "3", "agent")
    for work in (ends, other, lifted):
        lanes.put(work.line, work)
    assert all_of(lanes) == [ends, lifted, other]


def test_a_call_is_in_the_hands_of_one_at_a_time() -> None:
    lanes = Lanes()
    for number in range(3):
        lanes.put(7, Steer(interaction=7, urgency=Urgency(number)))
    lanes.put(8, Steer(interaction=8, urgency=Urgency.SWEPT))
    hands = [lanes.take(), lanes.take()]
    assert [lane for lane, _work in filter(None, hands)] == [7, 8], "while somebody has the call its other work waits"
    lanes.done(7)
    assert lanes.take() == (7, Steer(interaction=7, urgency=Urgency(1)))


def test_how_far_behind_it_is_with_what_is_said_of_each_urgency() -> None:
    lanes = Lanes()
    assert lanes.behind() == {}
    for call in (1, 2):
        lanes.put(call, Steer(interaction=call))
    first = lanes.behind()[Urgency.FOLLOWS]
    assert lanes.behind()[Urgency.FOLLOWS] > first >= 0
    lanes.put(3, Steer(interaction=3, urgency=Urgency.IS_AWAITED))
    assert set(lanes.behind()) == {Urgency.IS_AWAITED, Urgency.FOLLOWS}


def test_all_that_lies_there_is_done_once_before_the_day_ends() -> None:
    done: list[tuple[int, Work]] = []
    running: set[int] = set()
    torn: list[int] = []

    def do(what: Work) -> None:
        assert isinstance(what, Steer)
        if what.interaction in running:
            torn.append(what.interaction)
        running.add(what.interaction)
        done.append((what.interaction, what))
        running.discard(what.interaction)

    desks = Desks(do)
    threads = desks.threads()
    for thread in threads:
        thread.start()
    putting = [
        threading.Thread(target=lambda: [desks.steer(n % 17, Steer(interaction=n % 17)) for n in range(500)])
        for _ in range(3)
    ]
    for thread in putting:
        thread.start()
    for thread in putting:
        thread.join()
    desks.close()
    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)
    assert len(done) == 1500
    assert not torn
    assert not desks.are_busy()
