"""What Asterisk tells of calls, as signals; whatever it tells, it is a signal or has a reason."""

from datetime import UTC, datetime
from typing import Any

import pytest

from fanal.channels.asterisk import wire
from fanal.channels.port import Arrival, CallArrived, LineAnswered, LineEnded, Signal, Unprocessable

AT = "2026-11-22T19:34:47.595+0000"
RUN = "02:fc:00:00:00:01 2026-11-22"


def event(kind: str, *, number: str = "+4722334455", **more: Any) -> dict[str, Any]:
    channel = {"id": "fanal-1.1", "state": "Ring", "caller": {"number": number, "name": "A"}}
    return {"type": kind, "timestamp": AT, "channel": channel, **more}


def signals(told: dict[str, Any]) -> tuple[Signal, ...]:
    kept = wire.kept(told, run=RUN)
    assert kept
    return wire.translate(Arrival(kind=wire.KIND, source=kept.line, external_id=kept.key, body=kept.body))


def test_a_call_says_who_calls_which_number_and_when() -> None:
    (arrived,) = signals(event("StasisStart", args=["in", "+4780012345", "carrier"]))
    assert arrived == CallArrived(
        source="+4722334455",
        called="+4780012345",
        name="A",
        line="fanal-1.1",
        run=RUN,
        at=datetime(2026, 11, 22, 19, 34, 47, 595000, tzinfo=UTC),
    )


@pytest.mark.parametrize("number", ["anonymous", "Restricted", "", "unknown", "0000", "\u202e\x00"])
def test_a_withheld_number_is_nobody(number: str) -> None:
    (arrived,) = signals(event("StasisStart", number=number, args=["in", "+4780012345"]))
    assert arrived.source == ""


@pytest.mark.parametrize("number", ["web:visitor", " web:visitor", "we\x00b:visitor"])
def test_no_telephone_calls_as_a_visitor_of_a_page(number: str) -> None:
    (arrived,) = signals(event("StasisStart", number=number, args=["in", "+4780012345"]))
    assert arrived.source == ""


def test_a_malformed_number_is_kept_as_it_is_shown_and_no_longer_than_a_number_can_be() -> None:
    (arrived,) = signals(event("StasisStart", number="<b>1</b> " + "9" * 500, args=["in", "x" * 500]))
    assert arrived.source.startswith("<b>1</b>9")
    assert len(arrived.source) <= wire.LONGEST_NUMBER


def test_a_phone_of_ours_that_is_lifted_and_a_line_that_ends() -> None:
    (answered,) = signals(event("StasisStart", args=["agent"]))
    (ended,) = signals(event("ChannelDestroyed", cause=17))
    assert isinstance(answered, LineAnswered)
    assert isinstance(ended, LineEnded)
    assert (ended.cause, ended.found) == (17, False)


def test_a_line_that_was_found_gone_is_said_to_be() -> None:
    kept = wire.found_gone("fanal-1.1", run=RUN, at=datetime(2026, 11, 22, tzinfo=UTC))
    (ended,) = wire.translate(Arrival(kind=wire.KIND, source=kept.line, external_id=kept.key, body=kept.body))
    assert isinstance(ended, LineEnded)
    assert (ended.cause, ended.found) == (0, True)


def test_the_same_event_has_the_same_key_and_another_one_another() -> None:
    one, other = wire.kept(event("StasisStart"), run=RUN), wire.kept(event("ChannelDestroyed"), run=RUN)
    assert one
    assert other
    assert one.key == wire.kept(event("StasisStart"), run=RUN).key != other.key  # type: ignore[union-attr]
    assert one.key != wire.kept(event("StasisStart"), run="another life").key  # type: ignore[union-attr]


def test_what_is_keyed_is_told_and_never_kept() -> None:
    key = event("ChannelDtmfReceived", digit="4")
    assert wire.kept(key, run=RUN) is None
    assert wire.heard(key) == wire.Pressed(line="fanal-1.1", key="4")
    assert "4" not in repr(wire.heard(key)).replace("fanal-1.1", "")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"type": "StasisStart"},
        {"type": "StasisStart", "line": "x", "run": "y", "at": "yesterday"},
        {"type": "StasisStart", "line": "x", "run": "y", "at": "2026-11-22T19:34:47"},
        {"type": ["StasisStart"], "line": "x", "run": "y", "at": AT},
        {"type": "StasisStart", "line": 7, "run": "y", "at": AT},
    ],
)
def test_what_cannot_be_understood_has_a_reason(body: dict[str, Any]) -> None:
    with pytest.raises(Unprocessable):
        wire.translate(Arrival(kind=wire.KIND, source="", external_id="1", body=body))
