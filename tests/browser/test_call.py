"""A call as a whole: somebody calls, an agent's browser rings with the pop, they talk, hold, reload, and it ends."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from fanal.channels.asterisk.ari import Address, Orders, path_of
from fanal.channels.models import ChannelAccount
from fanal.demo import cast
from fanal.environment import environment
from fanal.interactions.models import Interaction
from fanal.routing import actions as routing
from fanal.routing.models import Offer, OfferState
from fanal.running import pbx
from fanal.running.pbx.configuration import Pbx
from fanal.running.pbx.configuration.dialplan import APP
from fanal.running.pbx.configuration.programs import ARI_USER
from fanal.running.pbx.installation import secret_of
from tests.browser.company import Desk, sign_in
from tests.browser.conftest import Program
from tests.browser.sounds import share_of, stop_recording
from tests.browser.test_phone import READY, SPOKEN, forget_lines, telephone  # noqa: F401
from tests.channels.asterisk.conftest import exchange_in, local  # noqa: F401
from tests.channels.asterisk.phones import Caller
from tests.servers import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.usefixtures("company")]
NUMBER = "+33199005678"
TALKING = '#phone[data-state="talking"]'


@pytest.fixture(scope="module")
def connected(local: pbx.Local, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pbx]:  # noqa: F811
    """A PBX that knows this installation's secret, as `bin/pbx` makes it."""
    asked = exchange_in(local, tmp_path_factory.mktemp("pbx"), at=47000)
    asked = replace(asked, secret=secret_of(environment))
    pbx.start(local, asked)
    yield asked
    pbx.stop(local, asked)


@pytest.fixture(scope="module")
def centre(program: Program, connected: Pbx) -> Iterator[Program]:
    """The same company with its calls: the pages, their events, and who steers the PBX."""
    http = f"127.0.0.1:{connected.http_port}"
    with program.rows():
        given = {"kind": "voice", "name": "Straight to a person", "address": NUMBER}
        ChannelAccount.objects.update_or_create(
            code="straight", defaults=given | {"settings": {"region": "FR", "queue": "general"}}
        )
    one = Program(program.database, FANAL_PBX_PUBLIC_URL=f"ws://{http}/ws", FANAL_PBX_URL=f"ws://{http}")
    try:
        for process in ("web", "live", "voice"):
            one.start(process)
        yield one
    finally:
        one.stop_all()


@pytest.fixture
def orders(connected: Pbx) -> Iterator[Orders]:
    """A second line to the PBX, to look and to listen."""
    at = Address(url=f"ws://127.0.0.1:{connected.http_port}", user=ARI_USER, secret=connected.secret)
    orders = Orders(at, APP)
    yield orders
    orders.close()


@contextmanager
def taking_calls(centre: Program, context: BrowserContext) -> Iterator[Desk]:
    """An agent who takes calls in this browser, and nobody else has work."""
    centre.everybody_goes_home()
    context.set_default_timeout(30_000)
    context.add_init_script("localStorage['fanal.phone'] ??= JSON.stringify({ plain: true })")
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.on("dialog", lambda dialog: dialog.accept())
    sign_in(page, centre.url, cast.AGENT)
    expect(page.locator(READY)).to_be_visible()
    desk = Desk(page)
    desk.be("Available")
    yield desk
    context.close()
    centre.everybody_goes_home()
    assert faults == []


@pytest.fixture
def desk(centre: Program, telephone: Browser) -> Iterator[Desk]:  # noqa: F811
    context = telephone.new_context()
    context.grant_permissions(["microphone"])
    with taking_calls(centre, context) as desk:
        yield desk


@pytest.fixture
def caller(connected: Pbx, tmp_path: Path) -> Caller:
    return Caller(folder=tmp_path, pbx_port=connected.sip_port, port=connected.trunks[0].port)


def recorded(page: Page, orders: Orders, folder: Path) -> Path:
    """Two seconds of the one talk that there is."""
    bridge = next(one["id"] for one in orders.ask("GET", path_of("bridges")) if one["id"].startswith("t-"))
    name = f"talk-{bridge}-{len(list(folder.iterdir()))}"
    orders.ask("POST", path_of("bridges", bridge, "record"), {"name": name, "format": "wav"})
    page.wait_for_timeout(2000)
    stop_recording(orders, name)
    return folder / f"{name}.wav"


def test_a_caller_rings_in_the_browser_is_talked_to_held_kept_over_a_reload_and_hung_up(
    desk: Desk,
    caller: Caller,
    centre: Program,
    orders: Orders,
    connected: Pbx,
    local: Any,  # noqa: F811
) -> None:
    page = desk.page
    recordings = local.outside(connected.folders.state / "spool" / "recording")
    with caller.calls(NUMBER, of="+33612345678", seconds=60):
        expect(desk.offer.first).to_be_visible()
        expect(page.locator('#phone[data-state="ringing"]')).to_be_visible()
        expect(page.locator("#phone").get_by_role("button", name="Answer")).to_have_count(0)
        page.keyboard.press("a")
        expect(page.locator(TALKING)).to_be_visible()
        expect(page.locator("#call.talking")).to_be_visible()
        share, _power = share_of(SPOKEN, recorded(page, orders, recordings), since=0.5)
        assert share > 0.7

        page.keyboard.press("Alt+o")
        expect(page.locator("#call.held")).to_be_visible()
        expect(page.locator("#phone [data-phone=hold]")).to_have_attribute("aria-pressed", "true")
        page.keyboard.press("Alt+o")
        expect(page.locator("#call.talking")).to_be_visible()

        page.reload()
        expect(page.locator("#call")).to_be_visible()
        page.locator("#phone").get_by_role("button", name="Answer").click()
        expect(page.locator(TALKING)).to_be_visible()
        share, _power = share_of(SPOKEN, recorded(page, orders, recordings), since=0.5)
        assert share > 0.7, "the customer was kept, and hears the agent again"

        page.keyboard.press("Alt+h")
        expect(page.locator(READY)).to_be_visible()
        with centre.rows():
            until(lambda: not Interaction.objects.filter(channel="voice", ended_at=None).exists())
        until(lambda: orders.ask("GET", path_of("channels")) == [])
    expect(page.locator("#wrap-up")).to_be_visible()
    desk.wrap_up(outcome="Information given")
    page.get_by_role("button", name="You, language and appearance").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("#id_login")).to_be_visible()
    until(
        lambda: not [one for one in orders.ask("GET", path_of("endpoints")) if one["resource"].startswith("L-")],
        seconds=3,
    )
    sign_in(page, centre.url, cast.AGENT)
    expect(page.locator(READY)).to_be_visible()


def test_a_phone_that_is_lifted_elsewhere_opens_the_call_where_nothing_else_is_open(
    desk: Desk, caller: Caller, centre: Program
) -> None:
    """As a phone on the desk does it: `fanal voice` accepts, and the page was not touched."""
    page = desk.page
    page.goto(centre.url)
    with caller.calls(NUMBER, of="+33612345678", seconds=15):
        expect(desk.offer.first).to_be_visible()
        with centre.rows():
            offer = Offer.objects.select_related("agent").get(state=OfferState.OPEN)
            routing.accept(offer_id=offer.pk, agent=offer.agent, now=timezone.now())
        expect(page).to_have_url(re.compile(r"/interactions/\d+/"))
        expect(desk.about).to_contain_text("Nobody we know yet")
        expect(page.locator("#wrap-up")).to_be_visible(timeout=60_000)
    desk.wrap_up(outcome="Information given")
