"""How many questions the agent's page asks of the database: exactly these, so that one more is noticed."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from fanal.agents.models import Agent
from fanal.cases.actions import open_case
from fanal.cases.models import CaseType
from fanal.channels.models import ChannelAccount
from fanal.holdings.models import Order
from fanal.interactions.models import Interaction
from tests.journeys import test_desk_pages as pages
from tests.journeys.test_desk_pages import arrive, take, text_of

pytestmark = pytest.mark.django_db(transaction=True)
shop, desk = pages.shop, pages.desk
agent = pages.agent


def questions(desk: Client, path: str, said: dict[str, str] | None = None) -> int:
    """Of the second request, when everything that a process keeps is kept, and nothing is unread any more."""
    for times in (1, 2):
        given = said and {**said, "external_id": f"desk-{times}"}
        asked: list[str] = []

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any, asked: list[str] = asked) -> Any:
            asked.append(sql)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note):
            text_of(desk.post(path, given) if given else desk.get(path, headers={"HX-Request": "true"}))
    return len(asked)


@pytest.fixture
def contact(shop: ChannelAccount, desk: Client) -> Interaction:
    arrive(shop, {"order": "88102", "name": "Ines"})
    return take(desk)


@pytest.mark.parametrize(
    ("part", "number"),
    [
        ("/work/", 6),
        ("/pulse/", 4),
        ("/", 8),
        ("/interactions/{pk}/lines/", 8),
        ("/interactions/{pk}/about/", 16),
        ("/interactions/{pk}/", 28),
    ],
)
def test_a_part_of_the_page_asks_this_and_no_more(contact: Interaction, desk: Client, part: str, number: int) -> None:
    assert questions(desk, part.format(pk=contact.pk)) == number


def test_a_message_that_is_sent_asks_this_and_no_more(contact: Interaction, desk: Client) -> None:
    assert questions(desk, f"/interactions/{contact.pk}/messages/", {"text": "On its way."}) == 14


def test_a_case_and_a_customer_ask_this_and_no_more(contact: Interaction, agent: Agent, desk: Client) -> None:
    order = Order.objects.select_related("customer").get()
    case = open_case(
        type=CaseType.objects.get(),
        subject="Where is it?",
        customer=order.customer,
        order=order,
        interaction=contact.pk,
        now=timezone.now(),
        by=agent,
    )
    assert questions(desk, f"/customers/{order.customer_id}/") == 12
    assert questions(desk, f"/cases/{case.pk}/") == 15
