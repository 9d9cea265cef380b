"""The agent's phone in Chromium against a real Asterisk: it rings, is heard both ways, and ends with the sign-in."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from fanal.agents.actions import end_lines, wanted_lines
from fanal.agents.models import Agent, PhoneLine
from fanal.channels.asterisk.ari import Address, Cut, Declined, Events, Orders, path_of
from fanal.channels.asterisk.lines import bring, there
from fanal.channels.models import ChannelAccount
from fanal.demo import cast
from fanal.interactions.models import Interaction, Segment, SegmentQuality
from fanal.routing.models import Offer, Queue, QueueEntry
from fanal.running import pbx
from fanal.running.pbx.configuration import Pbx
from fanal.running.pbx.configuration.dialplan import APP
from tests.browser.company import sign_in
from tests.browser.conftest import ARGUMENTS, CHROMIUM, Program
from tests.browser.sounds import CONNECTIONS, heard, share_of, stop_recording, write_tone
from tests.channels.asterisk.conftest import address, exchange, local  # noqa: F401
from tests.servers import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.usefixtures("company")]
SPOKEN, PLAYED = 1000, 425  # Hz: of the microphone, and of the tone that Asterisk plays
WITH_SOUND = [
    *ARGUMENTS, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection", "--autoplay-policy=no-user-gesture-required",
]  # fmt: skip
READY = '#phone[data-state="ready"]'


class Exchange:
    """The PBX as these tests steer it: in the place of the process that will."""

    def __init__(self, at: Address, recordings: Path) -> None:
        self.events, self.orders, self.recordings = Events(at, APP), Orders(at, APP), recordings
        self.happened: list[dict[str, Any]] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with contextlib.suppress(Cut):
            for event in self.events:
                self.happened.append(event)

    def has(self, kind: str, channel: str, **more: str) -> bool:
        return any(
            one["type"] == kind and one["channel"]["id"] == channel and more.items() <= one.items()
            for one in list(self.happened)
        )

    def bring_lines(self) -> None:
        bring(self.orders, wanted_lines(), media_address="127.0.0.1")

    def call(self, line: str, channel: str, **variables: str) -> None:
        query = {"endpoint": f"PJSIP/{line}", "app": APP, "channelId": channel, "callerId": '"Ada Berg" <+4722334455>'}
        body = {
            "variables": {f"PJSIP_HEADER(add,{name.replace('_', '-')})": value for name, value in variables.items()}
        }
        self.orders.ask("POST", path_of("channels"), query | {"formats": "ulaw", "timeout": 30}, body)

    def do(self, channel: str, what: str, **query: str) -> None:
        self.orders.ask("POST", path_of("channels", channel, what), query)

    def hang_up(self, channel: str) -> None:
        with contextlib.suppress(Declined):
            self.orders.ask("DELETE", path_of("channels", channel))

    def record(self, page: Page, channel: str, name: str) -> Path:
        """Two seconds of what the phone sends."""
        self.do(channel, "record", name=name, format="wav")
        page.wait_for_timeout(2000)
        stop_recording(self.orders, name)
        return self.recordings / f"{name}.wav"


@pytest.fixture
def switch(exchange: Pbx, address: Address, local: pbx.Local) -> Iterator[Exchange]:  # noqa: F811
    one = Exchange(address, local.outside(exchange.folders.state / "spool" / "recording"))
    yield one
    for channel in one.orders.ask("GET", path_of("channels")):
        one.hang_up(channel["id"])
    bring(one.orders, [])
    one.events.close()
    one.orders.close()


@pytest.fixture(scope="module")
def desk(program: Program, exchange: Pbx) -> Iterator[Program]:  # noqa: F811
    """The pages of the same company, where browsers reach the PBX."""
    one = Program(program.database, FANAL_PBX_PUBLIC_URL=f"ws://127.0.0.1:{exchange.http_port}/ws")
    try:
        one.start("web")
        one.start("live")
        yield one
    finally:
        one.stop_all()


@pytest.fixture(scope="module")
def telephone(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium whose microphone hears one tone."""
    tone = write_tone(tmp_path_factory.mktemp("sound") / "tone.wav", SPOKEN)
    arguments = [*WITH_SOUND, f"--use-file-for-fake-audio-capture={tone}"]
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=arguments)
    yield browser
    browser.close()


@pytest.fixture
def open_page(desk: Program, telephone: Browser) -> Iterator[Callable[..., Page]]:
    """Opens the desk of one agent in a browser of their own, or one more tab of one that is open."""
    contexts, faults = [], []

    def opened(beside: Page | None = None) -> Page:
        context = beside.context if beside else telephone.new_context()
        if not beside:
            contexts.append(context)
            context.set_default_timeout(30_000)
            context.grant_permissions(["microphone"])
            context.add_init_script(CONNECTIONS)
            context.add_init_script("localStorage['fanal.phone'] ??= JSON.stringify({ plain: true })")
        page = context.new_page()
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.on("console", lambda said: faults.append(said.text) if "Security Policy" in said.text else None)
        page.on("dialog", lambda dialog: dialog.accept())
        if beside:
            page.goto(desk.url)
        else:
            sign_in(page, desk.url, cast.AGENT)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def page(desk: Program, switch: Exchange, open_page: Callable[..., Page]) -> Iterator[Page]:
    """An agent's desk whose phone is ready."""
    with desk.rows():
        forget_lines()
        yield ready(open_page(), switch)
        forget_lines()


