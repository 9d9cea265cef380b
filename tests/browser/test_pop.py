"""What rings is there already: known, several possible, withheld, and beside another talk."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from fanal.demo import cast
from tests.browser.company import Desk, shop_as
from tests.browser.conftest import Program
from tests.browser.test_call import NUMBER, TALKING, caller, centre, connected, desk  # noqa: F401
from tests.browser.test_phone import forget_lines, telephone  # noqa: F401
from tests.channels.asterisk.conftest import local  # noqa: F401
from tests.channels.asterisk.phones import Caller
from tests.servers import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.usefixtures("company")]
POP = "#about [data-pop]:not([data-pop=''])"
QUESTIONS = ("/about/", "/pop/", "/interactions/")


@pytest.fixture
def asked(desk: Desk) -> list[str]:  # noqa: F811
    """What the browser asked for by itself."""
    found: list[str] = []

    def note(request: Request) -> None:
        found.append(request.url)

    desk.page.on("request", note)
    return found


def gone(centre: Program) -> None:  # noqa: F811
    from fanal.interactions.models import Interaction  # models, which are not there yet when this file is read

    with centre.rows():
        until(lambda: not Interaction.objects.filter(channel="voice", ended_at=None).exists())


def test_who_is_known_is_there_while_it_rings_by_the_same_answer_and_stays_on_acceptance(
    desk: Desk,  # noqa: F811
    caller: Caller,  # noqa: F811
    centre: Program,  # noqa: F811
    asked: list[str],
) -> None:
    page, about = desk.page, desk.about
    page.goto(centre.url)
    expect(about).to_contain_text("appears here")
    with caller.calls(NUMBER, of=cast.KNOWN.phone, seconds=60):
        expect(desk.offer.first).to_contain_text(cast.KNOWN.name)
        expect(desk.offer.first).to_contain_text("+33 6 12 48 01 57")
        expect(page.locator(POP)).to_contain_text(cast.KNOWN.name)
        assert not [url for url in asked if any(question in url for question in QUESTIONS)], "no round trip of its own"
        expect(about.get_by_role("button")).to_have_count(0)
        expect(desk.offer.get_by_role("button", name="Look")).to_be_hidden()
        page.keyboard.press("a")
        expect(about.get_by_role("button", name="Verify")).to_be_visible()
        expect(page.locator(POP)).to_have_count(0)
        expect(page.locator(TALKING)).to_be_visible()
        page.keyboard.press("Alt+h")
    gone(centre)
    desk.wrap_up(outcome="Information given")


def test_whoever_withholds_the_number_and_whoever_shares_it_is_said_to_be_so_while_it_rings(
    desk: Desk,  # noqa: F811
    caller: Caller,  # noqa: F811
    centre: Program,  # noqa: F811
) -> None:
    page, about = desk.page, desk.about
    page.goto(centre.url)
    withheld, shared = ("anonymous", "Nobody we know yet"), (cast.HOUSEHOLD_PHONE, "Giulia Rossi")
    for number, seen in (withheld, shared):
        with caller.calls(NUMBER, of=number, seconds=60):
            expect(page.locator(POP)).to_contain_text(seen)
            expect(page.locator(POP)).to_contain_text("Number withheld" if number == "anonymous" else "Who is it?")
            expect(about.get_by_role("button")).to_have_count(0)
            page.keyboard.press("a")
            expect(about.get_by_label("Name, number, e-mail or order")).to_be_visible()
            expect(page.locator(TALKING)).to_be_visible()
            page.keyboard.press("Alt+h")
            gone(centre)
        desk.wrap_up(outcome="Information given")
        expect(about).to_contain_text("appears here")


def test_beside_another_talk_one_can_look_at_what_rings(
    at_desk: Callable[..., Desk], window: Callable[..., Page], program: Program
) -> None:
    def visit(text: str, **who: Any) -> None:
        shop_as(window(), program.url, **who).begin(text)

    robin = at_desk(cast.AGENT)
    robin.be("Available")
    visit("First here.")
    robin.accept()
    visit("Second here.", signed=cast.FIVE_MATTERS.signed)
    expect(robin.offer).to_contain_text(cast.FIVE_MATTERS.name)
    expect(robin.about).not_to_contain_text(cast.FIVE_MATTERS.name)
    peek = robin.page.locator("#peek")
    robin.page.locator("#lines").click()
    robin.page.keyboard.press("q")
    expect(peek).to_contain_text(cast.FIVE_MATTERS.name)
    expect(robin.lines).to_contain_text("First here.")
    robin.page.keyboard.press("Escape")
    expect(peek).to_be_hidden()
    robin.offer.get_by_role("button", name="Look").click()
    expect(peek).to_be_visible()
    robin.page.keyboard.press("a")
    expect(peek).to_be_hidden()
    expect(robin.lines).to_contain_text("Second here.")
    expect(robin.about).to_contain_text(cast.FIVE_MATTERS.name)


def test_a_contact_that_is_only_read_gives_way_to_what_rings_and_comes_back(
    at_desk: Callable[..., Desk], window: Callable[..., Page], program: Program
) -> None:
    robin = at_desk(cast.AGENT)
    robin.be("Available")
    shopper = shop_as(window(), program.url, signed=cast.KNOWN.signed)
    shopper.begin("First here.")
    robin.accept()
    expect(robin.about).to_contain_text(cast.KNOWN.name)
    read = robin.page.url
    robin.finish()
    robin.wrap_up(outcome="Information given")
    robin.page.goto(read)
    expect(robin.lines).to_contain_text("First here.")
    expect(robin.about).to_contain_text(cast.KNOWN.name)

    shop_as(window(), program.url, signed=cast.FIVE_MATTERS.signed).begin("Second here.")
    expect(robin.page.locator(POP)).to_contain_text(cast.FIVE_MATTERS.name)
    expect(robin.lines).to_contain_text("First here.")
    robin.offer.get_by_role("button", name="Decline").click()
    expect(robin.page.locator(POP)).to_have_count(0)
    expect(robin.about).to_contain_text(cast.KNOWN.name)
    assert robin.page.url == read
