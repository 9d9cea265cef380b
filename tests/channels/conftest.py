"""A shop with the chat widget, and nothing remembered from another test; models are imported only when a test runs."""

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> None:
    """No limits and accounts remembered from another test; files in a folder of this one's own."""
    from fanal.api import limits
    from fanal.api.widget import asking

    monkeypatch.setattr(limits, "buckets", limits.Buckets())
    asking._accounts.clear()
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def shop() -> Any:
    from tests.channels.visitors import a_shop

    return a_shop()
