"""What a person does in the very moment in which the page draws a part of itself anew, each provoked on purpose."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from fanal.demo import cast
from tests.browser.company import Desk, Shopper, shop_as

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.usefixtures("company")]
Open = Callable[..., Any]
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def shopper(program: Any, window: Callable[..., Page]) -> Open:
    def visit(**who: str) -> Shopper:
        return shop_as(window(), program.url, **who)

    return visit


def drawn_anew(desk: Desk, part: str, answered: str) -> None:
    """This part of the desk asks for itself and is replaced, as when something had happened."""
    desk.page.evaluate("part => document.querySelector(part).firstElementChild.dataset.old = ''", part)
    with desk.page.expect_response(answered):
        desk.page.evaluate("document.dispatchEvent(new CustomEvent('fanal:resync'))")
    expect(desk.page.locator(f"{part} > [data-old]")).to_have_count(0)


def hold_on(desk: Desk, name: str) -> None:
    """Press this button and do not let go yet."""
    box = desk.page.get_by_role("button", name=name).bounding_box()
    assert box
    desk.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    desk.page.mouse.down()


def test_a_button_that_is_drawn_anew_under_the_finger_is_pressed(at_desk: Open, shopper: Open) -> None:
    robin = at_desk(cast.AGENT)
    robin.be("Available")
    shopper().begin("Are you there?")
    expect(robin.offer).to_be_visible(timeout=20_000)
    hold_on(robin, "Accept")
    drawn_anew(robin, "#work", "**/work/")
    robin.page.mouse.up()
    expect(robin.lines).to_contain_text("Are you there?")


def test_a_press_that_counted_does_not_count_twice(at_desk: Open, shopper: Open) -> None:
    robin = at_desk(cast.AGENT)
    robin.be("Available")
    shopper(signed=cast.FIVE_MATTERS.signed).begin("What is my balance?")
    robin.accept()
    asked: list[str] = []
    robin.page.on("request", lambda request: asked.append(request.url) if "/topics/new" in request.url else None)
    hold_on(robin, "+ topic")
    robin.page.mouse.up()
    expect(robin.page.locator("#dialogs dialog")).to_be_visible()
    robin.page.wait_for_timeout(200)
    assert len(asked) <= 1
    robin.page.keyboard.press("Escape")

    hold_on(robin, "+ topic")
    drawn_anew(robin, "#topics", "**/topics/")
    robin.page.mouse.move(5, 5)  # thought better of it
    robin.page.mouse.up()
    robin.page.wait_for_timeout(300)
    expect(robin.page.locator("#dialogs dialog")).to_have_count(0)


def test_a_refusal_is_told_although_what_was_pressed_is_gone_by_then(at_desk: Open, shopper: Open) -> None:
    robin = at_desk(cast.AGENT)
    robin.be("Available")
    shopper().begin("Anybody?")
    expect(robin.offer).to_be_visible(timeout=20_000)
    held: list[Route] = []
    robin.page.route("**/acceptance/", lambda route: held.append(route), times=1)
    with robin.page.expect_request("**/acceptance/"):
        robin.offer.get_by_role("button", name="Accept").click()
    drawn_anew(robin, "#work", "**/work/")
    held[0].fulfill(status=409, content_type="text/plain", body="This offer is over.")
    expect(robin.page.locator("#toasts")).to_contain_text("This offer is over.")


def test_the_talk_that_was_chosen_last_is_the_one_that_is_open(at_desk: Open, shopper: Open) -> None:
    robin = at_desk(cast.AGENT)
    robin.be("Available")
    for name, text in (("Ada First", "First here."), ("Ben Second", "Second here.")):
        shopper().begin(text, name=name)
        robin.accept()
        expect(robin.lines).to_contain_text(text)
    pages = [robin.page.locator("#work .item", has_text=text).locator("a") for text in ("First here.", "Second here.")]
    address = pages[0].get_attribute("href")
    held: list[Route] = []
    robin.page.route(f"**{address}", lambda route: held.append(route), times=1)
    with robin.page.expect_request(f"**{address}"):
        pages[0].click()
    with robin.page.expect_response("**/interactions/**"):
        pages[1].click()
    expect(robin.lines).to_contain_text("Second here.")
    with robin.page.expect_response(f"**{address}"):
        held[0].continue_()
    robin.page.wait_for_timeout(300)
    expect(robin.lines).to_contain_text("Second here.")
    expect(robin.page.locator("#work a[aria-current]")).to_have_attribute("href", pages[1].get_attribute("href") or "")


def test_a_file_that_is_on_its_way_while_a_line_is_sent_is_there_for_the_next_one(at_desk: Open, shopper: Open) -> None:
    robin = at_desk(cast.AGENT)
    robin.be("Available")
    shopper().begin("The invoice, please.")
    robin.accept()
    chosen = {"name": "invoice.pdf", "mimeType": "application/pdf", "buffer": PDF}
    held: list[Route] = []
    robin.page.route("**/attachments/", lambda route: held.append(route), times=1)
    with robin.page.expect_request("**/attachments/"):
        robin.page.locator("#composer input[type=file]").set_input_files(chosen)
    robin.say("One moment.")
    held[0].continue_()
    expect(robin.page.locator("#attached .chip")).to_contain_text("invoice.pdf")
    robin.say("Here it is.")
    expect(robin.lines.locator(".message.us .attachment")).to_contain_text("invoice.pdf")

    robin.page.route("**/attachments/", lambda route: route.abort(), times=1)
    with robin.page.expect_file_chooser() as dialog:
        robin.page.locator("#composer").get_by_text("Attach a file").click(force=True)
    robin.page.evaluate("document.getElementById('composer').dataset.old = ''")
    robin.say("While the dialog of files is open.")
    expect(robin.page.locator("#composer[data-old]")).to_have_count(0)
    dialog.value.set_files(chosen)
    missing = robin.page.locator("#toasts .toast", has_text="invoice.pdf")
    expect(missing).to_contain_text("cannot be reached")
    drawn_anew(robin, "#work", "**/work/")
    expect(missing).to_be_visible()
