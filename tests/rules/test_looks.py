"""What a look has seen is not looked at again; what it may not have seen is."""

from fanal.intake.voice.looks import LATELY, Looks, Snapshot
from fanal.intake.voice.work import Urgency


def test_a_snapshot_shows_what_had_ended_when_it_was_taken() -> None:
    snapshot = Snapshot.read("10:15:11,13")
    assert [xid for xid in range(8, 18) if snapshot.shows(xid)] == [8, 9, 10, 12, 14]
    assert Snapshot.read("10:10:").shows(9)


def test_many_ask_and_one_looks() -> None:
    looks = Looks()
    assert looks.ask(1)
    assert not looks.ask(1)
    assert looks.begin(1)
    assert looks.ask(1), "what is asked while somebody looks is another look's"
    assert looks.begin(1)
    assert not looks.begin(1), "somebody has looked since"


def test_who_asks_more_urgently_is_heard_sooner_and_one_look_serves_all() -> None:
    looks = Looks()
    assert looks.ask(1, {9})
    assert looks.ask(1, {10}, Urgency.IS_AWAITED)
    assert not looks.ask(1, {11})
    looks.saw(1, "10:15:10")
    assert looks.begin(1)
    assert not looks.begin(1)


def test_what_was_looked_at_lately_is_not_swept() -> None:
    now = 100.0
    looks = Looks(lambda: now)
    assert looks.sweep(1)
    assert not looks.sweep(1), "somebody has asked already"
    assert looks.begin(1)
    looks.saw(1, "10:10:")
    assert not looks.sweep(1)
    now += LATELY + 0.1
    assert looks.sweep(1)


def test_what_was_seen_is_not_looked_at_again_unless_somebody_asks_without_a_reason() -> None:
    looks = Looks()
    looks.saw(1, "10:15:11,13")
    for by, again in (({9}, False), ({12, 14}, False), ({9, 11}, True), ({15}, True), (None, True)):
        looks.ask(1, by)
        assert looks.begin(1) is again, by
    looks.ask(1, {9})
    looks.ask(1, None)
    looks.ask(1, {12})
    assert looks.begin(1), "who asks without a reason is not forgotten"
    looks.ask(2, {9})
    assert looks.begin(2), "nobody has looked at it yet"


def test_only_the_last_looks_are_remembered() -> None:
    looks = Looks()
    for call in range(2001):
        looks.saw(call, "10:10:")
    looks.ask(0, {1})
    looks.ask(2000, {1})
    assert looks.begin(0)
    assert not looks.begin(2000)


def test_a_call_that_is_over_is_looked_at_again_only_where_somebody_asks_without_a_reason() -> None:
    looks = Looks()
    looks.over(1)
    looks.ask(1, {99})
    assert not looks.begin(1)
    looks.ask(1)
    assert looks.begin(1)
