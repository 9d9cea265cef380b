"""Cameras and screens in a call from a page: seen on both sides while they talk, hidden while held, and not for all."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, FrameLocator, Page, expect

from fanal.channels.asterisk.ari import Orders, path_of
from fanal.channels.models import ChannelAccount
from fanal.demo import cast
from fanal.interactions.models import Interaction, Leg
from tests.browser.company import Desk
from tests.browser.conftest import Program
from tests.browser.sounds import CONNECTIONS, heard
from tests.browser.test_a_browser_dies import HEARS_MUSIC_WITHIN, Own, available, browser_of  # noqa: F401
from tests.browser.test_call import TALKING, centre, connected, orders, taking_calls  # noqa: F401
from tests.browser.test_phone import SPOKEN, telephone  # noqa: F401
from tests.browser.test_web_call import SAID, at_home, frame_of  # noqa: F401
from tests.browser.test_widget import Site, site  # noqa: F401
from tests.channels.asterisk.conftest import local  # noqa: F401
from tests.servers import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.usefixtures("company")]
LONGER_THAN_SILENCE = 13.0
"""Seconds: a line of which nothing comes for ten is gone."""
THEIRS, AT_THE_PAGE = "#phone-pictures [data-theirs]", "#call-theirs"
PAINTS = """
(() => {
  const painted = (one, other) => {
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: 320, height: 240 });
    const pen = canvas.getContext('2d');
    let n = 0;
    setInterval(() => {
      pen.fillStyle = one;
      pen.fillRect(0, 0, 320, 240);
      pen.fillStyle = other;
      pen.fillRect(0, n = (n + 4) %% 220, 320, 20);
    }, 100);
    return canvas.captureStream(10);
  };
  const devices = navigator.mediaDevices;
  if (!devices) return;
  const real = devices.getUserMedia.bind(devices);
  const camera = '%(camera)s';
  if (camera) devices.getUserMedia = (asked) => asked.video ? Promise.resolve(painted(camera, '#ffffff')) : real(asked);
  devices.getDisplayMedia = () => Promise.resolve(painted('%(screen)s', '#ffffff'));
})()
"""
RED, BLUE, BLACK = (255, 0, 0), (0, 0, 255), (0, 0, 0)
TURNED_DOWN = "/m=video 0 /.test(window.calls.at(-1).remoteDescription.sdp)"
SEEN = """
(id) => {
  const video = document.querySelector(id);
  if (!video || video.hidden || !video.videoWidth) return null;
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: 16, height: 16 });
  const pen = canvas.getContext('2d');
  pen.drawImage(video, 0, 0, 16, 16);
  const dots = pen.getImageData(0, 0, 16, 16).data;
  const mean = [0, 1, 2].map((of) => dots.filter((_, at) => at % 4 === of).reduce((sum, one) => sum + one, 0) / 256);
  return { frames: video.getVideoPlaybackQuality().totalVideoFrames, mean };
}
"""


@dataclass
class Eye:
    """Looks at one picture of a page."""

    page: Page | Frame
    place: str

    def look(self) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.page.evaluate(SEEN, self.place)
        return found

    def moves(self) -> bool:
        """Pictures come, and they are not black."""
        before = self.look()
        self.page.wait_for_timeout(700)
        after = self.look()
        return bool(before and after and after["frames"] > before["frames"] and max(after["mean"]) > 40)

    def is_full_of(self, colour: tuple[int, int, int]) -> bool:
        seen = self.look()
        return seen is not None and all(abs(one - two) < 60 for one, two in zip(seen["mean"], colour, strict=True))


@pytest.fixture
def desk(centre: Program, telephone: Browser) -> Iterator[Desk]:  # noqa: F811
    """An agent with a camera, whose picture is red, and a screen, which is blue."""
    context = telephone.new_context(viewport={"width": 1280, "height": 800})
    context.grant_permissions(["microphone", "camera"])
    context.add_init_script(CONNECTIONS)
    context.add_init_script(PAINTS % {"camera": "#ff0000", "screen": "#0000ff"})
    with taking_calls(centre, context) as desk:
        yield desk


@pytest.fixture
def account(centre: Program, site: Site) -> Callable[..., str]:  # noqa: F811
    """A chat that may become a call."""

    def make(**more: Any) -> str:
        code = f"seen-{secrets.token_hex(4)}"
        chosen = {"sites": [site.origin], "queue": "general", "title": "Harbour help", "calls": "straight"}
        with centre.rows():
            ChannelAccount.objects.create(kind="webchat", code=code, name="Shop", settings=chosen | more)
        return code

    return make


@dataclass
class Guest:
    """A customer's page with the chat's window open."""

    page: Page

    @property
    def chat(self) -> FrameLocator:
        return self.page.frame_locator("fanal-chat iframe")

    @property
    def frame(self) -> Frame:
        return frame_of(self.page)

    def press(self, name: str) -> None:
        self.chat.get_by_role("button", name=name, exact=True).click()


@pytest.fixture
def guest(centre: Program, site: Site, at_home: Browser) -> Iterator[Callable[..., Guest]]:  # noqa: F811
    """Opens the shop on a telephone's width; its camera is Chromium's own."""
    contexts, faults = [], []

    def visit(account: str, language: str = "en", within: BrowserContext | None = None, **options: Any) -> Guest:
        site.html = (
            f'<!doctype html><html lang="{language}"><meta name="viewport" content="width=device-width">'
            f"<title>Shop</title><h1>Shop</h1>"
            f'<script src="{centre.url}/widget/v1.js" data-account="{account}" async></script>'
        )
        context = within or at_home.new_context(viewport={"width": 390, "height": 800}, **options)
        if not within:
            contexts.append(context)
        context.set_default_timeout(30_000)
        context.add_init_script(CONNECTIONS)
        context.add_init_script(PAINTS % {"camera": "", "screen": "#0000ff"})
        context.add_init_script("try { sessionStorage['fanal.plain'] = '1' } catch {}")
        page = context.new_page()
        if not within:  # one that is to die says things of its own
            page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.on("console", lambda said: faults.append(said.text) if "Security Policy" in said.text else None)
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(f"{site.origin}/products/kettle/")
        page.locator("fanal-chat button").first.click()
        return Guest(page)

    yield visit
    for context in contexts:
        context.close()
    assert faults == []


def talk(desk: Desk, guest: Guest) -> None:
    guest.chat.locator("#call-start").click()
    expect(desk.offer.first).to_be_visible()
    desk.offer.first.locator("button").first.click()
    expect(desk.page.locator(TALKING)).to_be_visible()
    expect(guest.chat.locator('#call[data-phase="talking"]')).to_be_visible()


def hear_each_other(desk: Desk, guest: Guest) -> None:
    assert abs(heard(guest.frame)[0] - SPOKEN) < 30, "the customer hears the agent"
    assert abs(heard(desk.page)[0] - SAID) < 30, "the agent hears the customer"


def lines_of_the_call(centre: Program) -> list[tuple[int, bool]]:  # noqa: F811
    with centre.rows():
        call = Interaction.objects.get(channel="voice", ended_at=None)
        return [(pk, ended is None) for pk, ended in Leg.objects.filter(interaction=call).values_list("pk", "ended_at")]


def test_both_see_and_hear_each_other_for_as_long_as_they_talk_and_what_is_switched_off_is_gone(
    desk: Desk,
    account: Callable[..., str],
    guest: Callable[..., Guest],
    centre: Program,  # noqa: F811
    orders: Orders,  # noqa: F811
) -> None:
    customer = guest(account(pictures=True))
    talk(desk, customer)
    hear_each_other(desk, customer)
    lines = lines_of_the_call(centre)

    customer.press("Camera")
    at_desk, at_page = Eye(desk.page, THEIRS), Eye(customer.frame, AT_THE_PAGE)
    until(at_desk.moves)
    desk.page.keyboard.press("Alt+c")
    until(lambda: at_page.is_full_of(RED))
    assert at_page.moves()
    hear_each_other(desk, customer)
    desk.page.wait_for_timeout(1000 * LONGER_THAN_SILENCE)
    assert at_page.moves()
    assert at_desk.moves()
    hear_each_other(desk, customer)
    assert lines_of_the_call(centre) == lines, "nobody was cut off and called again"

    desk.page.keyboard.press("Alt+c")
    expect(customer.chat.locator(AT_THE_PAGE)).to_be_hidden()
    assert at_desk.moves(), "the other side goes on"
    desk.page.keyboard.press("Alt+s")
    until(lambda: at_page.is_full_of(BLUE))
    customer.press("Share the screen")
    until(lambda: at_desk.is_full_of(BLUE))
    customer.press("Share the screen")
    expect(desk.page.locator(THEIRS)).to_be_hidden()
    assert at_page.moves()
    hear_each_other(desk, customer)
    assert lines_of_the_call(centre) == lines


def test_hold_hides_both_pictures_and_they_come_back_with_the_talk(
    desk: Desk, account: Callable[..., str], guest: Callable[..., Guest]
) -> None:
    customer = guest(account(pictures=True))
    talk(desk, customer)
    desk.page.keyboard.press("Alt+c")
    at_desk, at_page = Eye(desk.page, THEIRS), Eye(customer.frame, AT_THE_PAGE)
    until(lambda: at_page.is_full_of(RED))
    customer.press("Camera")
    until(at_desk.moves)

    desk.page.keyboard.press("Alt+o")
    expect(desk.page.locator("#call.held")).to_be_visible()
    expect(desk.page.locator(THEIRS)).to_be_hidden()
    expect(customer.chat.locator(AT_THE_PAGE)).to_be_hidden()
    until(lambda: Eye(desk.page, "#phone-pictures [data-mine]").is_full_of(BLACK))
    desk.page.keyboard.press("Alt+o")
    expect(desk.page.locator("#call.talking")).to_be_visible()
    until(lambda: at_page.is_full_of(RED))
    until(at_desk.moves)
    hear_each_other(desk, customer)


def test_who_may_not_show_pictures_has_no_camera_and_what_their_page_offers_nevertheless_is_turned_down(
    desk: Desk,
    account: Callable[..., str],
    guest: Callable[..., Guest],
    orders: Orders,  # noqa: F811
) -> None:
    customer = guest(account(pictures=False))
    talk(desk, customer)
    camera, of_the_desk = customer.chat.locator("#call-camera"), desk.page.locator('[data-phone="camera"]')
    expect(camera).to_be_hidden()
    expect(customer.chat.locator("#call-screen")).to_be_hidden()
    expect(of_the_desk).to_be_hidden()
    desk.page.keyboard.press("Alt+c")
    names = sorted(one["name"].split("-")[0] for one in orders.ask("GET", path_of("channels")))
    assert names == ["PJSIP/G", "PJSIP/L"], "the agent is called as for any call"

    camera.evaluate("(button) => { button.hidden = false }")
    camera.click()
    until(lambda: customer.frame.evaluate(TURNED_DOWN))
    expect(desk.page.locator(THEIRS)).to_be_hidden()
    assert "m=video" not in desk.page.evaluate("window.calls.at(-1).localDescription.sdp")
    hear_each_other(desk, customer)


def test_a_browser_that_dies_while_it_is_seen_leaves_the_customer_with_music_and_a_page_that_dies_is_gone(
    browser_of: Callable[..., Own],  # noqa: F811
    account: Callable[..., str],
    guest: Callable[..., Guest],
    centre: Program,  # noqa: F811
    orders: Orders,  # noqa: F811
) -> None:
    ann, home = available(browser_of(cast.AGENT)), browser_of()
    ann.context.grant_permissions(["microphone", "camera"])
    ann.page.evaluate(PAINTS % {"camera": "#ff0000", "screen": "#0000ff"})
    customer = guest(account(pictures=True), within=home.context)
    talk(ann.desk, customer)
    ann.page.keyboard.press("Alt+c")
    until(lambda: Eye(customer.frame, AT_THE_PAGE).is_full_of(RED))
    customer.press("Camera")
    until(Eye(ann.page, THEIRS).moves)

    ann.dies()
    until(lambda: is_alone_with_music(orders), seconds=HEARS_MUSIC_WITHIN)
    with centre.rows():
        assert Interaction.objects.filter(channel="voice", ended_at=None).count() == 1, "the customer is kept"
    home.dies()
    until(lambda: orders.ask("GET", path_of("channels")) == [], seconds=15)
    with centre.rows():
        until(lambda: not Interaction.objects.filter(channel="voice", ended_at=None).exists())


def is_alone_with_music(orders: Orders) -> bool:  # noqa: F811
    bridges = orders.ask("GET", path_of("bridges"))
    return [one["bridge_type"] for one in bridges if one["channels"]] == ["holding"]
