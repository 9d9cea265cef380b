"""The dialogs of a case in Chromium: each opens from where its button stands, one after the other, by its own key."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from fanal.demo import cast

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.usefixtures("company")]
FROM_EVERY_ROOM = ("v", "o", "i", "e")


def test_one_dialog_after_another_opens_wherever_its_button_stands(at_desk: Callable[..., Any]) -> None:
    page = at_desk(cast.SUPERVISOR, "/cases/").page
    page.locator("td.main-cell a", has_text="Fault of").first.click()
    expect(page.locator("#case-beside")).to_be_visible()
    expect(page.locator("#case-room [data-key=V]")).to_be_visible()
    for key in FROM_EVERY_ROOM * 2:
        page.keyboard.press(key)
        expect(page.locator("#dialogs dialog")).to_have_count(1)
        page.keyboard.press("Escape")
        expect(page.locator("#dialogs dialog")).to_have_count(0)
    keys = page.locator("#case [data-key]").evaluate_all("all => all.map((one) => one.dataset.key)")
    assert [key for key, times in Counter(keys).items() if times > 1] in ([], ["Mod+Enter"])


def test_the_keys_of_a_closed_menu_answer_and_the_first_field_has_the_focus(at_desk: Callable[..., Any]) -> None:
    page = at_desk(cast.SUPERVISOR, "/cases/").page
    page.locator("td.main-cell a", has_text="Fault of").first.click()
    expect(page.locator("#case-room [data-key=V]")).to_be_visible()
    for key, field in {"h": "queue", "p": "number", "s": "subject"}.items():
        page.keyboard.press(key)
        expect(page.locator(f"#dialogs dialog [name={field}]")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator("#dialogs dialog")).to_have_count(0)
    page.keyboard.press("n")
    expect(page.locator("#note-text")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("h")
    expect(page.locator("#dialogs dialog")).to_have_count(1)
    expect(page.locator("#note-text")).to_have_value("")


def test_a_note_that_is_half_written_stays_when_the_case_is_drawn_anew(at_desk: Callable[..., Any]) -> None:
    page = at_desk(cast.SUPERVISOR, "/cases/").page
    page.locator("td.main-cell a", has_text="Fault of").first.click()
    expect(page.locator("#case-room [data-key=V]")).to_be_visible()
    note = page.locator("#note-text")
    note.fill("He says that the")
    page.get_by_role("button", name="Wait for the customer").click()
    expect(page.get_by_role("button", name="No longer waiting")).to_be_visible()
    expect(note).to_have_value("He says that the")
    page.get_by_role("button", name="Save the note").click()
    expect(page.locator("#case-history")).to_contain_text("He says that the")
    expect(note).to_have_value("")
    page.get_by_role("button", name="No longer waiting").click()


def draw_anew(page: Any, part: str) -> None:
    """Something elsewhere happens to the case; waits until that part was drawn anew for it."""
    page.evaluate("part => { document.querySelector(part).was = true }", part)
    page.evaluate(
        "pk => document.dispatchEvent(new CustomEvent('fanal:event',"
        " {detail: {id: 'x', kind: 'case.changed', data: {case: Number(pk)}}}))",
        page.url.rstrip("/").rsplit("/", 1)[1],
    )
    page.wait_for_function("part => document.querySelector(part)?.was === undefined", arg=part)


def test_a_step_that_is_half_written_stays_whatever_draws_the_room_anew(at_desk: Callable[..., Any]) -> None:
    page = at_desk(cast.SUPERVISOR, "/cases/").page
    page.locator("td.main-cell a", has_text="Fault of").first.click()
    step = page.get_by_role("textbox", name="A step of your own")
    step.press_sequentially("Ask the carrier")
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    draw_anew(page, "#case-room")
    expect(step).to_have_value("Ask the carrier")
    expect(step).to_be_focused()
    assert step.evaluate("one => one.selectionStart") == len("Ask the carrier") - 4, "and goes on where it was"
    page.get_by_role("button", name="Wait for the customer").click()
    expect(page.get_by_role("button", name="No longer waiting")).to_be_visible()
    expect(step).to_have_value("Ask the carrier")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#case-room")).to_contain_text("Ask the carrier")
    expect(step).to_have_value("")
    draw_anew(page, "#case-room")
    expect(step).to_have_value("")
    page.get_by_role("button", name="No longer waiting").click()
    expect(page.get_by_role("button", name="Wait for the customer")).to_be_visible()


PART = """<div id="case-clocks" data-number="{number}" hx-get="{address}" hx-trigger="{trigger}" hx-swap="outerHTML"
  data-refresh-on="case.changed"><form hx-post="/nowhere/"><select name="to"><option>a<option>b</select>
  <input type="checkbox" name="one" value="1"><input name="plain" value="{says}">
  <input type="checkbox" name="ticked" hx-post="/nowhere/"></form><details><summary>More</summary></details></div>"""
FIELDS = """([to, one, plain, ticked, opened]) => {
  const form = document.querySelector("#case-clocks form"), more = document.querySelector("#case-clocks details");
  if (to) [form.to.value, form.one.checked, form.plain.value] = [to, one, plain];
  if (to) [form.ticked.checked, more.open] = [ticked, opened];
  return [form.to.value, form.one.checked, form.plain.value, form.ticked.checked, more.open];
}"""


@pytest.mark.parametrize(("says", "stands"), [("old", "half"), ("new", "new")])
@pytest.mark.parametrize("trigger", ["refresh", "refresh, every 2s"])
def test_whatever_is_in_a_part_that_draws_itself_anew_stays_chosen_written_and_open(
    at_desk: Callable[..., Any], says: str, stands: str, trigger: str
) -> None:
    page = at_desk(cast.SUPERVISOR, "/cases/").page
    page.locator("td.main-cell a", has_text="Fault of").first.click()
    expect(page.locator("#case-room [data-key=V]")).to_be_visible()
    drawn = 0

    def comes(route: Any) -> None:
        nonlocal drawn
        drawn += 1
        told = {"number": drawn, "address": route.request.url, "trigger": trigger, "says": says if drawn > 1 else "old"}
        route.fulfill(body=PART.format(**told), content_type="text/html")

    page.route("**/clocks/", comes)
    page.evaluate("document.querySelector('#case-clocks').dataset.refreshOn = 'case.changed'")
    draw_anew(page, "#case-clocks")
    assert page.evaluate(FIELDS, ["b", True, "half", True, True]) == ["b", True, "half", True, True]
    if trigger == "refresh":
        draw_anew(page, "#case-clocks")
    expect(page.locator("#case-clocks[data-number='2']")).to_be_attached()
    assert page.evaluate(FIELDS, [""] * 5) == ["b", True, stands, False, True]
