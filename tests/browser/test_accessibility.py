"""Every page judged by axe: light and dark, English and Arabic; and what is clicked is large enough to be hit."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from fanal.demo import cast
from tests.browser.company import Shopper, shop_as
from tests.browser.conftest import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.usefixtures("company")]

RULES = """async () => {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const {violations} = await axe.run(document, {resultTypes: ['violations'], runOnly: tags});
  return violations.filter(one => ['serious', 'critical'].includes(one.impact)).flatMap(one =>
    one.nodes.map(node => `${one.id}: ${node.target.join(' ')}: ${node.failureSummary.split('\\n')[1]}`));
}"""
# Links in running text may be smaller; everything else is a target of 24 by 24 pixels at least.
SMALL = """() => [...document.querySelectorAll('button, select, input:not([type=hidden]), summary, .button')]
  .filter(one => one.checkVisibility({visibilityProperty: true}) && !one.closest('.hidden-visually'))
  .filter(one => {
    const label = one.matches('[type=checkbox], [type=radio]') && one.labels[0];
    const {width, height} = (label || one).getBoundingClientRect();
    return width && (width < 24 || height < 24);
  }).map(one => `smaller than 24 px: ${one.outerHTML.slice(0, 120)}`)"""


SETTLE = "() => document.getAnimations().forEach(one => { try { one.finish() } catch { one.cancel() } })"


@pytest.fixture(scope="session")
def axe(assets: None) -> str:
    """The checker itself, as a script for `evaluate`: no page has to allow it."""
    return (ROOT / "assets/node_modules/axe-core/axe.min.js").read_text()


def problems(page: Page, axe: str) -> list[str]:
    page.wait_for_load_state("load")
    page.evaluate(axe + "; null")
    found = list(page.evaluate(SMALL))
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.evaluate(SETTLE)
        found += [f"{scheme}: {said}" for said in page.evaluate(RULES)]
    return found


def in_language(page: Page, url: str, language: str) -> None:
    page.context.add_cookies([{"name": "language", "value": language, "url": url}])


def test_the_check_finds_what_is_wrong(window: Callable[..., Page], axe: str) -> None:
    page = window()
    page.set_content('<html lang="en"><title>x</title><main><h1>x</h1><input><img src="data:,"></main>')
    found = problems(page, axe)
    assert any("label: " in said for said in found)
    assert any("image-alt: " in said for said in found)
    assert any(said.startswith("smaller") for said in found)


AGENTS_PAGES = ("/", "/cases/", "/cases/?state=all", "/customers/", "/search/?q=rossi", "/customers/?q=zzzz")
SUPERVISORS_PAGES = (
    "/queues/", "/agents/", "/quarantine/", "/reports/?period=30days", "/reports/?period=30days&by=day",
    "/reports/definitions/", "/reports/?period=nonsense", "/reports/rows?figure=handled&period=30days",
)  # fmt: skip


@pytest.mark.parametrize("language", ["en", "ar"])
def test_no_page_has_a_serious_finding(program: Any, at_desk: Callable[..., Any], axe: str, language: str) -> None:
    found: dict[str, list[str]] = {}
    for who, addresses in ((cast.AGENT, AGENTS_PAGES), (cast.SUPERVISOR, SUPERVISORS_PAGES)):
        page = at_desk(who).page
        in_language(page, program.url, language)
        for address in addresses:
            page.goto(program.url + address)
            assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
            found[address] = problems(page, axe)
        if who == cast.AGENT:
            page.goto(f"{program.url}/cases/?state=all")
            page.locator(".main-cell a").first.click()
            page.wait_for_url("**/cases/*/")
            found["a case"] = problems(page, axe)
            page.goto(f"{program.url}/customers/?q=rossi")
            page.locator("#main .item a, #main a.item").first.click()
            page.wait_for_url("**/customers/*/")
            found["a customer"] = problems(page, axe)
    assert {address: said for address, said in found.items() if said} == {}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_no_administration_page_has_a_serious_finding(
    program: Any, at_desk: Callable[..., Any], axe: str, language: str
) -> None:
    page = at_desk(cast.ADMINISTRATOR).page
    in_language(page, program.url, language)
    page.goto(f"{program.url}/administration/")
    found = {"/administration/": problems(page, axe)}
    links = page.locator("#main a[href^='/administration/']").evaluate_all("all => all.map(one => one.pathname)")
    assert len(links) > 8
    for address in dict.fromkeys(links):
        page.goto(program.url + address)
        found[address] = problems(page, axe)
        row = page.locator(f"#main a[href^='{address}']:not([href$='/new/'])").first
        if language == "en" and row.count():
            row.click()
            found[f"{address}: the first"] = problems(page, axe)
    assert {address: said for address, said in found.items() if said} == {}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_no_state_of_a_contact_has_a_serious_finding(
    program: Any, at_desk: Callable[..., Any], window: Callable[..., Page], axe: str, language: str
) -> None:
    found: dict[str, list[str]] = {}
    entrance = window()
    in_language(entrance, program.url, language)
    entrance.goto(program.url)
    found["sign-in"] = problems(entrance, axe)
    shopper: Shopper = shop_as(window(), program.url, language=language)
    found["shop"] = problems(shopper.page, axe)
    shopper.page.locator("fanal-chat button").click()
    shopper.chat.locator("#form button.main").wait_for()
    frame = next(one for one in shopper.page.frames if "/widget/frame" in one.url)
    found["chat form"] = problems_in_frame(shopper.page, frame, axe)
    desk = at_desk(cast.AGENT)
    in_language(desk.page, program.url, language)
    desk.page.reload()
    desk.be_available()
    shopper.begin_talk("Hello", phone=cast.HOUSEHOLD_PHONE)
    desk.offer.first.wait_for(timeout=20_000)
    found["offer"] = problems(desk.page, axe)
    desk.page.keyboard.press("a")
    desk.reply.wait_for()
    desk.say("Hello!")
    found["talk"] = problems(desk.page, axe)
    found["chat"] = problems_in_frame(shopper.page, frame, axe)
    desk.page.evaluate("() => document.activeElement.blur()")
    for key in ("h", "t", "c", "?"):
        desk.page.keyboard.press(key)
        desk.page.locator("dialog:modal").wait_for()
        found[f"dialog {key}"] = problems(desk.page, axe)
        desk.page.keyboard.press("Escape")
        desk.page.locator("dialog:modal").wait_for(state="detached") if key != "?" else None
        desk.page.evaluate("() => document.activeElement.blur()")
    desk.page.keyboard.press("f")
    desk.page.locator("#wrap-up").wait_for()
    found["wrap-up"] = problems(desk.page, axe)
    assert {address: said for address, said in found.items() if said} == {}


def problems_in_frame(page: Page, frame: Any, axe: str) -> list[str]:
    frame.evaluate(axe + "; null")
    found = list(frame.evaluate(SMALL))
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        frame.evaluate(SETTLE)
        found += [f"{scheme}: {said}" for said in frame.evaluate(RULES)]
    return found
