"""The strip of a call lies over nothing, however small the window is and whatever state the call is in."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, expect

from fanal.agents.models import Agent
from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.demo import cast
from fanal.interactions import actions as interactions
from fanal.interactions.models import Interaction, LegKind, SegmentKind
from tests.browser.company import Desk
from tests.browser.conftest import Program
from tests.browser.test_recorded_talks import end

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.usefixtures("company")]
WINDOWS = ((1280, 800), (1280, 420), (390, 844), (390, 560))
SETTINGS = {"region": "FR", "queue": "general"}


def a_call(agent: Agent, *, lifted: bool) -> Interaction:
    now = timezone.now()
    given = {"kind": ChannelKind.VOICE, "name": "Strip", "address": "+33199001133", "settings": SETTINGS}
    account, _ = ChannelAccount.objects.update_or_create(code="strip", defaults=given)
    call = interactions.start(
        account=account, source="+33145678901", thread=f"strip-{now.timestamp()}", owner=SegmentKind.QUEUE, now=now
    )
    interactions.open_leg(interaction=call, kind=LegKind.CUSTOMER, line=call.thread, now=now)
    interactions.answer_leg(line=call.thread, run="run", now=now)
    interactions.open_leg(interaction=call, kind=LegKind.AGENT, line=f"a-{call.pk}", agent=agent, now=now)
    if lifted:
        interactions.answer_leg(line=f"a-{call.pk}", run="run", now=now)
    interactions.give_to_agent(interaction=call, agent=agent, now=now)
    return call


def box(part: Locator) -> dict[str, Any]:
    found = part.bounding_box()
    assert found
    return dict(found)


@pytest.mark.parametrize(("lifted", "state"), [(False, "ringing"), (True, "talking")])
def test_the_strip_and_the_note_are_one_below_the_other(
    at_desk: Callable[..., Desk], program: Program, lifted: bool, state: str
) -> None:
    with program.rows():
        call = a_call(Agent.objects.get(email=cast.AGENT), lifted=lifted)
    page = at_desk(cast.AGENT, f"/interactions/{call.pk}/").page
    strip, note = page.locator(f"#call.{state}"), page.locator("#composer")
    for width, height in WINDOWS:
        page.set_viewport_size({"width": width, "height": height})
        expect(strip).to_be_visible()
        above, below = box(strip), box(note)
        assert above["y"] + above["height"] <= below["y"] + 1, (width, height)
        assert above["x"] >= 0
        assert above["x"] + above["width"] <= width
        note.get_by_role("button").last.scroll_into_view_if_needed()
        button = box(note.get_by_role("button").last)
        lies = "([x, y]) => document.elementFromPoint(x, y)?.closest('#composer') !== null"
        middle = [button["x"] + button["width"] / 2, button["y"] + button["height"] / 2]
        assert page.evaluate(lies, middle), f"it can be reached at {width} × {height}"
    with program.rows():
        end(call)
