"""A browser dies amid a call: the customer hears music within five seconds and is not lost."""

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from fanal.demo import cast
from fanal.interactions.models import Interaction, Segment, SegmentKind
from fanal.routing.models import QueueEntry
from tests.browser.company import Desk, sign_in
from tests.browser.conftest import CHROMIUM, Program
from tests.browser.sounds import CONNECTIONS, heard, write_tone
from tests.browser.test_call import NUMBER, TALKING, caller, centre, connected  # noqa: F401
from tests.browser.test_phone import READY, SPOKEN, WITH_SOUND
from tests.channels.asterisk.conftest import local  # noqa: F401
from tests.channels.asterisk.ears import Ear
from tests.channels.asterisk.phones import Caller
from tests.servers import free_ports, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.usefixtures("company")]
SAID = 700
"""Hz: the customer's voice."""
HEARS_MUSIC_WITHIN = 5.0


@dataclass
class Own:
    """A Chromium of one person alone, as a process that can be killed."""

    process: subprocess.Popen[bytes]
    context: BrowserContext
    page: Page
    address: str
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        self.desk = Desk(self.page)

    def is_of(self, who: str) -> None:
        sign_in(self.page, self.address, who)

    def dies(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def pages(self) -> list[psutil.Process]:
        """The processes in which its pages run."""
        every = psutil.Process(self.process.pid).children(recursive=True)
        return [one for one in every if "--type=renderer" in one.cmdline()]


@pytest.fixture
def browser_of(
    centre: Program,  # noqa: F811
    chromium: Browser,
    tmp_path: Path,
) -> Iterator[Callable[..., Own]]:
    """Starts browsers, each with its person signed in, or with nobody yet."""
    centre.everybody_goes_home()
    tone = write_tone(tmp_path / "tone.wav", SPOKEN)
    started: list[subprocess.Popen[bytes]] = []

    def start(who: str = "") -> Own:
        assert CHROMIUM
        (port,) = free_ports(1)
        process = subprocess.Popen(
            [
                CHROMIUM, "--headless=new", f"--remote-debugging-port={port}", *WITH_SOUND,
                f"--user-data-dir={tmp_path / f'browser-{len(started)}'}", f"--use-file-for-fake-audio-capture={tone}",
            ],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        started.append(process)
        until(lambda: _listens(port), seconds=60)
        context = chromium.browser_type.connect_over_cdp(f"http://127.0.0.1:{port}").contexts[0]
        context.set_default_timeout(30_000)
        context.grant_permissions(["microphone"])
        context.add_init_script(CONNECTIONS)
        context.add_init_script("localStorage['fanal.phone'] ??= JSON.stringify({ plain: true })")
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        own = Own(process, context, page, centre.url)
        if who:
            own.is_of(who)
        return own

    yield start
    for process in started:
        process.kill()
        process.wait(10)
    centre.everybody_goes_home()


def _listens(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/json/version", timeout=2):
            return True
    except (URLError, OSError):
        return False


def available(own: Own) -> Own:
    expect(own.page.locator(READY)).to_be_visible()
    own.desk.be("Available")
    return own


def accept(own: Own) -> None:
    expect(own.desk.offer.first).to_be_visible()
    own.page.keyboard.press("a")
    expect(own.page.locator(TALKING)).to_be_visible()


def answer(own: Own) -> None:
    """The phone rings once more, for the talk that is theirs still."""
    own.page.locator("#phone").get_by_role("button", name="Answer").click()
    expect(own.page.locator(TALKING)).to_be_visible()


def hear_each_other(own: Own, ear: Ear) -> None:
    until(lambda: ear.hears(SPOKEN))
    until(lambda: abs(heard(own.page)[0] - SAID) < 20)


def test_a_browser_that_is_killed_leaves_the_customer_with_music_and_the_call_goes_on(
    browser_of: Callable[..., Own],
    caller: Caller,  # noqa: F811
    centre: Program,  # noqa: F811
) -> None:
    ann = available(browser_of(cast.AGENT))
    with Ear(SAID) as ear, caller.calls(NUMBER, of="+33612345681", seconds=100, ear=ear.port):
        accept(ann)
        hear_each_other(ann, ear)
        ann.dies()
        until(ear.hears_music, seconds=HEARS_MUSIC_WITHIN)
        with centre.rows():
            call = Interaction.objects.filter(channel="voice").latest("id")
            assert call.ended_at is None
            assert Segment.objects.filter(interaction=call, kind=SegmentKind.AGENT).count() == 1
            assert QueueEntry.objects.filter(interaction=call).count() == 1


def test_a_page_that_stands_still_leaves_the_customer_with_music_and_goes_on_when_it_runs_again(
    browser_of: Callable[..., Own],
    caller: Caller,  # noqa: F811
) -> None:
    ann = available(browser_of(cast.AGENT))
    with Ear(SAID) as ear, caller.calls(NUMBER, of="+33612345682", seconds=100, ear=ear.port):
        accept(ann)
        hear_each_other(ann, ear)
        stopped = ann.pages()
        assert stopped
        for one in stopped:
            one.suspend()
        until(ear.hears_music, seconds=HEARS_MUSIC_WITHIN)
        for one in stopped:
            one.resume()
        answer(ann)
        hear_each_other(ann, ear)
