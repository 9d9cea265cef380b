"""A customer at the chat widget, in Chromium: reload, no network, a restarted server; keyboard, right-to-left."""

import secrets
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import FrameLocator, Page, expect

from fanal.agents.models import Agent, Role
from fanal.channels.models import ChannelAccount
from fanal.interactions import actions as interactions
from fanal.interactions.models import Author, Interaction, Message, Segment
from fanal.routing.models import Queue

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
Visit = Callable[..., Page]


class Site:
    """Somebody else's web server, on an origin of its own."""

    def __init__(self) -> None:
        site = self
        self.html = ""

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = site.html.encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://localhost:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


@pytest.fixture
def account(program: Any, site: Site) -> str:
    """A chat account of this test's own, shown on a foreign site."""
    code = f"shop-{secrets.token_hex(4)}"
    chosen = {"sites": [site.origin], "queue": code, "title": "Harbour help", "greeting": {"en": "How can we help?"}}
    with program.rows():
        Queue.objects.create(code=code, name="Orders")
        ChannelAccount.objects.create(kind="webchat", code=code, name="Shop", settings=chosen)
    return code


@pytest.fixture
def shop(program: Any, account: str, site: Site, window: Visit) -> Visit:
    """Opens a page of a foreign site that has nothing but the script tag."""

    def visit(language: str = "en", tag: str = "", **options: Any) -> Page:
        site.html = (
            f'<!doctype html><html lang="{language}"><title>Shop</title><h1>Shop</h1><a href="#">A link</a>'
            f'<script src="{program.url}/widget/v1.js" data-account="{account}" {tag} async></script>'
        )
        page = window(**options)
        page.goto(f"{site.origin}/products/kettle/")
        return page

    return visit


def chat(page: Page) -> FrameLocator:
    return page.frame_locator("fanal-chat iframe")


def open_chat(page: Page) -> FrameLocator:
    page.get_by_role("button", name="Chat with us").click()
    expect(chat(page).get_by_role("textbox", name="Your message")).to_be_focused()
    return chat(page)


def say(frame: FrameLocator, text: str) -> None:
    box = frame.get_by_role("textbox", name="Your message")
    box.fill(text)
    box.press("Enter")


def stored(program: Any, account: str) -> list[str]:
    with program.rows():
        return list(
            Message.objects.filter(interaction__account__code=account).order_by("pk").values_list("text", flat=True)
        )


def answer(program: Any, account: str, text: str, name: str = "Sara Haddad") -> None:
    """An agent takes the contact and says something, as the desk does it."""
    with program.rows():
        interaction = Interaction.objects.get(account__code=account, ended_at=None)
        role, _ = Role.objects.get_or_create(code="agent", defaults={"name": "Agent"})
        email = f"{account}@example.org"
        agent = Agent.objects.filter(email=email).first() or Agent.objects.create_user(email, name=name, role=role)
        if not Segment.objects.filter(interaction=interaction, agent=agent, ended_at=None).exists():
            interactions.give_to_agent(interaction=interaction, agent=agent, now=timezone.now())
        interactions.add_message(
            interaction=interaction, author=Author.AGENT, text=text, external_id=secrets.token_hex(8), agent=agent,
            now=timezone.now(),
        )  # fmt: skip


def test_a_customer_chats_and_reload_keeps_the_conversation(program: Any, account: str, shop: Visit) -> None:
    page = shop()
    frame = open_chat(page)
    say(frame, "Where is my order?")
    expect(frame.get_by_role("log")).to_contain_text("Where is my order?")
    expect(frame.locator(".us .meta")).to_contain_text("sent")
    expect(frame.locator("#standing")).to_contain_text("nobody", ignore_case=True)
    answer(program, account, "One moment, I look it up.")
    expect(frame.get_by_role("log")).to_contain_text("One moment, I look it up.")
    expect(frame.locator("#standing")).to_have_text("You are talking with Sara.")
    page.reload()
    frame = chat(page)
    expect(frame.locator(".message:not([data-greeting])")).to_have_count(2)
    assert stored(program, account) == ["Where is my order?", "One moment, I look it up."]
    with program.rows():
        assert Message.objects.get(text="One moment, I look it up.").read_at is not None


def test_what_is_too_long_for_one_message_arrives_whole_as_several(program: Any, account: str, shop: Visit) -> None:
    words = " ".join(f"word{number}" for number in range(1000))
    frame = open_chat(shop())
    say(frame, words)
    expect(frame.locator(".us")).to_have_count(2)
    expect(frame.locator(".us.pending")).to_have_count(0)
    assert " ".join(stored(program, account)) == words


