"""The demo company's people at work in Chromium: agents at the desk, customers in the demo shop's chat."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import FrameLocator, Locator, Page, expect

from fanal.demo import cast


@dataclass
class Desk:
    """One agent's window."""

    page: Page

    @property
    def offer(self) -> Locator:
        return self.page.locator(".offer")

    @property
    def lines(self) -> Locator:
        return self.page.locator("#lines")

    @property
    def about(self) -> Locator:
        return self.page.locator("#about")

    @property
    def reply(self) -> Locator:
        return self.page.locator("#reply")

    @property
    def topics(self) -> Locator:
        return self.page.locator("#topics .chip")

    def be(self, state: str = "Available") -> None:
        self.page.locator("#state .state").click()
        self.page.locator("#presence").get_by_role("button", name=state).click()
        expect(self.page.locator("#state .state")).to_contain_text(state)

    def be_available(self) -> None:
        """In any language."""
        self.page.locator("#state .state").click()
        self.page.locator("#presence button[value=available]").click()
        expect(self.page.locator("#state .state .dot.go")).to_be_visible()

    def accept(self) -> None:
        """Take what rings; the talk opens."""
        self.offer.first.get_by_role("button", name="Accept").click(timeout=20_000)
        expect(self.reply).to_be_visible()

    def say(self, text: str) -> None:
        self.reply.fill(text)
        self.reply.press("Enter")
        expect(self.lines.locator(".message.us", has_text=text)).to_be_visible()

    def open_thing(self, number: str) -> None:
        """An order or something held, from the customer's card on the right; it opens above the card."""
        self.about.locator("ul a[hx-target]", has_text=number).click()
        expect(self.about.locator(".card header h2", has_text=number).first).to_be_visible()

    def do(self, deed: str) -> None:
        self.about.get_by_role("button", name=deed, exact=True).click()

    def add_topic(self, label: str) -> None:
        self.page.get_by_role("button", name="+ topic").click()
        dialog = self.page.locator("#dialogs dialog")
        dialog.get_by_label("What it is about").fill(label)
        dialog.get_by_role("button", name="Add").click()
        expect(dialog).to_have_count(0)

    def finish(self) -> None:
        self.page.get_by_role("button", name="Finish").click()
        expect(self.page.locator("#wrap-up")).to_be_visible()

    def wrap_up(self, *, outcome: str = "", note: str = "") -> None:
        if outcome:
            for choice in self.page.locator("#wrap-up select").all():
                choice.select_option(label=outcome)
        if note:
            self.page.locator("#wrap-note").fill(note)
        self.page.get_by_role("button", name="Done").click()
        expect(self.page.locator("#wrap-up")).to_have_count(0)

    def hand_over(self, to: str, *, summary: str) -> None:
        self.page.get_by_role("button", name="Hand over").click()
        dialog = self.page.locator("#dialogs dialog")
        chosen = dialog.locator("option", has_text=to).first.get_attribute("value")
        dialog.locator("#transfer-target").select_option(chosen)
        dialog.locator("#transfer-summary").fill(summary)
        dialog.get_by_role("button", name="Hand over").click()
        expect(self.page.locator("#talk")).to_contain_text("No contact open")

    def choose_more(self, name: str) -> Locator:
        """Something from the menu of the talk; the dialog that it opens."""
        self.page.get_by_role("button", name="More").click()
        self.page.locator("#talk-more").get_by_role("button", name=name).click()
        return self.page.locator("#dialogs dialog")


@dataclass
class Shopper:
    """One customer's window on the demo shop."""

    page: Page

    @property
    def chat(self) -> FrameLocator:
        return self.page.frame_locator("fanal-chat iframe")

    @property
    def log(self) -> Locator:
        return self.chat.get_by_role("log")

    def begin(self, text: str = "", **given: str) -> None:
        """Open the chat, fill in the form if it is asked, and say something."""
        self.page.locator("fanal-chat button").click()
        self.begin_talk(text, **given)

    def begin_talk(self, text: str = "", **given: str) -> None:
        """The chat is open: fill in the form if it is asked, and say something."""
        start = self.chat.locator("#form button.main")
        box = self.chat.locator("#text")
        expect(start.or_(box).first).to_be_visible()
        if start.is_visible():
            for name, value in given.items():
                field = self.chat.locator(f"#f-{name}")
                field.select_option(label=value) if name == "topic" else field.fill(value)
            start.click()
        expect(box).to_be_visible()
        if text:
            self.say(text)

    def say(self, text: str) -> None:
        box = self.chat.locator("#text")
        box.fill(text)
        box.press("Enter")
        expect(self.chat.locator(".us:not(.pending)", has_text=text)).to_be_visible()


def sign_in(page: Page, url: str, email: str) -> None:
    page.goto(f"{url}/")
    page.locator("#id_login").fill(email)
    page.locator("#id_password").fill(cast.PASSWORD)
    page.locator("form.form button[type=submit]").click()
    expect(page.locator(".shell")).to_be_visible()


def shop_as(page: Page, url: str, *, signed: str = "", path: str = "", language: str = "en") -> Shopper:
    """Visit the shop as a stranger, or as the customer with this id of the shop."""
    page.goto(f"{url}/demo-shop/{path}?language={language}")
    if signed:
        page.locator("#customer").select_option(signed)
        page.locator(".shop-who button").click()
        expect(page.locator("#customer")).to_have_value(signed)
        if path or language != "en":
            page.goto(f"{url}/demo-shop/{path}?language={language}")
    return Shopper(page)


Window = Callable[..., Any]
