"""The shop of the matters, with rules of advice."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.matters.fixtures import clock, shop, talk

__all__ = ["clock", "shop", "talk"]


@pytest.fixture
def rule(db: None) -> Callable[..., Any]:
    from fanal.deciding.models import AdviceRule

    def make(code: str, what: str, *conditions: dict[str, Any], **more: Any) -> AdviceRule:
        return AdviceRule.objects.create(
            code=code, name=code, what=what, conditions=list(conditions), position=more.pop("position", 10), **more
        )

    return make


@pytest.fixture
def late(shop: Any, clock: Any) -> Any:
    shop.order.promised_on = clock.now.date() - timedelta(days=3)
    shop.order.save()
    return shop.order


@pytest.fixture
def chat(shop: Any, talk: Any, late: Any) -> Any:
    chat = talk(customer=shop.customer, agent=shop.agent)
    chat.about_kind, chat.about_id = "order", late.pk
    chat.save()
    return chat


@pytest.fixture
def goodwill(rule: Any) -> Any:
    sentence = {"en": "{late_days} days late: up to {limit} {currency}.", "fr": "{late_days} jours"}
    late = {"what": "late_days", "is": "at_least", "value": "2"}
    return rule("late", "goodwill", late, limit=Decimal(20), currency="EUR", sentences=sentence)
