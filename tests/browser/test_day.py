"""A day at the demo company, in Chromium: customers chat in the shop, two agents answer, the supervisor counts."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from fanal.agents.models import Agent
from fanal.cases.models import Case
from fanal.customers.models import Customer
from fanal.demo import cast
from tests.browser.company import Desk, Shopper, shop_as

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180), pytest.mark.usefixtures("company")]
Open = Callable[..., Any]


@pytest.fixture
def shopper(program: Any, window: Callable[..., Page]) -> Open:
    def visit(**who: str) -> Shopper:
        return shop_as(window(), program.url, **who)

    return visit


@pytest.fixture
def robin(at_desk: Open) -> Iterator[Desk]:
    desk = at_desk(cast.AGENT)
    yield desk


@pytest.fixture
def noor(at_desk: Open) -> Iterator[Desk]:
    desk = at_desk(cast.SECOND)
    yield desk


def made_itself(desk: Desk) -> Any:
    return desk.lines.locator(".fact", has_text="made itself")


def customers(program: Any) -> int:
    with program.rows():
        return Customer.objects.count()


def test_cases_make_themselves_one_is_taken_back_and_a_colleague_takes_over(
    program: Any, robin: Desk, noor: Desk, shopper: Open, at_desk: Open
) -> None:
    robin.be("Available")
    sofia = shopper(signed=cast.FIVE_MATTERS.signed)
    sofia.begin("Hello, I have several questions.")
    robin.accept()
    expect(robin.page.locator(".talk-head h2")).to_have_text("Sofia Marchetti")
    expect(robin.about.locator(".tag", has_text="Verified").first).to_be_visible()
    robin.say("Hello Sofia, let us go through them.")
    expect(sofia.log).to_contain_text("let us go through them")
    sofia.say("Where is my order, and what is my balance?")
    expect(robin.lines).to_contain_text("what is my balance?")

    robin.open_thing(cast.FIVE_MATTERS.order)
    robin.do("Look up the order")
    expect(made_itself(robin)).to_have_count(1)
    robin.open_thing("•••• " + cast.FIVE_MATTERS.account[-4:])
    robin.do("Refresh the balance")
    expect(made_itself(robin)).to_have_count(2)
    made_itself(robin).last.get_by_role("button", name="not this").click()
    expect(made_itself(robin)).to_have_count(1)
    expect(robin.lines).to_contain_text("Taken back.")

    robin.do("Refresh the balance")
    expect(made_itself(robin)).to_have_count(2)
    robin.open_thing("•••• " + cast.FIVE_MATTERS.card[-4:])
    robin.do("Block the card")
    expect(made_itself(robin)).to_have_count(3)
    dialog = robin.choose_more("Open a case")
    dialog.get_by_label("What should be settled").fill("Invoice for the office")
    dialog.get_by_role("button", name="Open the case").click()
    expect(robin.topics).to_have_count(4)
    robin.page.keyboard.press("Escape")
    robin.add_topic("Opening hours of the shop")
    expect(robin.topics).to_have_count(5)

    noor.be("Available")
    robin.page.get_by_role("button", name="Hand over").click()
    dialog = robin.page.locator("#dialogs dialog")
    dialog.get_by_label("To", exact=True).select_option(label=re.compile("Noor Castell"))
    dialog.get_by_label("What they need to know").fill("Card is blocked; she wants the invoice.")
    dialog.get_by_role("button", name="Hand over").click()
    expect(robin.page.locator("#talk")).to_contain_text("No contact open")
    noor.accept()
    expect(noor.lines).to_contain_text("Card is blocked; she wants the invoice.")
    noor.say("Noor here, I send the invoice now.")
    expect(sofia.log).to_contain_text("Noor here")
    noor.finish()
    expect(sofia.chat.locator("#ended")).to_be_visible()
    noor.wrap_up(note="Invoice sent.")

    with program.rows():
        person = Customer.objects.get(name="Sofia Marchetti")
        made = Case.objects.filter(customer=person, topic__interaction__ended_at__isnull=False)
        assert made.filter(withdrawn_at=None).distinct().count() >= 4
