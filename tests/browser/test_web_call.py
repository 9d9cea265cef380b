"""A customer's page calls the desk: from the chat that runs, heard and seen on both sides, once and nowhere else."""

import re
import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Frame, Page, WebSocketRoute, expect

from fanal.channels.asterisk.ari import Orders, path_of
from fanal.channels.models import ChannelAccount
from fanal.interactions.models import Interaction, WebCall
from tests.browser.company import Desk
from tests.browser.conftest import CHROMIUM, Program
from tests.browser.sounds import CONNECTIONS, heard, write_tone
from tests.browser.test_call import NUMBER, TALKING, centre, connected, desk, orders  # noqa: F401
from tests.browser.test_phone import READY, SPOKEN, WITH_SOUND, telephone  # noqa: F401
from tests.browser.test_widget import Site, say, site  # noqa: F401
from tests.channels.asterisk.conftest import local  # noqa: F401
from tests.servers import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.usefixtures("company")]
LONG = re.compile(r"(less than a minute|about \d+ min|cannot say how long)")
SAID = 600  # Hz: of the customer's microphone
PAINTED = """
(() => {
  const colour = '%s';
  const painted = () => {
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: 320, height: 240 });
    const pen = canvas.getContext('2d');
    setInterval(() => { pen.fillStyle = colour; pen.fillRect(0, 0, 320, 240); }, 50);
    return canvas.captureStream(15);
  };
  const devices = navigator.mediaDevices;
  if (!devices) return;
  const real = devices.getUserMedia.bind(devices);
  devices.getUserMedia = (asked) => asked.video ? Promise.resolve(painted()) : real(asked);
  devices.getDisplayMedia = () => Promise.resolve(painted());
})()
"""
PIXEL = """
(id) => {
  const video = document.querySelector(id);
  if (!video || video.hidden || !video.videoWidth) return null;
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: 8, height: 8 });
  const pen = canvas.getContext('2d');
  pen.drawImage(video, 0, 0, 8, 8);
  return [...pen.getImageData(4, 4, 1, 1).data.slice(0, 3)];
}
"""