def forget_lines() -> None:
    """No browser of another test has this agent's phone."""
    end_lines(agent=Agent.objects.get(email=cast.AGENT), by=None, now=timezone.now())


def ready(page: Page, switch: Exchange) -> Page:
    until(lambda: PhoneLine.objects.open().exists())
    switch.bring_lines()
    expect(page.locator(READY)).to_be_visible()
    return page


def line() -> PhoneLine:
    return PhoneLine.objects.open().get()


def talking(page: Page, switch: Exchange, channel: str) -> None:
    """A call that the agent has answered."""
    switch.call(line().name, channel)
    page.get_by_role("button", name="Answer").click()
    expect(page.locator('#phone[data-state="talking"]')).to_be_visible()
    until(lambda: switch.has("StasisStart", channel))


def test_the_page_of_a_signed_in_agent_is_a_phone_that_can_be_rung(page: Page, switch: Exchange) -> None:
    assert there(switch.orders)[line().name]
    secret = wanted_lines()[0].secret
    assert secret not in page.content()
    assert secret not in page.evaluate("JSON.stringify([localStorage, sessionStorage])")


def test_a_call_rings_and_is_answered_by_a_key_and_heard_in_both_directions(page: Page, switch: Exchange) -> None:
    switch.call(line().name, "heard")
    expect(page.locator("#phone")).to_contain_text("Ada Berg")
    page.locator("main").click()
    page.keyboard.press("a")
    expect(page.locator('#phone[data-state="talking"] .phone-time')).to_contain_text("0:0")
    until(lambda: switch.has("StasisStart", "heard"))
    switch.do("heard", "play", media="tone:dial", playbackId="dial")
    pitch, power = heard(page)
    assert (abs(pitch - PLAYED) < 15, power > -60) == (True, True), (pitch, power)
    switch.orders.ask("DELETE", path_of("playbacks", "dial"))
    share, _power = share_of(SPOKEN, switch.record(page, "heard", "spoken"), since=0.5)
    assert share > 0.8
    expect(page.locator(".phone-level")).not_to_have_js_property("value", 0)
    switch.hang_up("heard")
    expect(page.locator(READY)).to_be_visible()


def test_who_is_muted_is_not_heard_and_then_heard_again(page: Page, switch: Exchange) -> None:
    talking(page, switch, "muted")
    page.keyboard.press("Alt+m")
    expect(page.locator("#phone [data-phone=mute]")).to_have_attribute("aria-pressed", "true")
    page.wait_for_timeout(300)
    _share, silence = share_of(SPOKEN, switch.record(page, "muted", "silence"), since=0.5)
    page.keyboard.press("Alt+m")
    page.wait_for_timeout(300)
    share, speech = share_of(SPOKEN, switch.record(page, "muted", "speech"), since=0.5)
    assert silence < speech / 1000
    assert share > 0.8


def test_what_is_keyed_in_arrives(page: Page, switch: Exchange) -> None:
    talking(page, switch, "keyed")
    page.keyboard.press("Alt+k")
    for key in "4#":
        page.locator("#phone-keypad").get_by_role("button", name=key, exact=True).click()
    page.keyboard.press("7")
    until(lambda: all(switch.has("ChannelDtmfReceived", "keyed", digit=digit) for digit in "4#7"))


def test_hanging_up_by_key_ends_the_call(page: Page, switch: Exchange) -> None:
    talking(page, switch, "ended")
    page.keyboard.press("Alt+h")
    expect(page.locator(READY)).to_be_visible()
    until(lambda: switch.has("StasisEnd", "ended"))


def test_accepting_an_offer_lifts_the_phone_when_its_call_comes(page: Page, switch: Exchange) -> None:
    page.evaluate("document.dispatchEvent(new CustomEvent('fanal:answer', { detail: { offer: 71 } }))")
    switch.call(line().name, "another", X_Fanal_Offer="70")
    expect(page.locator('#phone[data-state="ringing"]')).to_be_visible()
    switch.hang_up("another")
    expect(page.locator(READY)).to_be_visible()
    switch.call(line().name, "accepted", X_Fanal_Offer="71")
    until(lambda: switch.has("StasisStart", "accepted"))
    expect(page.locator('#phone[data-state="talking"]')).to_be_visible()


def test_a_reload_is_ready_again_within_three_seconds(page: Page, switch: Exchange) -> None:
    before = line()
    page.reload()
    expect(page.locator(READY)).to_be_visible(timeout=3000)
    assert line() == before
    until(lambda: there(switch.orders)[before.name], seconds=1)


