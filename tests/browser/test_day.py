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

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.usefixtures("company")]
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
    dialog.get_by_label("Type", exact=True).select_option(label="Enquiry")
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

    program.wait_until_counted()
    supervisor = at_desk(cast.SUPERVISOR, "/reports/?period=7days&by=agent").page
    row = supervisor.locator("tbody tr", has_text="Noor Castell")
    handled = headings(supervisor).index("Handled")
    row.locator("td").nth(handled).get_by_role("link").click()
    expect(supervisor.locator("tbody")).to_contain_text("Sofia Marchetti")
    expect(supervisor.locator("h1")).to_contain_text("Handled")


def test_an_order_number_opens_the_order(program: Any, robin: Desk, shopper: Open) -> None:
    robin.be("Available")
    omar = shopper(language="ar")
    omar.begin("أين طلبي؟", order=cast.WITH_ORDER.order)
    robin.accept()
    order = robin.about.locator(".card").first
    expect(order.locator("h2")).to_contain_text(cast.WITH_ORDER.order)
    expect(order.locator(".track li").first).to_be_visible()
    robin.do("Look up the order")
    expect(made_itself(robin)).to_have_count(1)
    expect(order.locator("h2")).to_contain_text(cast.WITH_ORDER.order)
    robin.finish()
    robin.wrap_up()


def test_a_shared_number_is_never_resolved_by_itself_and_an_unknown_visitor_makes_no_customer(
    program: Any, robin: Desk, shopper: Open
) -> None:
    before = customers(program)
    robin.be("Available")
    somebody = shopper()
    somebody.begin("It is about our washing machine.", phone=cast.HOUSEHOLD_PHONE)
    robin.accept()
    expect(robin.page.locator(".talk-head h2")).to_have_text("Unknown visitor")
    for one in cast.AMBIGUOUS:
        expect(robin.about.locator(".candidate", has_text=one.name)).to_be_visible()
    candidate = robin.about.locator(".candidate", has_text="Marco Rossi")
    expect(candidate.locator(".for").first).to_be_visible()
    candidate.get_by_role("button", name="This is them").click()
    expect(robin.page.locator(".talk-head h2")).to_have_text("Marco Rossi")
    robin.finish()
    robin.wrap_up()

    stranger = shopper()
    stranger.begin("Do you deliver to Oslo?", name=cast.UNKNOWN.name, email=cast.UNKNOWN.email)
    robin.accept()
    expect(robin.about.locator("#who-q")).to_have_value(cast.UNKNOWN.email)
    dialog = robin.choose_more("Open a case")
    dialog.get_by_label("What should be settled").fill("Delivery to Oslo")
    dialog.get_by_label("Type", exact=True).select_option(label="Enquiry")
    dialog.get_by_role("button", name="Open the case").click()
    expect(robin.topics).to_have_count(1)
    robin.finish()
    robin.wrap_up(outcome="Information given")
    with program.rows():
        assert Case.objects.filter(subject="Delivery to Oslo").latest("pk").customer is None
    assert customers(program) == before


def test_somebody_writes_for_their_grandmother(program: Any, robin: Desk, shopper: Open) -> None:
    robin.be("Available")
    darya = shopper(signed=cast.GRANDCHILD.signed, language="ru")
    darya.begin("Пишу за бабушку.")
    robin.accept()
    expect(robin.page.locator(".talk-head h2")).to_have_text("Дарья Соколова")
    dialog = robin.choose_more("On behalf of somebody")
    dialog.locator("#behalf-q").press_sequentially("Нина Соколова", delay=20)
    found = dialog.locator(".candidate", has_text="Нина Соколова").first
    found.get_by_role("button", name="It is about this person").click()
    expect(robin.page.locator(".talk-head h2")).to_have_text("Нина Соколова")
    expect(robin.about.locator(".advice")).to_contain_text("Дарья Соколова")
    expect(robin.about.locator(".card > header:has(.avatar) .tag").first).to_have_text("Claimed")
    robin.about.get_by_role("button", name="Verify").click()
    question = robin.page.locator("#questions form").first
    question.get_by_role("textbox").fill("something wrong")
    question.get_by_role("button", name="Compare").click()
    expect(robin.page.locator("#questions")).to_contain_text("does not agree")
    robin.finish()
    robin.wrap_up()
