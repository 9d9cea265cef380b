"""A day at the demo company, in Chromium: customers chat in the shop, two agents answer, the supervisor counts."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

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
    return desk


@pytest.fixture
def noor(at_desk: Open) -> Iterator[Desk]:
    desk = at_desk(cast.SECOND)
    return desk


def made_itself(desk: Desk) -> Any:
    return desk.lines.locator(".fact", has_text="made itself")


def headings(page: Page) -> list[str]:
    """The figures of a report's columns, in order."""
    names = page.locator("thead th.number .has-definition").all()
    return [name.evaluate("e => e.firstChild.textContent.trim()") for name in names]


def customers(program: Any) -> int:
    with program.rows():
        return Customer.objects.count()


def test_cases_make_themselves_one_is_taken_back_and_a_colleague_takes_over(
    program: Any, robin: Desk, noor: Desk, shopper: Open, at_desk: Open
) -> None:
    began = timezone.now()
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
    robin.open_thing("Fibre 1000")
    robin.do("Explain when the contract ends")
    expect(made_itself(robin)).to_have_count(3)
    dialog = robin.choose_more("Record a complaint")
    dialog.get_by_label("What the complaint is").fill("The parcel was open.")
    dialog.get_by_role("button", name="Record a complaint").click()
    expect(made_itself(robin)).to_have_count(4)
    dialog = robin.choose_more("Open a case")
    dialog.get_by_label("What should be settled").fill("Invoice for the office")
    dialog.get_by_role("button", name="Open the case").click()
    expect(robin.topics).to_have_count(5)
    robin.add_topic("Opening hours of the shop")
    expect(robin.topics).to_have_count(6)

    noor.be("Available")
    robin.hand_over("Noor Castell", summary="The parcel was open; she wants the invoice.")
    noor.accept()
    expect(noor.lines).to_contain_text("The parcel was open; she wants the invoice.")
    noor.say("Noor here, I send the invoice now.")
    expect(sofia.log).to_contain_text("Noor here")
    noor.finish()
    expect(sofia.chat.locator("#ended")).to_be_visible()
    noor.wrap_up(note="Invoice sent.")

    with program.rows():
        cases = Case.objects.filter(topics__interaction__customer__name="Sofia Marchetti", opened_at__gte=began)
        assert cases.filter(withdrawn_at=None).distinct().count() == 5
        assert cases.exclude(withdrawn_at=None).distinct().count() == 1

    supervisor = at_desk(cast.SUPERVISOR, "/reports/?period=7days&by=agent").page
    row = supervisor.locator("tbody tr", has_text="Noor Castell")
    handled = headings(supervisor).index("Handled")
    row.locator("td").nth(handled).get_by_role("link").click()
    expect(supervisor.locator("tbody")).to_contain_text("Sofia Marchetti")
    expect(supervisor.locator("h1")).to_contain_text("Handled")
