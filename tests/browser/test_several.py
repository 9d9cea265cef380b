"""A warm transfer to second line: two desks, one customer, two cases; who hears whom is told by their tones."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from fanal.agents.models import Agent, AgentSkill, Skill, Tier
from fanal.cases.models import Case
from fanal.channels.asterisk.ari import Orders
from fanal.demo import cast
from fanal.interactions.models import Interaction, Segment, SegmentKind
from fanal.routing.models import HandOver, Queue, QueueSkill
from fanal.running.pbx.configuration import Pbx
from tests.browser.company import Desk, sign_in
from tests.browser.conftest import Program
from tests.browser.sounds import share_of
from tests.browser.test_call import NUMBER, TALKING, caller, centre, connected, orders, recorded  # noqa: F401
from tests.browser.test_phone import READY, SPOKEN, forget_lines, telephone  # noqa: F401
from tests.channels.asterisk.conftest import local  # noqa: F401
from tests.channels.asterisk.phones import Caller
from tests.servers import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.usefixtures("company")]
RINGS = '#phone[data-state="ringing"]'
PICTURES = Path(__file__).parent / "pictures"


@contextlib.contextmanager
def at_desk(centre: Program, browser: Browser, who: str) -> Iterator[Desk]:  # noqa: F811
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(30_000)
    context.grant_permissions(["microphone"])
    context.add_init_script("localStorage['fanal.phone'] ??= JSON.stringify({ plain: true })")
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.on("dialog", lambda dialog: dialog.accept())
    sign_in(page, centre.url, who)
    expect(page.locator(READY)).to_be_visible()
    desk = Desk(page)
    try:
        yield desk
    finally:
        context.close()
    assert faults == []


@pytest.fixture
def second_line(centre: Program) -> str:  # noqa: F811
    """A queue of second line, which one colleague alone serves."""
    centre.everybody_goes_home()
    with centre.rows():
        tier, _ = Tier.objects.get_or_create(code="second", defaults={"name": "Second line", "rank": 2})
        skill, _ = Skill.objects.get_or_create(code="lines", defaults={"name": "Lines"})
        queue, _ = Queue.objects.get_or_create(code="lines", defaults={"name": "Lines", "tier": tier})
        QueueSkill.objects.get_or_create(queue=queue, skill=skill, defaults={"level": 1})
        colleague = Agent.objects.get(email=cast.SECOND)
        AgentSkill.objects.get_or_create(agent=colleague, skill=skill, defaults={"level": 3})
    return queue.name


def look(page: Page, name: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")


def test_a_warm_transfer_to_second_line_makes_two_cases(
    centre: Program,  # noqa: F811
    telephone: Browser,  # noqa: F811
    caller: Caller,  # noqa: F811
    orders: Orders,  # noqa: F811
    connected: Pbx,  # noqa: F811
    local: Any,  # noqa: F811
    second_line: str,
) -> None:
    recordings = local.outside(connected.folders.state / "spool" / "recording")
    with centre.rows():
        before = set(Case.objects.values_list("pk", flat=True))
    with at_desk(centre, telephone, cast.AGENT) as ann, at_desk(centre, telephone, cast.SECOND) as bob:
        ann.be("Available")
        with caller.calls(NUMBER, of="+33612345679", seconds=90):
            expect(ann.offer.first).to_be_visible()
            ann.page.keyboard.press("a")
            expect(ann.page.locator("#call.talking")).to_be_visible()
            open_case(ann.page, "The line is dead")

            bob.be("Available")
            ann.page.keyboard.press("k")
            dialog = ann.page.get_by_role("dialog", name="Ask somebody")
            dialog.get_by_label("Whom").select_option(label=second_line)
            dialog.get_by_label("Why you ask").fill("The line is dead since noon.")
            look(ann.page, "call-ask")
            dialog.get_by_role("button", name="Call them").click()
            expect(ann.page.locator("#call.held .call-others li")).to_have_attribute("data-state", "rings")
            expect(bob.offer.first).to_contain_text("The line is dead since noon.")
            bob.page.keyboard.press("a")
            expect(bob.page.locator(TALKING)).to_be_visible()
            expect(ann.page.locator('.call-others [data-state="aside"]')).to_be_visible()
            expect(bob.page.locator("#call.beside")).to_be_visible()
            look(ann.page, "call-aside")
            look(bob.page, "call-asked")
            for name, width, scheme, way in (("phone", 390, "light", "ltr"), ("dark-rtl", 1280, "dark", "rtl")):
                ann.page.set_viewport_size({"width": width, "height": 800})
                ann.page.emulate_media(color_scheme=scheme)
                ann.page.evaluate("way => { document.documentElement.dir = way; }", way)
                look(ann.page, f"call-aside-{name}")
                assert ann.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
            ann.page.set_viewport_size({"width": 1280, "height": 800})
            ann.page.emulate_media(color_scheme="light")
            ann.page.evaluate("document.documentElement.dir = 'ltr'")

            ann.page.get_by_role("button", name="Back to the customer").click()
            expect(ann.page.locator('.call-others [data-state="held"]')).to_be_visible()
            ann.page.keyboard.press("b")
            expect(ann.page.locator('.call-others [data-state="aside"]')).to_be_visible()
            ann.page.get_by_role("button", name="All together").click()
            expect(ann.page.locator('.call-others [data-state="together"]')).to_be_visible()
            share, _power = share_of(SPOKEN, recorded(ann.page, orders, recordings), since=0.5)
            assert share > 0.7
            look(ann.page, "call-together")

            ann.page.locator(".call-others").get_by_role("button", name="Hand over").click()
            dialog = ann.page.get_by_role("dialog")
            expect(dialog.get_by_label("What it is about")).to_have_value("The line is dead since noon.")
            dialog.get_by_label("What was tried").fill("Restarted the box.")
            dialog.get_by_label("What is expected").fill("A test of the line.")
            look(ann.page, "call-hand-to")
            dialog.get_by_role("button", name="Hand over").click()
            expect(ann.page.locator("#phone[data-state=talking]")).to_have_count(0)
            expect(bob.page.locator("#call.talking")).to_be_visible()
            open_case(bob.page, "Exchange the socket")
            share, _power = share_of(SPOKEN, recorded(bob.page, orders, recordings), since=0.5)
            assert share > 0.7, "the customer hears second line"
            look(bob.page, "call-mine")
            bob.page.keyboard.press("Alt+h")
            with centre.rows():
                until(lambda: not Interaction.objects.filter(channel="voice", ended_at=None).exists())
                call = Interaction.objects.filter(channel="voice").latest("id")
                cases = Case.objects.exclude(pk__in=before).filter(topics__interaction=call).order_by("pk")
                assert [case.subject for case in cases] == ["The line is dead", "Exchange the socket"]
                assert Segment.objects.filter(interaction=call, kind=SegmentKind.AGENT).count() == 2
                fact = HandOver.objects.latest("id")
                assert (fact.case, fact.tried) == (cases[0], "Restarted the box.")
                assert cases[0].tier == fact.to_tier
        for desk in (ann, bob):
            desk.page.goto(f"{centre.url}/")


def open_case(page: Page, subject: str) -> None:
    page.keyboard.press("o")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What should be settled").fill(subject)
    dialog.get_by_label("Type").select_option(index=1)
    dialog.get_by_role("button", name="Open the case").click()
    expect(dialog).to_have_count(0)
