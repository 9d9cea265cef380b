"""The shop of these tests; its module imports models, so it is imported only when a test runs."""

from typing import Any

import pytest


@pytest.fixture
def clock() -> Any:
    from shop import Clock

    return Clock()


@pytest.fixture
def shop(db: None) -> Any:
    from shop import build

    return build()


@pytest.fixture
def talk(shop: Any, clock: Any) -> Any:
    from shop import talks

    return talks(shop, clock)
