"""A poor line is said in the strip of the call, the timeline says how it sounded, and a contact is held there."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from fanal.agents.models import Agent
from fanal.demo import cast
from fanal.interactions import actions as interactions
from fanal.interactions.models import Interaction, LegalHold, LegKind, Recording, Way
from fanal.interactions.rules.quality import Measured
from tests.browser.company import Desk
from tests.browser.test_recorded_talks import SCREEN, a_talk, end, kept, look

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.usefixtures("company")]
SIZES = (
    ("", "light", "en", SCREEN),
    ("-dark-arabic", "dark", "ar", SCREEN),
    ("-phone", "light", "fr", {"width": 390, "height": 800}),
)
WIDER = """
[...document.querySelectorAll("html, #lines, .recorded, .fact, #call")]
  .filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.className || one.tagName)
"""
"""Pages and boxes that are wider inside than outside."""


def sounds(call: Interaction, *, loss: float) -> None:
    """Ten seconds of each line; the customer's loses so much."""
    segment = call.segments.get(agent__isnull=False)
    for leg in call.legs.all():
        share = loss if leg.kind == LegKind.CUSTOMER else 0.0
        measured = Measured(seconds=10, loss=share, jitter=0.012, round_trip=0.08)
        interactions.note_line_quality(
            segment=segment.pk, leg=leg, way=Way.COMES, measured=measured, now=timezone.now()
        )


def in_each_size(page: Page, program: Any, name: str, path: str, *, there: str) -> None:
    for size, scheme, language, window in SIZES:
        page.context.add_cookies([{"name": "language", "value": language, "url": program.url}])
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(window)
        page.goto(program.url + path)
        expect(page.locator(there).first).to_be_visible()
        look(page, name + size)
        assert page.evaluate(WIDER) == []
    page.context.add_cookies([{"name": "language", "value": "en", "url": program.url}])
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(SCREEN)


def test_a_poor_line_is_said_while_it_is_poor_and_a_call_is_held_for_legal_reasons(
    program: Any, at_desk: Callable[..., Desk]
) -> None:
    with program.rows():
        call = a_talk(Agent.objects.get(email=cast.AGENT))
    path = f"/interactions/{call.pk}/"
    page = at_desk(cast.AGENT, path, viewport=SCREEN).page
    expect(page.locator("#call .tape")).to_be_visible()
    expect(page.locator(".call-sounds")).to_have_count(0)
    with program.rows():
        sounds(call, loss=0.2)
    expect(page.locator(".call-sounds")).to_have_text("The customer is hard to understand: their line is poor")
    in_each_size(page, program, "poor-line", path, there=".call-sounds")
    page.goto(program.url + path)
    expect(page.locator(".call-sounds")).to_be_visible()
    with program.rows():
        sounds(call, loss=0)
    expect(page.locator(".call-sounds")).to_have_count(0)

    with program.rows():
        end(call)
        kept(Recording.objects.get(interaction=call))
    office = at_desk(cast.SUPERVISOR, path, viewport=SCREEN).page
    heard = office.locator(".fact.sounded")
    heard.locator("summary").click()
    expect(heard).to_contain_text("from the customer")
    office.get_by_role("button", name="Legal hold").click()
    dialog = office.get_by_role("dialog", name="Legal hold")
    look(office, "legal-hold")
    dialog.get_by_label("Reason").fill("The court asks for it, see the letter of 23 November.")
    dialog.get_by_role("button", name="Keep").click()
    expect(office.locator(".recorded .tag")).to_have_text("Legal hold")
    in_each_size(office, program, "held", path, there=".fact.legal")
    office.goto(program.url + path)
    office.locator(".fact.legal").get_by_role("button", name="Lift").click()
    dialog = office.get_by_role("dialog", name="Lift the legal hold")
    look(office, "legal-hold-lifted")
    dialog.get_by_label("Reason").fill("It is settled.")
    dialog.get_by_role("button", name="Lift").click()
    expect(office.locator(".fact.legal")).to_have_count(2)
    expect(office.locator(".recorded .tag")).to_have_count(0)
    with program.rows():
        assert LegalHold.objects.get(interaction=call).lifted_why == "It is settled."
