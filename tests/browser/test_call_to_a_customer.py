"""An agent calls a customer from their card: their own phone lifts, it rings at theirs, they talk."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from fanal.channels.asterisk.ari import Orders
from fanal.channels.models import ChannelAccount
from fanal.customers.models import ContactPoint, Customer
from fanal.interactions.models import Interaction
from fanal.running import pbx
from fanal.running.pbx.configuration import Pbx
from tests.browser.company import Desk
from tests.browser.conftest import Program
from tests.browser.sounds import share_of
from tests.browser.test_call import TALKING, centre, connected, desk, orders, recorded  # noqa: F401
from tests.browser.test_phone import READY, SPOKEN, telephone  # noqa: F401
from tests.channels.asterisk.conftest import local  # noqa: F401
from tests.channels.asterisk.phones import Telephone
from tests.servers import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.usefixtures("company")]
OPEN = {"trunk": "carrier", "countries": ["FR"], "opens": "00:00", "closes": "23:59:59"}


@pytest.fixture
def somebody(centre: Program) -> int:  # noqa: F811
    """A customer with a number that may be called and one that may not."""
    with centre.rows():
        ChannelAccount.objects.filter(code="straight").update(
            settings={"region": "FR", "queue": "general", "dialling": OPEN}
        )
        who = Customer.objects.create(name="Camille Lefort")
        ContactPoint.objects.create(customer=who, kind="phone", value="+33142685300", preferred=True)
        ContactPoint.objects.create(customer=who, kind="phone", value="+33892701234")
        key = who.pk
    return key


def test_a_customer_is_called_from_their_card_and_talked_to(
    desk: Desk,  # noqa: F811
    somebody: int,
    centre: Program,  # noqa: F811
    orders: Orders,  # noqa: F811
    connected: Pbx,  # noqa: F811
    local: pbx.Local,  # noqa: F811
    tmp_path: Path,
    pictures: Any,
) -> None:
    page = desk.page
    recordings = local.outside(connected.folders.state / "spool" / "recording")
    customer = Telephone(folder=tmp_path, port=connected.trunks[0].port)
    with customer.there(lifts_after=4):
        page.goto(f"{centre.url}/customers/{somebody}/")
        expect(page.locator(READY)).to_be_visible()
        page.keyboard.press("l")
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_text("Premium numbers are not called.")).to_be_visible()
        dialog.get_by_text("Call later").click()
        pictures("call-out")
        page.keyboard.press("Control+Enter")
        expect(page.locator(TALKING)).to_be_visible()
        expect(page.locator("#call.calling")).to_be_visible()
        pictures("it-rings-at-theirs")
        expect(page.locator("#call.talking")).to_be_visible()
        pictures("talking")
        share, _power = share_of(SPOKEN, recorded(page, orders, recordings), since=0.5)
        assert share > 0.7, "the customer hears the agent"
        page.keyboard.press("Alt+h")
        expect(page.locator("#wrap-up")).to_be_visible()
        until(lambda: orders.ask("GET", ("channels")) == [])
    with centre.rows():
        assert Interaction.objects.latest("pk").end_reason == "agent"
    desk.wrap_up(outcome="Information given")


def test_a_callback_is_noted_from_the_card_and_stands_in_the_list(
    desk: Desk,  # noqa: F811
    somebody: int,
    centre: Program,  # noqa: F811
    pictures: Any,
) -> None:
    page = desk.page
    page.goto(f"{centre.url}/customers/{somebody}/")
    page.keyboard.press("l")
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Call later").click()
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    dialog.get_by_label("When, by their clock").fill(f"{tomorrow}T10:30")
    dialog.get_by_role("button", name="Note the callback").click()
    expect(dialog).to_be_hidden()
    page.goto(f"{centre.url}/callbacks/")
    expect(page.get_by_role("cell", name="Camille Lefort").first).to_be_visible()
    pictures("callbacks", arabic=True)
    page.get_by_role("button", name="Withdraw").first.click()
    expect(page.get_by_role("cell", name="Camille Lefort")).to_have_count(0)


def test_a_line_that_is_busy_is_said_and_wrapped_up(
    desk: Desk,  # noqa: F811
    somebody: int,
    centre: Program,  # noqa: F811
    connected: Pbx,  # noqa: F811
    tmp_path: Path,
) -> None:
    page = desk.page
    customer = Telephone(folder=tmp_path, port=connected.trunks[0].port)
    with customer.there(does="busy"):
        page.goto(f"{centre.url}/customers/{somebody}/")
        expect(page.locator(READY)).to_be_visible()
        page.get_by_role("button", name="Call this number").first.click()
        page.get_by_role("dialog").get_by_role("button", name="Call").click()
        expect(page.locator("#wrap-up")).to_be_visible()
        expect(page.locator(".talk-head").get_by_text("Busy, or declined")).to_be_visible()
        expect(page.locator(READY)).to_be_visible()
    desk.wrap_up(outcome="Information given")


@pytest.fixture
def pictures(desk: Desk, request: pytest.FixtureRequest) -> Any:  # noqa: F811
    """With FANAL_PICTURES=folder, what it looks like: at 1280, as a phone, in the dark."""
    import os

    folder = os.environ.get("FANAL_PICTURES")

    def take(name: str, *, arabic: bool = False) -> None:
        if folder:
            page = desk.page
            for width, scheme in ((1280, "light"), (390, "light"), (1280, "dark")):
                page.set_viewport_size({"width": width, "height": 800})
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                page.screenshot(path=f"{folder}/{name}-{width}-{scheme}.png")
            if arabic:
                origin = "/".join(page.url.split("/")[:3])
                page.context.add_cookies([{"name": "language", "value": "ar", "url": origin}])
                page.reload()
                page.screenshot(path=f"{folder}/{name}-arabic.png")
                page.context.add_cookies([{"name": "language", "value": "en", "url": origin}])
                page.reload()
            page.set_viewport_size({"width": 1280, "height": 720})
            page.emulate_media(color_scheme="light")

    return take
