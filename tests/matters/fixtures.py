"""The shop as fixtures, for every folder whose tests work in it; its module imports models, so only when one runs."""

from typing import Any

import pytest


@pytest.fixture
def clock() -> Any:
    from tests.matters.shop import Clock

    return Clock()


@pytest.fixture
def shop(db: None) -> Any:
    from tests.matters.shop import build

    return build()


@pytest.fixture
def talk(shop: Any, clock: Any) -> Any:
    from tests.matters.shop import talks

    return talks(shop, clock)
