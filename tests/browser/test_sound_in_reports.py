"""The supervisor reads in the reports how calls sounded, opens a figure, and finds the talks behind it."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from fanal.agents.models import Agent
from fanal.demo import cast
from fanal.events.actions import publish
from fanal.interactions.models import Interaction
from fanal.kpis.models import Handling
from fanal.routing.models import Queue
from tests.browser.company import Desk
from tests.browser.test_recorded_talks import SCREEN, a_talk, end, look
from tests.browser.test_sound_and_legal_hold import SIZES, WIDER, sounds
from tests.servers import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.usefixtures("company")]
REPORT = "/reports/?period=today&group=sound&by="


def talks(agent: Agent) -> list[Interaction]:
    """One that sounded well, one whose customer lost a fifth, and one of which nothing was measured."""
    queue, found = Queue.objects.get(code="general"), []
    for loss in (0.0, 0.2, None):
        call = a_talk(agent)
        talk = call.segments.get(agent=agent)
        data = {"interaction": call.pk, "segment": talk.pk, "agent": agent.pk, "queue": queue.pk}
        publish(kind="segment.started", data=data, audience=[], now=talk.started_at)
        if loss is not None:
            sounds(call, loss=loss)
        end(call)
        found.append(call)
    return found


def test_a_supervisor_sees_which_talks_sounded_poor_and_opens_them(program: Any, at_desk: Callable[..., Desk]) -> None:
    with program.rows():
        calls = talks(Agent.objects.get(email=cast.AGENT))
        ids = [call.pk for call in calls]
        over = Handling.objects.filter(interaction__in=ids, ended_at__isnull=False, counted_at__isnull=False)
        until(lambda: over.count() == len(ids))
    page = at_desk(cast.SUPERVISOR, f"{REPORT}agent", viewport=SCREEN).page
    for size, scheme, language, window in SIZES:
        page.context.add_cookies([{"name": "language", "value": language, "url": program.url}])
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(window)
        for by in ("agent", "hour"):
            page.goto(f"{program.url}{REPORT}{by}")
            expect(page.locator("table.table tfoot")).to_be_visible()
            look(page, f"sound-by-{by}{size}")
            assert page.evaluate(WIDER) == []
        page.goto(f"{program.url}/reports/rows?figure=poor_sound_of_measured&period=today")
        expect(page.locator("table.folds")).to_be_visible()
        look(page, f"sound-rows{size}")
    page.context.add_cookies([{"name": "language", "value": "en", "url": program.url}])
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(SCREEN)
    page.goto(f"{program.url}{REPORT}agent")
    poor = page.locator("tfoot td a[href*='figure=poor_sound_of_measured']")
    bad, measured = map(int, str(poor.get_attribute("title")).split(" of "))  # other stories of the day count too
    share = f"{100 * bad / measured:.1f} %"
    assert 1 <= bad < measured
    expect(poor).to_have_text(share)
    expect(page.locator("tfoot td a[href*='figure=sound_not_measured']")).not_to_have_text("0")
    poor.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"Poor sound: {share}")
    rows = page.locator("table.folds tbody tr")
    expect(rows).to_have_count(measured)
    worst = rows.filter(has=page.get_by_role("link", name=f"Interaction {ids[1]}"))
    expect(worst.locator("td.number").first).to_have_text("1")
    worst.get_by_role("link").click()
    expect(page.locator(".fact.sounded")).to_contain_text("Poor")


def test_a_day_without_calls_says_so(program: Any, at_desk: Callable[..., Desk]) -> None:
    url = f"{program.url}/reports/?period=&from=2020-01-01&to=2020-01-01&group=sound&by=queue"
    page = at_desk(cast.SUPERVISOR, "/reports/", viewport=SCREEN).page
    page.goto(url)
    expect(page.get_by_text("No talk in a call ended in this period")).to_be_visible()
