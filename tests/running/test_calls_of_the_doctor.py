"""What the doctor says of calls: who could steer them."""

import pytest

from fanal.running.doctor import calls
from fanal.running.doctor.finding import State


@pytest.mark.parametrize("answers", [True, False])
def test_whoever_can_reach_ari_from_elsewhere_is_found(answers: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a change of FANAL_PBX_ADDRESS, by an Asterisk that was started before it."""
    asked = []
    monkeypatch.setattr(calls, "_answers", lambda *at: bool(asked.append(at)) or answers)
    (found,) = calls.steered("192.0.2.9", 8088)
    assert asked == [("192.0.2.9", 8088)]
    assert found.state == (State.FAIL if answers else State.OK)
    assert ("bin/pbx stop" in found.todo) is answers
    assert not list(calls.steered("127.0.0.1", 8088)), "there it belongs"


@pytest.mark.parametrize(("version", "warns"), [((22, 9, 0), True), ((22, 10, 1), False), ((24, 0, 0), False)])
def test_an_exchange_with_known_holes_is_found(version: tuple[int, ...], warns: bool) -> None:
    assert [one.state for one in calls.patched(version)] == [State.WARN] * warns