def test_more_than_can_be_sent_at_once_is_said_and_kept_in_the_box(program: Any, account: str, shop: Visit) -> None:
    page = shop()
    frame = open_chat(page)
    box = frame.get_by_role("textbox", name="Your message")
    words = "long " * 4001
    box.evaluate("(box, words) => { box.focus(); document.execCommand('insertText', false, words); }", words)
    box.press("Enter")
    expect(frame.locator("#problem")).to_contain_text("20,000")
    expect(frame.locator("#problem")).to_contain_text("20,004")
    expect(box).to_have_value(words)
    expect(frame.locator(".us")).to_have_count(0)
    box.fill("Shorter.")
    box.press("Enter")
    expect(frame.locator(".us .meta")).to_contain_text("sent")
    assert stored(program, account) == ["Shorter."]


def test_messages_written_without_network_survive_a_reload_and_arrive_once_in_order(
    program: Any, account: str, shop: Visit
) -> None:
    page = shop()
    frame = open_chat(page)
    say(frame, "one")
    expect(frame.locator(".us .meta")).to_contain_text("sent")
    page.context.set_offline(True)
    say(frame, "two")
    say(frame, "three")
    expect(frame.locator("#line")).to_contain_text("You are offline")
    expect(frame.locator(".us.pending")).to_have_count(2)
    page.context.set_offline(False)
    page.route("**/api/v1/widget/messages", lambda route: route.abort())
    page.reload()
    frame = chat(page)
    expect(frame.locator(".us")).to_have_count(3)
    page.unroute("**/api/v1/widget/messages")
    expect(frame.locator(".us.pending")).to_have_count(0, timeout=30_000)
    expect(frame.locator(".us > p")).to_have_text(["one", "two", "three"])
    assert stored(program, account) == ["one", "two", "three"]


def test_an_answer_that_is_lost_on_the_way_doubles_nothing(program: Any, account: str, shop: Visit) -> None:
    page = shop()
    frame = open_chat(page)
    lost = 0

    def lose_the_answer(route: Any) -> None:
        nonlocal lost
        if lost < 2:
            lost += 1
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/api/v1/widget/messages", lose_the_answer)
    say(frame, "only once")
    expect(frame.locator(".us .meta")).to_contain_text("sent", timeout=20_000)
    assert lost
    assert stored(program, account) == ["only once"]


def test_the_chat_survives_a_restart_of_the_server(program: Any, account: str, shop: Visit) -> None:
    page = shop()
    frame = open_chat(page)
    say(frame, "before")
    expect(frame.locator(".us .meta")).to_contain_text("sent")
    program.stop("web")
    program.stop("live")
    say(frame, "meanwhile")
    expect(frame.locator(".us.pending")).to_have_count(1)
    expect(frame.locator("#line")).to_be_visible()
    program.start("web")
    program.start("live")
    expect(frame.locator(".us.pending")).to_have_count(0, timeout=40_000)
    answer(program, account, "after")
    expect(frame.get_by_role("log")).to_contain_text("after", timeout=30_000)
    expect(frame.locator("#line")).to_be_hidden(timeout=30_000)
    assert stored(program, account) == ["before", "meanwhile", "after"]


def test_who_waits_while_nobody_can_be_asked_is_told_so(shop: Visit) -> None:
    page = shop()
    page.clock.install()
    page.reload()
    frame = open_chat(page)
    say(frame, "before")
    expect(frame.locator(".us .meta")).to_contain_text("sent")
    expect(frame.locator("#line")).to_be_hidden()
    page.route("**/conversation?**", lambda route: route.abort())
    page.clock.fast_forward(21_000)
    expect(frame.locator("#line")).to_be_visible()


def test_the_form_is_asked_first_and_names_what_is_missing(program: Any, account: str, shop: Visit) -> None:
    with program.rows():
        row = ChannelAccount.objects.get(code=account)
        row.settings |= {"form": [{"name": "email", "required": True}, {"name": "order"}], "consent_text": "I agree."}
        row.save()
    page = shop(tag='data-order="HL-7"')
    page.get_by_role("button", name="Chat with us").click()
    frame = chat(page)
    expect(frame.get_by_label("Order number")).to_have_value("HL-7")
    frame.get_by_role("button", name="Start the chat").click()
    email = frame.get_by_label("Your e-mail address")
    expect(email).to_be_focused()
    expect(email).to_have_attribute("aria-invalid", "true")
    email.fill("ana@example.org")
    frame.get_by_label("I agree.").check()
    frame.get_by_role("button", name="Start the chat").click()
    say(frame, "Hello")
    expect(frame.locator(".us .meta")).to_contain_text("sent")
    with program.rows():
        assert Interaction.objects.get(account__code=account).given == {"email": "ana@example.org", "order": "HL-7"}


