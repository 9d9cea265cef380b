"""Recordings at the desk: the strip of a call that is recorded, a message that somebody left, and its player."""

import io
import math
import struct
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from fanal.agents.models import Agent
from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.customers.models import Customer
from fanal.demo import cast
from fanal.environment import environment
from fanal.interactions import actions as interactions
from fanal.interactions.models import Interaction, Keying, Leg, LegKind, RecordedCall, Recording, SegmentKind
from fanal.interactions.rules.recording import Policy
from fanal.routing import actions as routing
from fanal.routing.models import Queue
from tests.browser.company import Desk
from tests.servers import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.usefixtures("company")]
PICTURES = Path(__file__).parent / "pictures"
SCREEN = {"width": 1280, "height": 800}
NUMBER = "+33145678901"
LENGTH = """
(one) => new Promise((done) => {
  one.onloadedmetadata = () => done(one.duration);
  one.onerror = () => done(-1);
  one.preload = "metadata";
  one.load();
})
"""


def look(page: Page, name: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")


def sound(seconds: float = 2) -> bytes:
    """A tone, as the exchange records it."""
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(8000)
        samples = (int(6000 * math.sin(2 * math.pi * 440 * n / 8000)) for n in range(int(8000 * seconds)))
        written.writeframes(b"".join(struct.pack("<h", one) for one in samples))
    return file.getvalue()


def a_number() -> ChannelAccount:
    about = {"kind": ChannelKind.VOICE, "name": "Recorded", "address": "+33199001122"}
    given = about | {"settings": {"region": "FR", "queue": "general", "recording": {"policy": "announced"}}}
    return ChannelAccount.objects.update_or_create(code="recorded", defaults=given)[0]


def a_talk(agent: Agent) -> Interaction:
    now = timezone.now()
    call = interactions.start(
        account=a_number(), source=NUMBER, thread=f"fanal-{now.timestamp()}", owner=SegmentKind.QUEUE, now=now
    )
    for kind, line, whose in ((LegKind.CUSTOMER, call.thread, None), (LegKind.AGENT, f"a-{call.pk}", agent)):
        interactions.open_leg(interaction=call, kind=kind, line=line, agent=whose, now=now)
        interactions.answer_leg(line=line, run="run", now=now)
    interactions.give_to_agent(interaction=call, agent=agent, now=now)
    head = interactions.decide_recording(interaction=call, policy=Policy(policy="announced"))
    interactions.announced_recording(interaction=call, now=now)
    part = interactions.want_talk(call=head, now=now)
    interactions.note_recording(name=part.name, now=now)
    return call


def end(call: Interaction) -> None:
    now = timezone.now()
    for leg in Leg.objects.filter(interaction=call, ended_at=None):
        interactions.end_leg(line=leg.line, cause=16, now=now)
    routing.finish_talk(interaction=call, by=None, reason="customer", now=now)
    for segment in call.segments.filter(wrapped_up_at=None, agent__isnull=False):
        interactions.complete_wrap_up(segment=segment, by=segment.agent, now=now)


def kept(recording: Recording) -> Recording:
    now = timezone.now()
    interactions.end_recording(name=recording.name, now=now)
    with override_settings(MEDIA_ROOT=environment.home / "files"):
        interactions.keep_recording(name=recording.name, content=sound(), now=now)
    return Recording.objects.get(pk=recording.pk)


def test_the_strip_shows_whether_it_records_and_the_agent_pauses_it(program: Any, at_desk: Callable[..., Desk]) -> None:
    with program.rows():
        call = a_talk(Agent.objects.get(email=cast.AGENT))
    desk = at_desk(cast.AGENT, f"/interactions/{call.pk}/", viewport=SCREEN)
    tape = desk.page.locator("#call .tape")
    expect(tape).to_have_attribute("data-state", "recording")
    look(desk.page, "recording")
    desk.page.get_by_role("button", name="Pause recording").click()
    expect(desk.page.get_by_role("button", name="Go on recording")).to_be_visible()
    with program.rows():
        assert RecordedCall.objects.get(interaction=call).paused_by
        [part] = Recording.objects.filter(interaction=call)
        interactions.note_recording(name=part.name, paused=True, why="hand", now=timezone.now())
    expect(tape).to_have_attribute("data-state", "hand")
    desk.page.get_by_role("button", name="Go on recording").click()
    expect(desk.page.get_by_role("button", name="Pause recording")).to_be_visible()
    desk.page.get_by_role("button", name="Card number by keys").click()
    expect(desk.page.locator(".call-keyed.runs")).to_be_visible()
    with program.rows():
        interactions.note_recording(name=part.name, paused=True, why="secret", now=timezone.now())
    expect(tape).to_have_attribute("data-state", "secret")
    look(desk.page, "recording-card")
    with program.rows():
        interactions.take_card(interaction=call, keyed="4111111111111111", now=timezone.now())
        interactions.note_recording(name=part.name, now=timezone.now())
        assert Keying.objects.get(interaction=call).last_four == "1111"
    expect(desk.page.locator(".call-keyed")).to_contain_text("1111")
    for name, scheme, language, size in (
        ("recording-dark-arabic", "dark", "ar", SCREEN),
        ("recording-phone", "light", "en", {"width": 390, "height": 800}),
    ):
        desk.page.context.add_cookies([{"name": "language", "value": language, "url": program.url}])
        desk.page.emulate_media(color_scheme=scheme)
        desk.page.set_viewport_size(size)
        desk.page.goto(f"{program.url}/interactions/{call.pk}/")
        expect(desk.page.locator("#call .tape")).to_be_visible()
        look(desk.page, name)
    with program.rows():
        end(call)
        kept(part)


def test_a_message_waits_in_the_work_list_and_is_heard_in_the_timeline(
    program: Any, at_desk: Callable[..., Desk]
) -> None:
    now = timezone.now()
    with program.rows():
        agent = Agent.objects.get(email=cast.AGENT)
        account = a_number()
        call = interactions.start(
            account=account, source=NUMBER, thread=f"m-{now.timestamp()}", owner=SegmentKind.BOT, now=now
        )
        wanted = interactions.want_message(interaction=call, queue="general", longest=60, silence=5, days=90, now=now)
        assert wanted
        interactions.note_recording(name=wanted.name, now=now)
        message = interactions.start(
            account=account, channel=ChannelKind.VOICEMAIL, source=NUMBER, thread=f"v-{wanted.pk}", now=now
        )
        Recording.objects.filter(pk=wanted.pk).update(left_as=message)
        interactions.identify(
            interaction=message, customer=Customer.objects.order_by("pk")[0], assurance=1, why="sole_match", by=None,
            now=now,
        )  # fmt: skip
        kept(wanted)
        interactions.end_talk(interaction=call, reason="message", now=now)
        routing.enqueue(interaction=message, queue=Queue.objects.get(code="general"), preferred_agent=agent, now=now)
    desk = at_desk(cast.AGENT, viewport=SCREEN)
    desk.be()
    desk.accept()
    player = desk.page.locator(".recorded audio")
    expect(player).to_be_visible()
    answer = desk.page.request.get(f"{program.url}/recordings/{wanted.pk}/sound/")
    assert (answer.status, answer.headers["content-type"], len(answer.body())) == (200, "audio/wav", len(sound()))
    length = player.evaluate(LENGTH)
    assert 1.9 < length < 2.1
    look(desk.page, "voicemail")
    desk.page.locator(".recorded").get_by_role("button", name="Call back").click()
    expect(desk.page.locator("#dialogs dialog")).to_be_visible()
    desk.page.keyboard.press("Escape")
    with program.rows():
        until(lambda: Recording.objects.get(pk=wanted.pk).hearings.filter(by=agent).exists())
    desk.page.context.add_cookies([{"name": "language", "value": "ar", "url": program.url}])
    desk.page.emulate_media(color_scheme="dark")
    desk.page.reload()
    expect(player).to_be_visible()
    look(desk.page, "voicemail-dark-arabic")
    desk.page.set_viewport_size({"width": 390, "height": 800})
    look(desk.page, "voicemail-phone")
    with program.rows():
        routing.finish_talk(interaction=message, by=agent, now=timezone.now())
