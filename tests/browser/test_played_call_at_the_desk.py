"""A call without any PBX at the desk: it is offered, accepting lifts the phone, and what is pressed does something."""

from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest
from playwright.sync_api import Browser, expect

from fanal.channels.models import ChannelAccount
from fanal.demo import cast
from fanal.demo.playing.played import Played
from fanal.demo.playing.pretending import pretending
from fanal.interactions.models import Interaction, Leg
from tests.browser.company import Desk, sign_in
from tests.browser.conftest import Program
from tests.servers import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.usefixtures("company")]
NUMBER = "+33199005678"


@pytest.fixture
def played(program: Program) -> Iterator[Played]:
    program.everybody_goes_home()
    with program.rows():
        given = {"kind": "voice", "name": "Straight to a person", "address": NUMBER}
        ChannelAccount.objects.update_or_create(
            code="straight", defaults=given | {"settings": {"region": "FR", "queue": "general"}}
        )
        ChannelAccount.objects.filter(kind="voice").exclude(code="straight").update(active=False)
        with pretending(rate=0.01, rng=Random(4), tally=Counter(), talks=(60, 60)) as played:
            yield played
        ChannelAccount.objects.filter(kind="voice").update(active=True)
    program.everybody_goes_home()


def test_a_played_call_is_offered_talked_held_and_hung_up(program: Program, played: Played, chromium: Browser) -> None:
    page = chromium.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    sign_in(page, program.url, cast.AGENT)
    desk = Desk(page)
    desk.be("Available")
    expect(desk.offer.first).to_be_visible(timeout=60_000)
    desk.offer.first.get_by_role("button", name="Accept").click()
    expect(page.locator("#call.talking")).to_be_visible()
    call = Interaction.objects.get(channel="voice", ended_at=None)
    page.locator("#call").get_by_role("button", name="Hold").click()
    expect(page.locator("#call.held")).to_be_visible()
    until(lambda: call.thread in played.bridges.get("w-held", ()))
    page.locator("#call [data-key=b]").click()
    expect(page.locator("#call.talking")).to_be_visible()
    until(lambda: played.talks(call.thread))
    desk.finish()
    until(lambda: not played.lines)
    until(lambda: not Leg.objects.filter(ended_at=None).exists())
    desk.wrap_up(outcome="Information given")
    page.context.close()
