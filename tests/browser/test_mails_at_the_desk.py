"""A mail at the desk, in Chromium: read, with pictures only when asked for, answered to all, kept, and taken back."""

import base64
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Route, expect

from fanal.channels.models import ChannelAccount
from fanal.demo import cast
from fanal.intake.actions import process
from fanal.intake.mail.taking import take
from fanal.interactions.models import Interaction, Letter, Message
from fanal.routing.models import Queue
from tests.browser.company import Desk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.usefixtures("company")]
Open = Callable[..., Any]
PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
ADDRESS, ANA, PAUL = "mailtest@shop.example", "ana@customer.example", "paul@customer.example"
MAIL = f"""From: Ana Diaz <{ANA}>
To: {ADDRESS}
Cc: Paul Diaz <{PAUL}>
Subject: My parcel
Message-ID: <NUMBER@customer.example>
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<p>Where is my <b>parcel</b>?</p><img src="https://pixel.example/open.gif" alt="our door"><script>alert(1)</script>
"""
numbers = iter(range(1, 100))


@pytest.fixture
def account(program: Any) -> Iterator[ChannelAccount]:
    with program.rows():
        queue = Queue.objects.filter(code="general").get()
        made = ChannelAccount.objects.create(
            kind="email", code=f"mail-{next(numbers)}", name="Mail", address=ADDRESS, settings={"queue": queue.code}
        )
    yield made
    with program.rows():
        ChannelAccount.objects.filter(pk=made.pk).update(active=False, address="")


@pytest.fixture
def robin(program: Any, account: ChannelAccount, at_desk: Open) -> Desk:
    """An agent with a mail open."""
    desk: Desk = at_desk(cast.AGENT)
    desk.be("Available")
    now = timezone.now()
    with program.rows():
        content = MAIL.replace("NUMBER", str(next(numbers))).replace("\n", "\r\n").encode()
        raw = take(account=account, content=content, way="imap", now=now)
        assert process(raw_id=raw.pk, now=now).reason == ""
    desk.accept()
    return desk


def test_no_browser_of_ours_fetches_pictures_from_elsewhere_even_when_they_are_asked_for(robin: Desk) -> None:
    """We fetch them, and here nobody is there to be asked; tests/desk/test_pictures_from_elsewhere.py has the rest."""
    fetched: list[str] = []

    def picture(route: Route) -> None:
        fetched.append(route.request.url)
        route.fulfill(body=PIXEL, content_type="image/gif")

    robin.page.context.route("https://pixel.example/**", picture)
    expect(robin.lines).to_contain_text("Where is my parcel?")
    robin.lines.get_by_text("As it was laid out").click()
    inside = robin.page.frame_locator("iframe.letter-frame")
    expect(inside.locator("b")).to_have_text("parcel")
    expect(inside.locator("script, img[src^=http]")).to_have_count(0)
    with robin.page.context.expect_page() as opened:
        robin.lines.get_by_text("With pictures from elsewhere").click()
    expect(opened.value.locator("body")).to_contain_text("could not be fetched")
    expect(opened.value.locator("img")).to_have_count(1)
    opened.value.wait_for_load_state()
    assert fetched == []


def test_an_answer_to_all_with_addresses_by_keys_survives_a_reload_and_is_there_elsewhere(
    robin: Desk, at_desk: Open
) -> None:
    page = robin.page
    page.get_by_role("button", name="Reply to all").click()
    chips = page.locator("[data-address]")
    expect(chips).to_have_count(2)
    copy = page.locator("#add-cc")
    copy.fill("depot@carrier.example")
    copy.press("Enter")
    expect(chips).to_have_count(3)
    copy.fill("nobody at home")
    copy.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("no e-mail address")
    copy.fill("")
    copy.press("Backspace")
    page.keyboard.press("Backspace")
    expect(chips).to_have_count(2)
    robin.reply.fill("It comes tomorrow.\nBetween 8 and 12.")
    expect(page.locator("[data-kept]")).to_contain_text("Draft kept", timeout=20_000)
    page.reload()
    expect(robin.reply).to_have_value("It comes tomorrow.\nBetween 8 and 12.")
    expect(page.locator('[data-addresses="cc"] [data-address]')).to_contain_text(PAUL)
    other = at_desk(cast.AGENT, urlsplit(page.url).path)
    expect(other.reply).to_have_value("It comes tomorrow.\nBetween 8 and 12.")


def test_leaving_in_the_middle_of_a_word_loses_nothing(robin: Desk) -> None:
    robin.reply.press_sequentially("Half a wor")
    where = robin.page.url
    robin.page.goto("about:blank")
    robin.page.goto(where)
    expect(robin.reply).to_have_value("Half a wor")


def test_undo_takes_the_mail_back_into_the_composer(program: Any, robin: Desk) -> None:
    page = robin.page
    robin.reply.fill("Sent too early")
    robin.reply.press("Control+Enter")
    ours = robin.lines.locator(".message.us", has_text="Sent too early")
    expect(ours).to_contain_text("goes out in")
    expect(robin.reply).to_have_value("")
    ours.get_by_role("button", name="Undo").click()
    expect(robin.reply).to_have_value("Sent too early")
    expect(robin.lines).to_contain_text("took a mail back")
    expect(page.locator('[data-addresses="to"] [data-address]')).to_contain_text(ANA)
    with program.rows():
        contact = Interaction.objects.latest("pk")
        assert Message.objects.get(interaction=contact, author="agent").state == "withdrawn"
        assert Letter.objects.get(message__interaction=contact, ours=True).next_at is None
