"""Calls in real networks: a customer gets through by a relay alone, a desk by TLS with an authority of its own."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

import pytest
from playwright.sync_api import Browser, Page, expect

from fanal.channels.models import ChannelAccount
from fanal.demo import cast
from fanal.environment import environment
from fanal.running import pbx
from fanal.running.pbx.configuration import Pbx
from fanal.running.pbx.installation import secret_of
from fanal.running.relays.configuration import Relay, write
from tests.browser.company import Desk, sign_in
from tests.browser.conftest import CHROMIUM, Program
from tests.browser.secured import Proxy
from tests.browser.sounds import CONNECTIONS, heard, write_tone
from tests.browser.test_call import NUMBER, TALKING, orders  # noqa: F401
from tests.browser.test_phone import READY, SPOKEN, WITH_SOUND, telephone  # noqa: F401
from tests.browser.test_web_call import SAID, account, at_home, frame_of, shop  # noqa: F401
from tests.browser.test_widget import Site, site  # noqa: F401
from tests.certificates import Certificate, certificate_for
from tests.channels.asterisk.conftest import exchange_in, local  # noqa: F401
from tests.relays import SECRET, own_address, running
from tests.servers import free_ports

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.usefixtures("company")]
RELAYED_ONLY = """
(() => {
  const Real = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Real {
    constructor(asked, ...rest) { super({ ...asked, iceTransportPolicy: 'relay' }, ...rest); }
  };
})()
"""
WAY = """
async () => {
  const all = await window.calls.at(-1).getStats();
  const pair = all.get([...all.values()].find((one) => one.type === 'transport').selectedCandidatePairId);
  return [all.get(pair.localCandidateId).candidateType, all.get(pair.remoteCandidateId).address];
}
"""
STRANGER = "another-secret-than-the-relay-s"


@dataclass(frozen=True, kw_only=True)
class Around:
    """What stands between browsers and the exchange: a relay that leads to its one address, and proxies with TLS."""

    to: str
    relay: str
    trusted: Certificate


@pytest.fixture(scope="module")
def around(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Around]:
    folder, to, (port,) = tmp_path_factory.mktemp("around"), own_address(), free_ports(1)
    write(folder / "conf", Relay(to=to, realm="relay.example", secret=SECRET, port=port))
    with running(folder / "conf", folder, port=port):
        yield Around(to=to, relay=f"turn:{to}:{port}", trusted=certificate_for(folder / "trusted", "127.0.0.1"))


@pytest.fixture(scope="module")
def connected(
    around: Around,
    local: pbx.Local,  # noqa: F811
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Pbx]:
    """A PBX that takes sound at the machine's own address, and has a certificate of an authority that nobody knows."""
    home, (https,) = tmp_path_factory.mktemp("pbx"), free_ports(1)
    asked = exchange_in(local, home, at=57500)
    given = certificate_for(tmp_path_factory.mktemp("stranger"), "127.0.0.1", around.to)
    there = asked.folders.state / "tls"
    local.outside(there).mkdir(parents=True)
    for file in (given.chain, given.key):
        shutil.copy(file, local.outside(there) / file.name)
    asked = replace(
        asked, secret=secret_of(environment), address=around.to, https_port=https,
        certificate=PurePosixPath(there / given.chain.name), key=PurePosixPath(there / given.key.name),
    )  # fmt: skip
    pbx.start(local, asked)
    yield asked
    pbx.stop(local, asked)
    shutil.rmtree(local.outside(local.folder(home)), ignore_errors=True)


@pytest.fixture(scope="module")
def company_with(program: Program, connected: Pbx, around: Around) -> Callable[..., Program]:
    """The same company as others see it: how browsers reach it is said each time."""
    plain = f"ws://127.0.0.1:{connected.http_port}"
    settings = {"FANAL_PBX_URL": plain, "FANAL_PBX_ADDRESS": around.to, "FANAL_TURN_URLS": f'["{around.relay}"]'}
    settings |= {"FANAL_PBX_PUBLIC_URL": f"{plain}/ws", "FANAL_TURN_SECRET": SECRET}
    return lambda **more: Program(program.database, **settings | more)


@pytest.fixture(scope="module")
def centre(program: Program, company_with: Callable[..., Program]) -> Iterator[Program]:
    """The company with its calls, where browsers are told of the relay."""
    with program.rows():
        given = {"kind": "voice", "name": "Straight to a person", "address": NUMBER}
        ChannelAccount.objects.update_or_create(
            code="straight", defaults=given | {"settings": {"region": "FR", "queue": "general"}}
        )
    yield from ran(company_with(), "web", "live", "voice")


@pytest.fixture(scope="module")
def secured(centre: Program, company_with: Callable[..., Program], connected: Pbx, around: Around) -> Iterator[Program]:
    """Its pages, what is live and the phones' line at one address by TLS."""
    (port,) = free_ports(1)
    url, wss = f"https://127.0.0.1:{port}", f"wss://127.0.0.1:{port}/ws"
    one = company_with(
        FANAL_PUBLIC_URL=url, FANAL_LIVE_URL=url, FANAL_PBX_PUBLIC_URL=wss, FANAL_TRUSTED_PROXIES='["127.0.0.1"]'
    )
    ways = {"/": one.port, "/live": one.live_port, "/ws": connected.http_port}
    yield from behind(one, Proxy(around.trusted, port=port, ways=ways), url)


