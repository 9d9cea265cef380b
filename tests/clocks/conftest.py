"""The shop of the tests of cases, and targets for it."""

from typing import Any

import pytest

from tests.matters.fixtures import clock, shop, talk

__all__ = ["clock", "shop", "talk"]


@pytest.fixture
def target(shop: Any) -> Any:
    from fanal.clocks.models import Target

    return Target.objects.create(
        code="all", name="Everybody", first_response_minutes=60, next_response_minutes=120, resolution_minutes=480
    )
