"""Callers of the demo who are stopped while they call were callers all the same."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from fanal.channels.models import ChannelAccount
from fanal.demo.playing import phoning
from fanal.environment import environment
from fanal.running.pbx.callers import Call


class Calling:
    def so_far(self) -> list[Call]:
        return [Call(number="1", told={100: 0.0, 200: 0.1}), Call(number="2", told={503: 0.1}), Call(number="3")]


class Callers:
    def __init__(self, **_given: Any) -> None:
        return

    @contextmanager
    def calling(self, _number: str, **_given: Any) -> Iterator[Calling]:
        yield Calling()


@pytest.mark.django_db
def test_who_stops_the_traffic_is_told_how_many_called(monkeypatch: pytest.MonkeyPatch) -> None:
    ChannelAccount.objects.create(kind="voice", code="line", name="Line", address="+33199001234")
    ours = SimpleNamespace(sip_port=1, trunks=[SimpleNamespace(address="127.0.0.1", port=2)])
    found = {"find": lambda: None, "pbx_of": lambda *_: ours, "status": lambda *_: True}
    monkeypatch.setattr(phoning, "pbx", SimpleNamespace(**found))
    monkeypatch.setattr(phoning, "sipp", lambda: "sipp")
    monkeypatch.setattr(phoning, "Callers", Callers)
    tally = Counter[str]()
    with pytest.raises(KeyboardInterrupt), phoning.phoning(environment, rate=6, minutes=1, rng=Random(1), tally=tally):
        raise KeyboardInterrupt
    assert tally == {"calls": 1, "calls that were refused": 1}