@pytest.fixture(scope="module")
def distrusted(
    centre: Program, company_with: Callable[..., Program], connected: Pbx, around: Around
) -> Iterator[Program]:
    """The same, but browsers are led to the certificate that the PBX itself has, and to a relay with another secret."""
    (port,) = free_ports(1)
    url, wss = f"https://127.0.0.1:{port}", f"wss://{around.to}:{connected.https_port}/ws"
    one = company_with(
        FANAL_PUBLIC_URL=url, FANAL_LIVE_URL=url, FANAL_PBX_PUBLIC_URL=wss, FANAL_TRUSTED_PROXIES='["127.0.0.1"]',
        FANAL_TURN_SECRET=STRANGER,
    )  # fmt: skip
    ways = {"/": one.port, "/live": one.live_port}
    yield from behind(one, Proxy(around.trusted, port=port, ways=ways), url)


def ran(one: Program, *processes: str) -> Iterator[Program]:
    try:
        for process in processes:
            one.start(process)
        yield one
    finally:
        one.stop_all()


def behind(one: Program, proxy: Proxy, url: str) -> Iterator[Program]:
    one.url = url
    try:
        yield from ran(one, "web", "live")
    finally:
        proxy.close()


@pytest.fixture(scope="module")
def trusting(around: Around, chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """An agent's Chromium that trusts the authority of these pages and, of others, those that everybody trusts."""
    tone = write_tone(tmp_path_factory.mktemp("sound") / "tone.wav", SPOKEN)
    arguments = [
        *WITH_SOUND, f"--use-file-for-fake-audio-capture={tone}",
        f"--ignore-certificate-errors-spki-list={around.trusted.authority_pin}",
    ]  # fmt: skip
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=arguments)
    yield browser
    browser.close()


@pytest.fixture
def sits_down(centre: Program) -> Iterator[Callable[[Browser, Program], Page]]:
    """Opens the desk of the one agent in this browser, at this address."""
    centre.everybody_goes_home()
    contexts, faults = [], list[str]()

    def opened(browser: Browser, at: Program) -> Page:
        context = browser.new_context()
        contexts.append(context)
        context.set_default_timeout(30_000)
        context.grant_permissions(["microphone"], origin=at.url)
        context.add_init_script(CONNECTIONS)
        context.add_init_script("localStorage['fanal.phone'] ??= JSON.stringify({ plain: true })")
        page = context.new_page()
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.on("console", lambda said: faults.append(said.text) if "Security Policy" in said.text else None)
        page.on("dialog", lambda dialog: dialog.accept())
        sign_in(page, at.url, cast.AGENT)
        return page

    yield opened
    for context in contexts:
        context.close()
    centre.everybody_goes_home()
    assert faults == []


def talk(desk: Desk, customer: Page) -> None:
    """The customer calls from the page by the relay alone, and both hear each other."""
    customer.context.add_init_script(RELAYED_ONLY)
    customer.reload()
    customer.get_by_role("button", name="Chat with us").click()
    chat = customer.frame_locator("fanal-chat iframe")
    chat.get_by_role("button", name="Call", exact=True).click()
    expect(desk.offer.first).to_be_visible()
    desk.offer.first.get_by_role("button", name="Accept").click()
    expect(desk.page.locator(TALKING)).to_be_visible()
    expect(chat.locator("#call-says")).to_contain_text("On the phone with")
    assert abs(heard(frame_of(customer))[0] - SPOKEN) < 30, "the customer hears the agent"
    assert abs(heard(desk.page)[0] - SAID) < 30, "the agent hears the customer"


def test_a_customer_whose_network_lets_nothing_through_but_a_relay_is_heard_and_hears(
    sits_down: Callable[[Browser, Program], Page],
    telephone: Browser,  # noqa: F811
    centre: Program,
    around: Around,
    shop: Callable[..., Page],  # noqa: F811
) -> None:
    page = sits_down(telephone, centre)
    expect(page.locator(READY)).to_be_visible()
    desk = Desk(page)
    desk.be("Available")
    customer = shop()
    talk(desk, customer)
    assert frame_of(customer).evaluate(WAY) == ["relay", around.to]
    assert page.evaluate(WAY)[0] == "host", "who can do without takes no relay"


def test_a_desk_by_tls_alone_rings_and_is_heard_and_its_check_finds_all_of_it_working(
    sits_down: Callable[[Browser, Program], Page],
    trusting: Browser,
    secured: Program,
    shop: Callable[..., Page],  # noqa: F811
) -> None:
    page = sits_down(trusting, secured)
    assert page.evaluate("isSecureContext")
    expect(page.locator(READY)).to_be_visible()
    page.goto(f"{secured.url}/phone/")
    page.get_by_role("button", name="Check now").click()
    for part in ("microphone", "exchange", "sound", "relay"):
        expect(page.locator(f"[data-check={part}] .tag")).to_have_text("Works")
    expect(page.locator("#check-note")).to_be_empty()

    page.goto(secured.url)
    expect(page.locator(READY)).to_be_visible()
    desk = Desk(page)
    desk.be("Available")
    talk(desk, shop())


def test_the_check_says_what_to_look_at_where_a_certificate_is_not_trusted_or_no_relay_lets_us_in(
    sits_down: Callable[[Browser, Program], Page],
    trusting: Browser,
    distrusted: Program,
    connected: Pbx,
    around: Around,
) -> None:
    page = sits_down(trusting, distrusted)
    page.goto(f"{distrusted.url}/phone/")
    page.get_by_role("button", name="Check now").click()
    expect(page.locator("[data-check=exchange] .tag")).to_have_text("Does not work")
    expect(page.locator("[data-check=relay] .tag")).to_have_text("Does not work")
    expect(page.locator("[data-check=sound] .tag")).to_have_text("Works")
    note = page.locator("#check-note")
    expect(note).to_contain_text("the certificate of the exchange is not trusted")
    expect(note).to_contain_text(f"https://{around.to}:{connected.https_port}")
