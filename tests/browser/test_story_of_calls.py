"""Calls as one story: each caller is known for what they are while it rings, is heard, and goes on to second line."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from fanal.cases.models import Case
from fanal.channels.models import ChannelAccount
from fanal.demo import cast
from fanal.interactions.models import Interaction, Segment, SegmentKind
from fanal.scenarios.models import Flow
from tests.browser.company import Desk
from tests.browser.conftest import Program
from tests.browser.sounds import CONNECTIONS, heard
from tests.browser.test_call import NUMBER, TALKING, caller, centre, connected  # noqa: F401
from tests.browser.test_phone import SPOKEN, telephone  # noqa: F401
from tests.browser.test_several import at_desk, open_case, second_line  # noqa: F401
from tests.channels.asterisk.conftest import local  # noqa: F401
from tests.channels.asterisk.ears import Ear
from tests.channels.asterisk.phones import Caller
from tests.flows.shapes import ask, written
from tests.servers import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(420), pytest.mark.usefixtures("company")]
POP = "#about [data-pop]:not([data-pop=''])"
PICTURES = Path(__file__).parent / "pictures"
CARDS = "+33199005690"
CALLS = 700
"""Hz: what callers say."""


@pytest.fixture
def cards(centre: Program) -> str:  # noqa: F811
    """A number whose flow asks for a card number, and then puts through."""
    content = written(
        card=ask(gives="card", what="card", prompt="Please key in your card number.", next="through"),
        through={"kind": "queue", "queue": "general", "prompt": "I connect you."},
    )
    with centre.rows():
        Flow.objects.update_or_create(code="cards", defaults={"name": "Cards", "content": content})
        given = {"kind": "voice", "name": "Cards", "address": CARDS}
        settings = {"region": "FR", "queue": "general", "flow": "cards"}
        ChannelAccount.objects.update_or_create(code="cards", defaults=given | {"settings": settings})
    return CARDS


def look(page: Page, name: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / f"story-{name}.png")


def talk(desk: Desk, ear: Ear) -> None:
    """It is answered, and each hears the other's tone and nothing else."""
    page = desk.page
    page.keyboard.press("a")
    expect(page.locator(TALKING)).to_be_visible()
    until(lambda: ear.hears(SPOKEN))
    until(lambda: abs(heard(page)[0] - CALLS) < 10)


def finish(desk: Desk, centre: Program) -> None:  # noqa: F811
    desk.page.keyboard.press("Alt+h")
    over(centre)
    desk.wrap_up(outcome="Information given")


def over(centre: Program) -> None:  # noqa: F811
    with centre.rows():
        until(lambda: not Interaction.objects.filter(channel="voice", ended_at=None).exists())


def test_who_calls_is_seen_for_what_they_are_and_heard_and_the_last_goes_on_to_second_line(
    centre: Program,  # noqa: F811
    telephone: Browser,  # noqa: F811
    caller: Caller,  # noqa: F811
    cards: str,
    second_line: str,  # noqa: F811
) -> None:
    with centre.rows():
        before = set(Case.objects.values_list("pk", flat=True))
    with at_desk(centre, telephone, cast.AGENT) as ann, at_desk(centre, telephone, cast.SECOND) as bob:
        for desk in (ann, bob):
            desk.page.context.add_init_script(CONNECTIONS)
            desk.page.goto(centre.url)
        ann.be("Available")
        pop = ann.page.locator(POP)

        with Ear(CALLS) as ear, caller.calls(NUMBER, of=cast.HOUSEHOLD_PHONE, seconds=90, ear=ear.port):
            expect(pop).to_contain_text("Who is it?")
            for one in cast.AMBIGUOUS:
                expect(pop).to_contain_text(one.name)
            look(ann.page, "ambiguous")
            talk(ann, ear)
            finish(ann, centre)

        with Ear(CALLS) as ear, caller.calls(NUMBER, of="anonymous", seconds=90, ear=ear.port):
            expect(pop).to_contain_text("Number withheld")
            expect(pop).to_contain_text("Nobody we know yet")
            look(ann.page, "withheld")
            talk(ann, ear)
            finish(ann, centre)

        keys = f" {cast.KNOWN.card}#"
        with Ear(CALLS) as ear, caller.calls(cards, of="anonymous", seconds=90, ear=ear.port, keys=keys):
            expect(pop).to_contain_text(cast.KNOWN.card[-4:], timeout=90_000)
            expect(pop).to_contain_text(cast.KNOWN.name)
            assert cast.KNOWN.card not in ann.page.content()
            look(ann.page, "card")
            talk(ann, ear)
            finish(ann, centre)

        with Ear(CALLS) as ear, caller.calls(NUMBER, of=cast.KNOWN.phone, seconds=120, ear=ear.port):
            expect(pop).to_contain_text(cast.KNOWN.name)
            look(ann.page, "known")
            talk(ann, ear)
            open_case(ann.page, "The line is dead")
            hand_on_warm(ann, bob, second_line)
            open_case(bob.page, "Exchange the socket")
            until(lambda: ear.hears(SPOKEN))
            until(lambda: abs(heard(bob.page)[0] - CALLS) < 10)
            look(bob.page, "second-line")
            bob.page.keyboard.press("Alt+h")
            over(centre)
        with centre.rows():
            call = Interaction.objects.filter(channel="voice").latest("id")
            cases = Case.objects.exclude(pk__in=before).filter(topics__interaction=call).order_by("pk")
            assert [case.subject for case in cases] == ["The line is dead", "Exchange the socket"]
            assert {case.customer.name for case in cases if case.customer} == {cast.KNOWN.name}
            talks = Segment.objects.filter(interaction=call, kind=SegmentKind.AGENT).order_by("pk")
            assert [one.agent.email for one in talks if one.agent] == [cast.AGENT, cast.SECOND]
        for desk in (ann, bob):
            desk.page.goto(f"{centre.url}/")


def hand_on_warm(ann: Desk, bob: Desk, queue: str) -> None:
    """Second line is asked while the customer hears music, brought in, and given the call."""
    bob.be("Available")
    ann.page.keyboard.press("k")
    dialog = ann.page.get_by_role("dialog", name="Ask somebody")
    dialog.get_by_label("Whom").select_option(label=queue)
    dialog.get_by_label("Why you ask").fill("The line is dead since noon.")
    dialog.get_by_role("button", name="Call them").click()
    expect(bob.offer.first).to_contain_text("The line is dead since noon.")
    bob.page.keyboard.press("a")
    expect(ann.page.locator('.call-others [data-state="aside"]')).to_be_visible()
    look(ann.page, "asked")
    ann.page.get_by_role("button", name="All together").click()
    expect(ann.page.locator('.call-others [data-state="together"]')).to_be_visible()
    ann.page.locator(".call-others").get_by_role("button", name="Hand over").click()
    dialog = ann.page.get_by_role("dialog")
    dialog.get_by_label("What was tried").fill("Restarted the box.")
    dialog.get_by_label("What is expected").fill("A test of the line.")
    dialog.get_by_role("button", name="Hand over").click()
    expect(ann.page.locator(TALKING)).to_have_count(0)
    expect(bob.page.locator("#call.talking")).to_be_visible()
