"""Whether whoever listens may still listen is asked again and again; what goes wrong with that is said, once."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from structlog.testing import capture_logs

from fanal import asgi


def test_what_stops_the_look_at_sign_ins_is_logged_once_until_it_works_again(monkeypatch: pytest.MonkeyPatch) -> None:
    application, looks = asgi.Application(), 0

    async def look(_watched: list[Any]) -> None:
        nonlocal looks
        looks += 1
        if looks != 4:
            raise RuntimeError("a mistake of ours")

    async def some_looks() -> None:
        checking = asyncio.create_task(application._recheck_for_ever())
        while looks < 6:
            await asyncio.sleep(0.001)
        checking.cancel()

    application.live = SimpleNamespace(viewers=[])  # type: ignore[assignment]
    monkeypatch.setattr(asgi, "RECHECK_SECONDS", 0.001)
    monkeypatch.setattr(application, "_recheck_agents", look)
    with capture_logs() as logged:
        asyncio.run(some_looks())
    assert [one["event"] for one in logged] == ["viewers_not_rechecked"] * 2
