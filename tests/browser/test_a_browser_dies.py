"""A browser dies amid a call: the customer hears music within five seconds, and who had them may have them again."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from fanal.agents.models import Agent, AgentState, Presence
from fanal.demo import cast
from fanal.interactions.models import Interaction, Segment, SegmentKind
from fanal.routing.models import EntryState, QueueEntry
from tests.browser.company import Desk, sign_in
from tests.browser.conftest import CHROMIUM, Program
from tests.browser.sounds import CONNECTIONS, heard, write_tone
from tests.browser.test_call import NUMBER, TALKING, caller, centre, connected  # noqa: F401
from tests.browser.test_phone import READY, SPOKEN, WITH_SOUND
from tests.channels.asterisk.conftest import local  # noqa: F401
from tests.channels.asterisk.ears import Ear
from tests.channels.asterisk.phones import Caller
from tests.channels.asterisk.voices import says
from tests.servers import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.usefixtures("company")]
SAID = 700
"""Hz: the customer's voice."""
HEARS_MUSIC_WITHIN = 5.0
HELD_FOR = 30.0
RINGS = '#phone[data-state="ringing"]'


@dataclass
class Own:
    """A Chromium of one person alone, as a process that can be killed."""

    process: psutil.Process
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
        return [one for one in self.process.children(recursive=True) if "--type=renderer" in _words(one)]


@pytest.fixture
def browser_of(
    centre: Program,  # noqa: F811
    chromium: Browser,
    tmp_path: Path,
) -> Iterator[Callable[..., Own]]:
    """Starts browsers, each with its person signed in, or with nobody yet."""
    centre.everybody_goes_home()
    tone = write_tone(tmp_path / "tone.wav", SPOKEN)
    started: list[Own] = []

    def start(who: str = "") -> Own:
        folder = str(tmp_path / f"browser-{len(started)}")
        context = chromium.browser_type.launch_persistent_context(
            folder,
            executable_path=CHROMIUM,
            args=[*WITH_SOUND, f"--use-file-for-fake-audio-capture={tone}"],
            permissions=["microphone"],
        )
        context.set_default_timeout(30_000)
        context.add_init_script(CONNECTIONS)
        context.add_init_script("localStorage['fanal.phone'] ??= JSON.stringify({ plain: true })")
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        own = Own(_first_process(folder), context, page, centre.url)
        started.append(own)
        if who:
            own.is_of(who)
        return own

    yield start
    for own in started:
        with contextlib.suppress(psutil.NoSuchProcess):
            own.dies()
    centre.everybody_goes_home()


def _first_process(folder: str) -> psutil.Process:
    """The one that all others of a browser were started by."""
    ours = (one for one in psutil.Process().children(recursive=True) if f"--user-data-dir={folder}" in _words(one))
    return next(one for one in ours if not any(word.startswith("--type=") for word in _words(one)))


