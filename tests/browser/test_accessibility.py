"""Every page judged by axe: light and dark, English and Arabic; and what is clicked is large enough to be hit."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from fanal.demo import cast
from tests.browser.company import Shopper, shop_as
from tests.browser.conftest import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180), pytest.mark.usefixtures("company")]

RULES = """async () => {
  const found = await axe.run(document, {resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']});
  return found.violations.filter(one => ['serious', 'critical'].includes(one.impact))
    .flatMap(one => one.nodes.map(node => `${one.id}: ${node.target.join(' ')}: ${node.failureSummary.split('\\n').slice(1, 2)}`));
}"""
# Links in running text may be smaller; everything else is a target of 24 by 24 pixels at least, or has that much room.
SMALL = """() => [...document.querySelectorAll('button, select, input:not([type=hidden]), summary, .button')]
  .filter(one => one.checkVisibility({visibilityProperty: true}) && !one.closest('.hidden-visually'))
  .map(one => [one, one.matches('[type=checkbox], [type=radio]') && one.labels[0] ? one.labels[0] : one])
  .filter(([one, target]) => { const box = target.getBoundingClientRect(); return box.width && (box.width < 24 || box.height < 24); })
  .map(([one]) => `smaller than 24 px: ${one.outerHTML.slice(0, 120)}`)"""


@pytest.fixture(scope="session")
def axe(assets: None) -> str:
    """The checker itself, as a script for `evaluate`: no page has to allow it."""
    return (ROOT / "assets/node_modules/axe-core/axe.min.js").read_text()


def problems(page: Page, axe: str) -> list[str]:
    page.wait_for_load_state("load")
    page.evaluate("() => document.getAnimations().forEach(one => { try { one.finish() } catch { one.cancel() } })")
    page.evaluate(axe + "; null")
    return [*page.evaluate(RULES), *page.evaluate(SMALL)]


def in_language(page: Page, url: str, language: str) -> None:
    page.context.add_cookies([{"name": "django_language", "value": language, "url": url}])


AGENTS_PAGES = ("/", "/cases/", "/cases/?state=all", "/customers/", "/search/?q=rossi", "/customers/?q=zzzz")
SUPERVISORS_PAGES = (
    "/queues/", "/agents/", "/quarantine/", "/reports/?period=30days", "/reports/?period=30days&by=day",
    "/reports/definitions/", "/reports/?period=nonsense", "/reports/rows?kpi=handled&period=30days",
)  # fmt: skip


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_has_a_serious_finding(
    program: Any, at_desk: Callable[..., Any], axe: str, theme: str, language: str
) -> None:
    found: dict[str, list[str]] = {}
    for who, addresses in ((cast.AGENT, AGENTS_PAGES), (cast.SUPERVISOR, SUPERVISORS_PAGES)):
        page = at_desk(who, color_scheme=theme).page
        in_language(page, program.url, language)
        for address in addresses:
            page.goto(program.url + address)
            found[address] = problems(page, axe)
        if who == cast.AGENT:
            page.goto(f"{program.url}/cases/?state=all")
            for link in (".main-cell a",):
                page.locator(link).first.click()
                found["a case"] = problems(page, axe)
            page.goto(f"{program.url}/customers/?q=rossi")
            page.locator("main a[href*='/customers/']").first.click()
            page.wait_for_url("**/customers/*/")
            found["a customer"] = problems(page, axe)
    assert {address: said for address, said in found.items() if said} == {}


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_state_of_a_contact_has_a_serious_finding(
    program: Any, at_desk: Callable[..., Any], window: Callable[..., Page], axe: str, theme: str, language: str
) -> None:
    found: dict[str, list[str]] = {}
    entrance = window(color_scheme=theme)
    in_language(entrance, program.url, language)
    entrance.goto(program.url)
    found["sign-in"] = problems(entrance, axe)
    shopper: Shopper = shop_as(window(color_scheme=theme), program.url, language=language)
    found["shop"] = problems(shopper.page, axe)
    shopper.page.locator("fanal-chat button").click()
    shopper.chat.locator("#form button[type=submit]").wait_for()
    frame = next(one for one in shopper.page.frames if "/widget/frame" in one.url)
    found["chat form"] = problems_in_frame(frame, axe)
    desk = at_desk(cast.AGENT, color_scheme=theme)
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
    found["chat"] = problems_in_frame(frame, axe)
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


def problems_in_frame(frame: Any, axe: str) -> list[str]:
    frame.evaluate(axe + "; null")
    return [*frame.evaluate(RULES), *frame.evaluate(SMALL)]