def test_everything_goes_by_keyboard(program: Any, account: str, shop: Visit) -> None:
    page = shop()
    page.get_by_role("button", name="Chat with us").focus()
    page.keyboard.press("Enter")
    frame = chat(page)
    expect(frame.get_by_role("textbox", name="Your message")).to_be_focused()
    page.keyboard.type("by keyboard")
    page.keyboard.press("Enter")
    expect(frame.locator(".us .meta")).to_contain_text("sent")
    expect(frame.get_by_role("button", name="End chat").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Chat with us")).to_be_focused()
    answer(program, account, "Hi")
    expect(page.get_by_role("button", name="New messages: 1")).to_be_visible()
    page.keyboard.press("Enter")
    frame.get_by_role("button", name="End chat").first.press("Enter")
    expect(frame.get_by_role("button", name="Go on")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(frame.get_by_text("You have ended the chat.").last).to_be_visible()
    frame.get_by_role("button", name="Start a new chat").press("Enter")
    expect(frame.get_by_role("textbox", name="Your message")).to_be_focused()


def test_arabic_goes_from_right_to_left(program: Any, account: str, shop: Visit) -> None:
    page = shop(language="ar")
    page.locator("fanal-chat button").click()
    frame = chat(page)
    expect(frame.locator("html")).to_have_attribute("dir", "rtl")
    box = frame.locator("#text")
    box.fill("أين طلبي؟")
    box.press("Enter")
    own = frame.locator(".us[data-id]")  # the server's own line, which takes the place of ours
    expect(own).to_have_count(1)
    log = frame.locator("#messages").bounding_box()
    bubble = own.bounding_box()
    assert log
    assert bubble
    assert bubble["x"] - log["x"] < 60
    launcher = page.locator("fanal-chat iframe").bounding_box()
    assert launcher
    assert launcher["x"] < 100


def test_on_a_phone_the_chat_fills_the_screen(program: Any, account: str, shop: Visit) -> None:
    page = shop(viewport={"width": 375, "height": 700})
    open_chat(page)
    box = page.locator("fanal-chat iframe").bounding_box()
    assert box == {"x": 0, "y": 0, "width": 375, "height": 700}


def test_a_site_that_is_not_allowed_cannot_show_the_chat(program: Any, account: str, site: Site, window: Visit) -> None:
    other = Site()
    other.html = (
        f'<!doctype html><script src="{program.url}/widget/v1.js" data-account="{account}" async></script>'
        f'<iframe id="x" src="{program.url}/widget/frame/?account={account}&origin={site.origin}"></iframe>'
    )
    page = window()
    page.goto(f"{other.origin}/")
    page.get_by_role("button", name="Chat with us").click()
    expect(chat(page).locator("body")).to_contain_text("may not show the chat")
    assert page.frame_locator("#x").locator("#composer").count() == 0
    other.close()


def test_a_file_is_sent_with_a_message(program: Any, account: str, shop: Visit) -> None:
    page = shop()
    frame = open_chat(page)
    say(frame, "Look at this")
    expect(frame.locator(".us .meta")).to_contain_text("sent")
    picture = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    frame.locator("#file").set_input_files({"name": "fault.png", "mimeType": "image/png", "buffer": picture})
    expect(frame.locator("#files")).to_contain_text("fault.png")
    frame.get_by_role("button", name="Send", exact=True).click()
    link = frame.get_by_role("button", name="Download fault.png")
    expect(link).to_be_visible()
    with page.expect_download() as download:
        link.click()
    assert download.value.path().read_bytes() == picture
    frame.locator("#file").set_input_files({"name": "page.html", "mimeType": "text/html", "buffer": b"<p>no</p>"})
    expect(frame.locator("#problem")).to_contain_text("This kind of file is not taken")


def test_a_chat_that_is_switched_off_says_so_in_the_open_window(program: Any, account: str, shop: Visit) -> None:
    page = shop()
    frame = open_chat(page)
    say(frame, "Are you there?")
    expect(frame.locator(".us .meta")).to_contain_text("sent")
    with program.rows():
        ChannelAccount.objects.filter(code=account).update(active=False)
    expect(frame.locator("#standing")).to_contain_text("This chat is closed", timeout=30_000)
    expect(frame.locator("#composer")).to_be_hidden()
    expect(frame.locator(".us")).to_contain_text("Are you there?")
    assert stored(program, account) == ["Are you there?"]