def _words(one: psutil.Process) -> list[str]:
    """How it was started; nothing of one that has just died."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return one.cmdline()
    return []


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


def test_a_browser_that_is_killed_leaves_the_customer_with_music_and_a_new_one_has_them_again(
    browser_of: Callable[..., Own],
    caller: Caller,  # noqa: F811
    centre: Program,  # noqa: F811
) -> None:
    ann, anew = available(browser_of(cast.AGENT)), browser_of()
    with Ear(SAID) as ear, caller.calls(NUMBER, of="+33612345681", seconds=100, ear=ear.port):
        accept(ann)
        hear_each_other(ann, ear)
        ann.dies()
        until(ear.hears_music, seconds=HEARS_MUSIC_WITHIN)
        gone = time.monotonic()
        anew.is_of(cast.AGENT)
        answer(anew)
        assert time.monotonic() - gone < HELD_FOR
        hear_each_other(anew, ear)
        expect(anew.page.locator("#call.talking")).to_be_visible()
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


def test_a_reload_is_heard_as_music_and_the_same_agent_goes_on(
    browser_of: Callable[..., Own],
    caller: Caller,  # noqa: F811
) -> None:
    ann = available(browser_of(cast.AGENT))
    with Ear(SAID) as ear, caller.calls(NUMBER, of="+33612345683", seconds=100, ear=ear.port):
        accept(ann)
        hear_each_other(ann, ear)
        ann.page.reload(wait_until="commit")
        until(ear.hears_music, seconds=HEARS_MUSIC_WITHIN)
        answer(ann)
        hear_each_other(ann, ear)


def test_a_browser_that_dies_while_the_customer_is_held_leaves_them_held(
    browser_of: Callable[..., Own],
    caller: Caller,  # noqa: F811
) -> None:
    ann, anew = available(browser_of(cast.AGENT)), browser_of()
    with Ear(SAID) as ear, caller.calls(NUMBER, of="+33612345684", seconds=100, ear=ear.port):
        accept(ann)
        hear_each_other(ann, ear)
        ann.page.keyboard.press("Alt+o")
        expect(ann.page.locator("#call.held")).to_be_visible()
        until(ear.hears_music)
        ann.dies()
        anew.is_of(cast.AGENT)
        answer(anew)
        assert ear.hears_music()
        expect(anew.page.locator("#call.held")).to_be_visible()
        anew.page.keyboard.press("Alt+o")
        expect(anew.page.locator("#call.talking")).to_be_visible()
        hear_each_other(anew, ear)


def test_whom_nobody_takes_again_is_first_before_those_who_waited_longer(
    browser_of: Callable[..., Own],
    caller: Caller,  # noqa: F811
    centre: Program,  # noqa: F811
    tmp_path: Path,
) -> None:
    ann, bob = available(browser_of(cast.AGENT)), browser_of(cast.SECOND)
    expect(bob.page.locator(READY)).to_be_visible()
    speaks = says(tmp_path / "caller.al", [SAID] * 100)
    with caller.calls(NUMBER, of="+33612345685", seconds=100, at_once=2, says=speaks):
        accept(ann)
        with centre.rows():
            until(lambda: QueueEntry.objects.filter(channel="voice", state=EntryState.WAITING).exists())
            other = QueueEntry.objects.filter(channel="voice", state=EntryState.WAITING).get()
            other.position_at -= timedelta(hours=1)
            other.save(update_fields=["position_at"])
            talk = Segment.objects.get(kind=SegmentKind.AGENT, interaction__channel="voice", ended_at=None)
        ann.dies()
        with centre.rows():
            until(lambda: QueueEntry.objects.filter(interaction=talk.interaction).count() == 2, seconds=HELD_FOR + 15)
            back = QueueEntry.objects.filter(interaction=talk.interaction).latest("id")
            assert (back.state, back.queue) == (EntryState.WAITING, other.queue)
            first = Agent.objects.get(email=cast.AGENT)
            assert AgentState.objects.get(agent=first, ended_at=None).state == Presence.NOT_ANSWERING
        bob.desk.be("Available")
        accept(bob)
        with centre.rows():
            talks = Segment.objects.filter(interaction=talk.interaction, kind=SegmentKind.AGENT).order_by("pk")
            assert [one.agent.email for one in talks if one.agent] == [cast.AGENT, cast.SECOND]
            assert talks[0].wrapped_up_at, "nobody wraps up what they lost"
            other.refresh_from_db()
            assert other.state == EntryState.WAITING


def test_a_browser_that_dies_while_it_rings_rings_at_the_next(
    browser_of: Callable[..., Own],
    caller: Caller,  # noqa: F811
) -> None:
    ann, bob = available(browser_of(cast.AGENT)), browser_of(cast.SECOND)
    expect(bob.page.locator(READY)).to_be_visible()
    with Ear(SAID) as ear, caller.calls(NUMBER, of="+33612345686", seconds=100, ear=ear.port):
        expect(ann.page.locator(RINGS)).to_be_visible()
        bob.desk.be("Available")
        ann.dies()
        accept(bob)
        hear_each_other(bob, ear)
