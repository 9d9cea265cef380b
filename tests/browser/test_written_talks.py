"""What is said in a call, seen at the desk as it is written down."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from fanal.agents.models import Agent
from fanal.demo import cast
from fanal.interactions import actions as interactions
from fanal.interactions.models import Interaction, RecordedCall, Recording, SpeechService
from tests.browser.company import Desk
from tests.browser.test_recorded_talks import SCREEN, a_talk, end, kept, look

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.usefixtures("company")]
CARD = "four one one one one one one one one one one one one one one one"


def hears(call: Interaction, side: str, key: str, text: str, *, final: bool = True, ago: float = 0) -> None:
    now = timezone.now()
    interactions.note_spoken(
        interaction=call,
        key=f"{call.pk}-{key}",
        side=side,
        text=text,
        at=now - timedelta(seconds=ago),
        final=final,
        now=now,
    )


def test_words_come_while_they_are_said_and_stay_with_the_contact(program: Any, at_desk: Callable[..., Desk]) -> None:
    with program.rows():
        SpeechService.objects.update_or_create(code="ears", defaults={"name": "Ears", "address": "wss://ears.example"})
        call = a_talk(Agent.objects.get(email=cast.AGENT))
        RecordedCall.objects.filter(interaction=call).update(transcribed=True)
    desk = at_desk(cast.AGENT, f"/interactions/{call.pk}/", viewport=SCREEN)
    expect(desk.page.locator("#call .tape")).to_have_text("Recorded and written down")
    with program.rows():
        hears(call, "out", "o1", "Good morning, what can I do for you?", ago=9)
        hears(call, "in", "i1", "my parcel has not", final=False, ago=5)
    said, unfinished = desk.page.locator(".spoken:not(.unfinished)"), desk.page.locator(".spoken.unfinished")
    expect(unfinished).to_contain_text("my parcel has not")
    expect(said).to_contain_text("Good morning")
    look(desk.page, "written-now")
    with program.rows():
        hears(call, "in", "i1", "My parcel has not come, the order is 88102.", ago=5)
        hears(call, "in", "i2", "It should have been here on Friday.", ago=1)
    expect(unfinished).to_have_count(0)
    expect(said).to_have_count(2)
    expect(said.nth(1)).to_contain_text(
        "My parcel has not come, the order is 88102. It should have been here on Friday."
    )
    with program.rows():
        interactions.note_unheard(interaction=call, why="away", now=timezone.now())
    expect(desk.page.locator(".fact.failed")).to_contain_text("the speech service does not answer")
    expect(desk.page.locator("#call .tape")).to_have_text("Recording")
    with program.rows():
        interactions.note_heard_again(interaction=call, now=timezone.now())
        hears(call, "out", "o2", "Let me look that up for you, one moment please.")
        hears(call, "in", "i3", f"and my card is {CARD}")
    expect(said.last).to_contain_text("and my card is ••••")
    for name, scheme, language, size in (
        ("written", "light", "en", SCREEN),
        ("written-dark-arabic", "dark", "ar", SCREEN),
        ("written-phone", "light", "en", {"width": 390, "height": 800}),
    ):
        desk.page.context.add_cookies([{"name": "language", "value": language, "url": program.url}])
        desk.page.emulate_media(color_scheme=scheme)
        desk.page.set_viewport_size(size)
        desk.page.goto(f"{program.url}/interactions/{call.pk}/")
        expect(desk.page.locator(".spoken")).to_have_count(4)
        look(desk.page, name)
    with program.rows():
        end(call)
        kept(Recording.objects.get(interaction=call))
        SpeechService.objects.update(active=False)


def test_an_administrator_sets_the_service_up_and_its_key_is_never_shown(
    program: Any, at_desk: Callable[..., Desk]
) -> None:
    desk = at_desk(cast.ADMINISTRATOR, "/administration/speech-services/new/", viewport=SCREEN)
    page = desk.page
    page.get_by_label("Name", exact=True).fill("Listeners")
    page.get_by_label("Address").fill("https://ears.example.org")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Write the whole address")).to_be_visible()
    page.get_by_label("Address").fill("wss://ears.example.org:2700")
    page.locator("#id_key").fill("a-key-of-theirs")
    look(page, "speech-service")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Listeners")).to_be_visible()
    look(page, "speech-services")
    with program.rows():
        row = SpeechService.objects.get(name="Listeners")
        assert "a-key" not in str(row.credential)
        row.active = False
        row.save()
    page.goto(f"{program.url}/administration/speech-services/{row.pk}/")
    page.get_by_label("Address").fill("wss://elsewhere.example.org")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The key belongs to the address")).to_be_visible()
    assert "a-key-of-theirs" not in page.content()
