"""Who is taken when many call at once: never more than can be answered soon, and never none for long."""

import pytest

from fanal.channels.asterisk.wire import Kept
from fanal.channels.models import ChannelAccount, ChannelKind, RawEvent
from fanal.events.models import Event
from fanal.intake.voice import admitting
from fanal.intake.voice.admitting import BEHIND, LONGEST, Admission
from fanal.intake.voice.taking import NoNumber
from fanal.intake.voice.work import Urgency


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def call(line: str) -> Kept:
    return Kept(key=line, line=line, body={"args": ["in", "+4780012345"]})


def test_no_more_are_taken_at_once_than_can_be_answered_soon() -> None:
    admission = Admission(Clock(), most=2)
    assert [admission.admits(call(line)) for line in "abc"] == [True, True, False]
    admission.done("a")
    assert admission.admits(call("d"))


def test_while_one_waits_for_too_long_no_other_is_taken() -> None:
    clock = Clock()
    admission = Admission(clock, most=10)
    assert admission.admits(call("a"))
    clock.now = LONGEST + 0.1
    assert not admission.admits(call("b"))
    admission.done("a")
    assert admission.admits(call("c"))


def test_while_those_who_were_taken_wait_to_be_rung_for_or_let_go_no_other_is_taken() -> None:
    behind: dict[Urgency, float] = {}
    admission = Admission(Clock(), behind=lambda: behind)
    for urgency, longest in BEHIND.items():
        behind = {urgency: longest - 0.1, Urgency.SWEPT: 100}
        assert admission.admits(call(f"a{urgency}"))
        behind = {urgency: longest + 0.1}
        assert not admission.admits(call(f"b{urgency}"))


def test_who_calls_again_and_again_is_not_taken_and_others_are() -> None:
    clock = Clock()
    admission = Admission(clock, of_one=3)

    def calls(line: str, number: str) -> bool:
        taken = admission.admits(Kept(key=line, line=line, body={"args": ["in"], "number": number}))
        admission.done(line)
        return taken

    assert [calls(f"a{n}", "+4722334455") for n in range(5)] == [True, True, True, False, False]
    assert calls("b", "+4722334466")
    assert all(calls(f"w{n}", "anonymous") for n in range(9)), "withheld ones are many people"
    clock.now = 61
    assert calls("c", "+4722334455")
    assert all(calls(f"d{n}", "+4722334477") for n in range(3))
    assert not calls("d3", "+4722334477")


def test_a_call_that_is_told_twice_is_not_refused_for_its_own_sake() -> None:
    admission = Admission(Clock(), most=1)
    assert admission.admits(call("a"))
    assert admission.admits(call("a"))
    assert admission.waiting == 1


def test_after_a_break_nobody_is_waited_for() -> None:
    clock = Clock()
    admission = Admission(clock, most=1)
    admission.admits(call("a"))
    admission.forget()
    clock.now = 100
    assert admission.admits(call("b"))


def a_number() -> ChannelAccount:
    return ChannelAccount.objects.create(
        kind=ChannelKind.VOICE, code="phone", name="Phone", address="+4780012345", settings={"region": "NO"}
    )


@pytest.mark.django_db
def test_those_who_were_refused_are_kept_as_soon_as_that_can_be_done_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admitting, "AT_ONCE", 2)
    admission = Admission(Clock(), most=0)
    for line in "abc":
        admission.admits(call(line))
    with pytest.raises(NoNumber):
        admission.keep_refused()
    a_number()
    admission.admits(call("d"))
    assert [admission.keep_refused(), admission.keep_refused()] == [4, 0]
    assert list(RawEvent.objects.order_by("pk").values_list("source", flat=True)) == ["a", "b", "c", "d"]
    assert Event.objects.filter(kind="call.refused").count() == 4


@pytest.mark.django_db
def test_of_those_who_cannot_be_kept_the_first_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admitting, "MOST_REFUSED", 3)
    admission = Admission(Clock(), most=0)
    for line in "abcdef":
        admission.admits(call(line))
    a_number()
    admission.keep_refused()
    assert list(RawEvent.objects.order_by("pk").values_list("source", flat=True)) == ["d", "e", "f"]


def test_who_calls_from_a_page_under_somebodys_number_keeps_them_from_nothing() -> None:
    admission = Admission(Clock(), of_one=3)
    for line in "abcd":
        page = Kept(key=line, line=line, body={"args": ["guest", "17"], "number": "+4722334455"})
        assert admission.admits(page)
    assert admission.admits(Kept(key="e", line="e", body={"args": ["in"], "number": "+4722334455"}))
