"""Where mail begins beside the desk, in Chromium: a chat that nobody answers, and the dialog that begins a mail."""

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from fanal.agents.models import Agent
from fanal.cases.actions import open_case
from fanal.cases.models import Case, CaseType
from fanal.channels.models import ChannelAccount
from fanal.customers.models import ContactPoint, Customer
from fanal.demo import cast
from fanal.interactions.models import Interaction
from fanal.routing.actions import dequeue_case
from fanal.routing.models import Queue
from tests.browser.company import Desk
from tests.browser.test_pictures import keep
from tests.browser.test_widget import Site, chat

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.usefixtures("company")]
Open = Callable[..., Any]
PHONE = {"width": 390, "height": 844}
ANA = "ana@customer.example"


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


@pytest.fixture
def unanswered(program: Any, site: Site) -> Iterator[str]:
    """A chat that nobody answers: nobody is there. What it leaves to be done rings at nobody in the next test."""
    code = f"nobody-{secrets.token_hex(4)}"
    greeting = {"en": "How can we help?", "ar": "كيف نساعدك؟"}
    chosen = {"sites": [site.origin], "queue": code, "title": "Harbour help", "greeting": greeting}
    with program.rows():
        Queue.objects.create(code=code, name="Nobody")
        ChannelAccount.objects.create(kind="webchat", code=code, name="Shop", settings=chosen)
    yield code
    with program.rows():
        for case in Case.objects.filter(topics__interaction__account__code=code):
            dequeue_case(case=case, by=None, now=timezone.now())


def visit(program: Any, site: Site, code: str, page: Page, language: str) -> Page:
    site.html = (
        f'<!doctype html><html lang="{language}"><meta name="viewport" content="width=device-width"><title>Shop</title>'
        f'<h1>Shop</h1><script src="{program.url}/widget/v1.js" data-account="{code}" async></script>'
    )
    page.goto(f"{site.origin}/")
    return page


@pytest.mark.parametrize(
    ("language", "viewport", "words"),
    [
        ("en", None, ("Or let us answer you by e-mail:", "Answer me there")),
        ("ar", None, ("أو نرد عليك", "")),
        ("en", PHONE, ("Or let us answer you by e-mail:", "Answer me there")),
        ("ar", PHONE, ("أو نرد عليك", "")),
    ],
)
def test_a_chat_that_nobody_answers_goes_on_by_mail(
    program: Any, site: Site, unanswered: str, window: Open, language: str, viewport: Any, words: tuple[str, str]
) -> None:
    options = {"viewport": viewport, "locale": language} if viewport else {"locale": language}
    page = visit(program, site, unanswered, window(**options), language)
    page.locator("fanal-chat button").click()
    inside = chat(page)
    expect(inside.locator("#text")).to_be_focused()
    inside.locator("#text").fill("My router does not start")
    inside.locator("#text").press("Enter")
    panel = inside.locator("#by-mail")
    expect(panel).to_be_visible(timeout=20_000)
    name = f"by-mail-{language}{'-phone' if viewport else ''}"
    keep(page, f"{name}-asked")
    box, whole = panel.bounding_box(), page.locator("fanal-chat iframe").bounding_box()
    assert box
    assert whole
    assert whole["x"] <= box["x"]
    assert box["x"] + box["width"] <= whole["x"] + whole["width"] + 1, "it fits"
    field = inside.locator("#by-mail-address")
    field.fill("no address")
    panel.locator("button").click()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(inside.locator("#by-mail-said")).to_be_visible()
    field.fill(ANA)
    field.press("Enter")
    expect(panel).to_be_hidden(timeout=20_000)
    expect(inside.locator("#by-mail-said")).to_contain_text(ANA)
    keep(page, f"{name}-said")
    page.reload()
    expect(inside.locator("#by-mail-said")).to_contain_text("a••••@customer.example", timeout=20_000)
    inside.locator("#end").click()
    inside.locator("#end-yes").click()
    expect(inside.locator("#ended")).to_be_visible(timeout=20_000)
    with program.rows():
        talk = Interaction.objects.get(account__code=unanswered)
        assert (talk.answer_to, talk.topics.filter(case__isnull=False).count()) == (ANA, 1)


@pytest.mark.parametrize(("language", "viewport"), [("en", None), ("ar", None), ("en", PHONE)])
def test_the_dialog_that_begins_a_mail_says_to_whom_it_goes(
    program: Any, at_desk: Open, language: str, viewport: Any
) -> None:
    desk: Desk = at_desk(cast.AGENT, **({"viewport": viewport} if viewport else {}))
    with program.rows():
        person = Customer.objects.create(name="Ana Diaz", given_name="Ana")
        ContactPoint.objects.create(customer=person, kind="email", value=f"{secrets.token_hex(4)}@customer.example")
        agent = Agent.objects.get(email=cast.AGENT)
        case = open_case(
            type=CaseType.objects.first(), subject="The parcel is late", customer=person, owner=agent,
            now=timezone.now(), by=agent,
        )  # fmt: skip
    page = desk.page
    page.context.add_cookies([{"name": "language", "value": language, "url": program.url}])
    page.goto(f"{program.url}/cases/{case.pk}/")
    page.locator(f'[hx-get="/cases/{case.pk}/mails/"]').first.evaluate("one => one.click()")
    dialog = page.locator("#dialogs dialog")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("@customer.example")
    expect(dialog.locator("footer button")).to_be_focused()
    keep(page, f"begin-mail-{language}{'-phone' if viewport else ''}")
    dialog.locator("footer button").click()
    page.wait_for_url("**/interactions/*/")
    expect(page.locator("#subject")).to_have_value(f"[{case.number}] The parcel is late")
    keep(page, f"begun-mail-{language}{'-phone' if viewport else ''}")