def test_several_tabs_are_one_phone_and_the_next_one_takes_over(
    page: Page, switch: Exchange, open_page: Callable[..., Page]
) -> None:
    second = open_page(beside=page)
    expect(second.locator(READY)).to_be_visible()
    switch.call(line().name, "tabs")
    second.get_by_role("button", name="Answer").click()
    expect(page.locator('#phone[data-state="talking"]')).to_be_visible()
    expect(second.locator('#phone[data-state="talking"]')).to_be_visible()
    assert (page.evaluate("window.calls.length"), second.evaluate("window.calls.length")) == (1, 0)
    second.get_by_role("button", name="Hang up").click()
    expect(page.locator(READY)).to_be_visible()
    page.close()
    expect(second.locator(f"{READY}[data-here]")).to_be_visible()
    talking(second, switch, "taken-over")


def test_another_browser_has_no_phone_until_it_takes_it(
    page: Page, switch: Exchange, open_page: Callable[..., Page]
) -> None:
    before = line()
    other = open_page()
    expect(other.locator('#phone[data-state="elsewhere"]')).to_be_visible()
    other.locator(".phone-state").click()
    other.get_by_role("button", name="Use the phone here").click()
    until(lambda: line() != before)
    switch.bring_lines()
    expect(other.locator(READY)).to_be_visible()
    expect(page.locator('#phone[data-state="elsewhere"]')).to_be_visible()


def test_signing_out_makes_the_line_unusable_at_once(page: Page, switch: Exchange) -> None:
    told = wanted_lines()[0]
    page.get_by_role("button", name="You, language and appearance").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("#id_login")).to_be_visible()
    assert wanted_lines() == []
    switch.bring_lines()
    assert told.name not in there(switch.orders)
    with pytest.raises(Declined):
        switch.call(told.name, "too-late")
    agent = Agent.objects.get(email=cast.AGENT)
    assert PhoneLine.objects.filter(agent=agent, ended_at__lte=timezone.now(), secret="").exists()


def test_during_a_call_pages_open_beside_it_and_the_call_goes_on(page: Page, switch: Exchange) -> None:
    talking(page, switch, "staying")
    with page.context.expect_page() as beside:
        page.get_by_role("link", name="Customers").click()
    expect(beside.value.locator('#phone[data-state="talking"]')).to_be_visible()
    expect(page.locator('#phone[data-state="talking"]')).to_be_visible()
    assert not switch.has("StasisEnd", "staying")


def test_the_check_before_the_first_call_hears_the_microphone_and_keeps_what_was_chosen(page: Page) -> None:
    page.goto(f"{page.url}phone/")
    meter = page.locator("#check-level")
    expect(meter).not_to_have_js_property("value", 0)
    expect(page.locator(READY)).to_be_visible()
    page.get_by_role("button", name="Check now").click()
    for part in ("microphone", "exchange", "sound"):
        expect(page.locator(f"[data-check={part}] .tag")).to_have_text("Works")
    microphones = page.locator("#choose-microphone option")
    expect(microphones).not_to_have_count(1)
    chosen = microphones.nth(1).get_attribute("value")
    page.locator("#choose-microphone").select_option(chosen)
    page.reload()
    expect(page.locator("#choose-microphone")).to_have_value(chosen or "")


def test_the_sound_of_a_call_is_measured_shown_and_kept_with_its_segment(page: Page, switch: Exchange) -> None:
    offer = a_talk()
    switch.call(line().name, "measured", X_Fanal_Offer=str(offer.pk))
    page.get_by_role("button", name="Answer").click()
    until(lambda: switch.has("StasisStart", "measured"))
    switch.do("measured", "play", media="tone:dial")
    expect(page.locator('#phone:not([data-sound=""])[data-sound]')).to_be_visible()
    page.locator(".phone-state").click()
    expect(page.locator(".phone-sounds")).to_contain_text("loss 0.0 %")
    until(lambda: SegmentQuality.objects.filter(segment=offer.segment).exists())
    before = SegmentQuality.objects.get(segment=offer.segment).seconds
    page.wait_for_timeout(1500)
    switch.hang_up("measured")
    until(lambda: SegmentQuality.objects.get(segment=offer.segment).seconds > before)
    kept = SegmentQuality.objects.get(segment=offer.segment)
    assert (kept.mos > 4, kept.loss < 0.05, kept.seconds < 30) == (True, True, True), vars(kept)


def a_talk() -> Offer:
    """A contact that this agent has, as far as what its phone measures needs one; over by now for everybody else."""
    agent, now = Agent.objects.get(email=cast.AGENT), timezone.now()
    talk = Interaction.objects.create(
        account=ChannelAccount.objects.filter(kind="webchat").first(), channel="voice", started_at=now, ended_at=now
    )
    segment = Segment.objects.create(
        interaction=talk, kind="agent", agent=agent, started_at=now, ended_at=now, wrapped_up_at=now
    )
    entry = QueueEntry.objects.create(
        queue=Queue.objects.first(),
        interaction=talk,
        channel="voice",
        entered_at=now,
        position_at=now,
        left_at=now,
        state="answered",
    )
    return Offer.objects.create(
        entry=entry, agent=agent, state="accepted", offered_at=now, expires_at=now, answered_at=now, segment=segment
    )