@pytest.fixture(scope="module")
def at_home(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The customers' Chromium, whose microphone hears another tone than the agents'."""
    tone = write_tone(tmp_path_factory.mktemp("sound") / "tone.wav", SAID)
    arguments = [*WITH_SOUND, f"--use-file-for-fake-audio-capture={tone}"]
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=arguments)
    yield browser
    browser.close()


@pytest.fixture
def account(centre: Program, site: Site) -> str:  # noqa: F811
    """A chat that may become a call."""
    code = f"shop-{secrets.token_hex(4)}"
    chosen = {
        "sites": [site.origin],
        "queue": "general",
        "title": "Harbour help",
        "calls": "straight",
        "pictures": True,
    }
    with centre.rows():
        ChannelAccount.objects.create(kind="webchat", code=code, name="Shop", settings=chosen)
    return code


@pytest.fixture
def shop(centre: Program, account: str, site: Site, at_home: Browser) -> Iterator[Callable[..., Page]]:  # noqa: F811
    """Opens the shop's page, which has nothing but the script tag."""
    contexts, faults = [], []

    def visit(language: str = "en", **options: Any) -> Page:
        site.html = (
            f'<!doctype html><html lang="{language}"><meta name="viewport" content="width=device-width">'
            f"<title>Shop</title><h1>Shop</h1>"
            f'<script src="{centre.url}/widget/v1.js" data-account="{account}" async></script>'
        )
        context = at_home.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(30_000)
        context.add_init_script(CONNECTIONS)
        context.add_init_script(PAINTED % "#00ff00")
        context.add_init_script("try { sessionStorage['fanal.plain'] = '1' } catch {}")
        page = context.new_page()
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.on("console", lambda said: faults.append(said.text) if "Security Policy" in said.text else None)
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(f"{site.origin}/products/kettle/")
        return page

    yield visit
    for context in contexts:
        context.close()
    assert faults == []


def frame_of(page: Page) -> Frame:
    """The frame itself, for what is heard and seen in it."""
    return next(one for one in page.frames if "/widget/frame/" in one.url)


def test_a_chat_becomes_a_call_heard_and_seen_on_both_sides_with_the_same_agent(
    desk: Desk,  # noqa: F811
    shop: Callable[..., Page],
    centre: Program,  # noqa: F811
    account: str,
    orders: Orders,  # noqa: F811
) -> None:
    desk.page.context.add_init_script(CONNECTIONS)
    desk.page.reload()
    expect(desk.page.locator(READY)).to_be_visible()
    customer = shop()
    customer.get_by_role("button", name="Chat with us").click()
    chat = customer.frame_locator("fanal-chat iframe")
    say(chat, "My kettle leaks")
    expect(desk.offer.first).to_be_visible()
    desk.page.keyboard.press("a")
    expect(chat.locator("#standing")).to_contain_text("You are talking with")

    chat.get_by_role("button", name="Call", exact=True).click()
    expect(desk.offer.first).to_be_visible()
    expect(desk.page.locator('#phone[data-state="ringing"]')).to_be_visible()
    with centre.rows():
        assert WebCall.objects.get(account__code=account).secret == ""
    assert [one for one in orders.ask("GET", path_of("endpoints")) if one["resource"].startswith("G-")] == []
    desk.offer.first.get_by_role("button", name="Accept").click()
    expect(desk.page.locator(TALKING)).to_be_visible()
    expect(desk.page.locator("#call.talking")).to_be_visible()
    expect(chat.locator("#call-says")).to_contain_text("On the phone with")

    page, frame = desk.page, frame_of(customer)
    assert abs(heard(frame)[0] - SPOKEN) < 30, "the customer hears the agent"
    assert abs(heard(page)[0] - SAID) < 30, "the agent hears the customer"

    chat.get_by_role("button", name="Camera").click()
    theirs = page.locator("#phone-pictures [data-theirs]")
    expect(theirs).to_be_visible()
    until(lambda: green(page.evaluate(PIXEL, "#phone-pictures [data-theirs]")))
    page.evaluate(PAINTED % "#ff0000")
    page.keyboard.press("Alt+c")
    expect(chat.locator("#call-theirs")).to_be_visible()
    until(lambda: red(frame.evaluate(PIXEL, "#call-theirs")))
    until(lambda: green(page.evaluate(PIXEL, "#phone-pictures [data-theirs]")))

    chat.get_by_role("button", name="Camera").click()
    expect(theirs).to_be_hidden()
    expect(chat.locator("#call-theirs")).to_be_visible()
    chat.get_by_role("button", name="Share the screen").click()
    expect(theirs).to_be_visible()
    until(lambda: green(page.evaluate(PIXEL, "#phone-pictures [data-theirs]")))
    assert abs(heard(page)[0] - SAID) < 30, "and they talk all the while"

    with centre.rows():
        call = Interaction.objects.get(channel="voice", ended_at=None)
        talks = call.segments.filter(agent__isnull=False)
        assert talks.get().agent_id == call.web_call.chat.segments.filter(agent__isnull=False).get().agent_id
    customer.context.close()
    until(lambda: orders.ask("GET", path_of("channels")) == [], seconds=15)
    with centre.rows():
        until(lambda: not Interaction.objects.filter(channel="voice", ended_at=None).exists())


def green(pixel: list[int] | None) -> bool:
    return pixel is not None and pixel[1] > 150 > max(pixel[0], pixel[2])


def red(pixel: list[int] | None) -> bool:
    return pixel is not None and pixel[0] > 150 > max(pixel[1], pixel[2])


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("NotAllowedError", "The browser gives no microphone. Allow it for this page, then call again."),
        ("NotFoundError", "No microphone is connected. Plug one in, then call again."),
    ],
)
def test_who_has_no_microphone_is_told_what_to_do_and_calls_again(
    desk: Desk,  # noqa: F811
    shop: Callable[..., Page],
    centre: Program,  # noqa: F811
    account: str,
    fault: str,
    told: str,
) -> None:
    customer = shop(viewport={"width": 390, "height": 800})
    customer.context.add_init_script(
        f"navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', '{fault}'))"
    )
    customer.reload()
    customer.get_by_role("button", name="Chat with us").click()
    chat = customer.frame_locator("fanal-chat iframe")
    chat.get_by_role("button", name="Call", exact=True).click()
    expect(chat.locator("#call-says")).to_have_text(told)
    expect(chat.get_by_role("button", name="Call", exact=True)).to_be_visible()
    with centre.rows():
        assert not WebCall.objects.filter(account__code=account).exists(), "nobody was called"


def test_who_waits_on_the_phone_hears_how_long_and_a_line_lost_unheard_is_said_and_called_again(
    desk: Desk,  # noqa: F811
    shop: Callable[..., Page],
    centre: Program,  # noqa: F811
    orders: Orders,  # noqa: F811
) -> None:
    customer, deaf = shop(viewport={"width": 390, "height": 800}, color_scheme="dark"), list[bool]()

    def carried(here: WebSocketRoute) -> None:
        there = here.connect_to_server()
        there.on_message(lambda told: None if deaf else here.send(told))

    customer.context.route_web_socket(re.compile(r"/ws$"), carried)
    customer.reload()
    customer.get_by_role("button", name="Chat with us").click()
    chat = customer.frame_locator("fanal-chat iframe")
    chat.get_by_role("button", name="Call", exact=True).click()
    expect(desk.offer.first).to_be_visible()
    expect(chat.locator("#call-says")).to_contain_text("Somebody will be with you shortly.")
    expect(chat.locator("#call-says")).to_have_text(LONG)
    desk.offer.first.get_by_role("button", name="Accept").click()
    expect(desk.page.locator(TALKING)).to_be_visible()
    expect(chat.locator("#call-says")).to_contain_text("On the phone with")

    deaf.append(True)
    for line in orders.ask("GET", path_of("channels")):
        if line["name"].startswith("PJSIP/G-"):
            orders.ask("DELETE", path_of("channels", line["id"]))
    with centre.rows():
        until(lambda: not Interaction.objects.filter(channel="voice", ended_at=None).exists())
    expect(chat.locator("#call-says")).to_have_text("The line was lost. You can call again.", timeout=30_000)
    deaf.clear()
    expect(desk.page.locator("#wrap-up")).to_be_visible()
    desk.wrap_up(outcome="Information given")
    chat.get_by_role("button", name="Call", exact=True).click()
    expect(desk.offer.first).to_be_visible()
    chat.locator("#call-end").click()
    expect(chat.locator("#call-says")).to_have_text("The call has ended.")
