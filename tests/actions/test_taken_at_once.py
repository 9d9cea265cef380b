"""What the exchange tells is stored together with what follows; where that fails, it is stored all the same."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError

from fanal.channels.models import ChannelAccount, RawEvent, RawState
from fanal.intake import actions as intake
from fanal.intake import at_once
from fanal.interactions.models import Interaction
from fanal.routing.models import Queue

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def account() -> ChannelAccount:
    Queue.objects.create(code="calls", name="Calls")
    return ChannelAccount.objects.create(
        kind="voice", code="phone", name="Phone", address="+4722334455", settings={"queue": "calls", "region": "NO"}
    )


def came(account: ChannelAccount, line: str = "x-1.1", **more: Any) -> RawEvent:
    body = {
        "type": "StasisStart", "run": "x", "line": line, "at": NOW.isoformat(), "args": ["in", "+4722334455"],
        "number": "+4791234567", "name": "", "cause": 0, **more,
    }  # fmt: skip
    return at_once.take(account=account, external_id=f"x/{line}", kind="call", source=line, body=body, now=NOW)


def test_a_call_is_taken_and_its_input_stored_as_by_the_two_steps(account: ChannelAccount) -> None:
    raw = came(account)
    stored = RawEvent.objects.get()
    assert (stored.pk, stored.state, stored.processed_at, stored.reason) == (raw.pk, RawState.PROCESSED, NOW, "")
    assert Interaction.objects.get().source


def test_told_twice_it_is_one(account: ChannelAccount) -> None:
    assert came(account).pk == came(account).pk
    assert Interaction.objects.count() == RawEvent.objects.count() == 1


def test_what_cannot_be_made_anything_of_is_set_aside_with_its_reason(account: ChannelAccount) -> None:
    assert came(account, at="yesterday").state == RawState.QUARANTINED
    assert RawEvent.objects.get().reason
    assert not Interaction.objects.exists()


@pytest.fixture
def a_fault_at_first(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    calls: list[str] = []
    real = intake.follow

    def follow(**given: Any) -> None:
        calls.append("follow")
        real(**given)
        if len(calls) == 1:
            raise IntegrityError("somebody was faster")

    monkeypatch.setattr(intake, "follow", follow)
    return calls


def test_what_fails_once_is_done_once(account: ChannelAccount, a_fault_at_first: list[str]) -> None:
    assert came(account).state == RawState.PROCESSED
    assert len(a_fault_at_first) == 2
    assert Interaction.objects.count() == RawEvent.objects.count() == 1


def test_what_the_same_line_told_before_comes_first(account: ChannelAccount) -> None:
    given: dict[str, Any] = {"account": account, "kind": "call", "source": "x-1.1", "now": NOW}
    before = intake.receive(external_id="x/before", body={"type": "?"}, **given)
    raw = came(account)
    before.refresh_from_db()
    assert before.state == RawState.QUARANTINED
    assert raw.state == RawState.PROCESSED
