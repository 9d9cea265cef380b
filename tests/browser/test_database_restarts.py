"""The database stops under open windows and comes back: everything goes on by itself, nothing lost, nothing twice."""

import contextlib
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect
from procrastinate.contrib.django.models import ProcrastinateJob

from fanal.agents.models import Agent, Permission, Role
from fanal.channels.models import ChannelAccount
from fanal.intake.tasks import sweep
from fanal.interactions.models import Interaction, Message
from fanal.routing import actions as routing
from fanal.routing.models import Queue
from tests.browser.test_widget import Site, open_chat, say
from tests.installation import Installation
from tests.journeys.streams import Stream

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
DOWN_FOR = 4.0


@pytest.fixture
def installation(
    assets: None, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any
) -> Iterator[Installation]:
    running = Installation(tmp_path_factory.mktemp("up") / "h")
    try:
        running.wait_until_it_answers()
        with django_db_blocker.unblock():
            yield running
    finally:
        running.close()


class Listening(threading.Thread):
    """Reads an agent's event stream to its end, without ever connecting anew."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        super().__init__(daemon=True)
        self.stream = Stream(port, headers=headers)
        self.stream.connection.sock.settimeout(120)
        self.messages: list[object] = []
        self.start()

    def run(self) -> None:
        with contextlib.suppress(OSError, ValueError, AttributeError):
            while came := self.stream.next():
                if came[0] == "message.added":
                    self.messages.append(came[1]["message"])


def at_work(email: str) -> tuple[Agent, str]:
    """An agent who is available, and the key of their session."""
    from fanal.benches.browsers import sign_in

    role = Role.objects.create(code="hands", name="Hands", permissions=[Permission.HANDLE])
    agent = Agent.objects.create_user(email, name="Sara Haddad", role=role)
    routing.set_presence(agent=agent, state="available", by=agent, now=timezone.now())
    return agent, sign_in(agent)


def test_windows_and_streams_outlive_a_restart_of_the_database(
    installation: Installation, window: Callable[..., Page], request: pytest.FixtureRequest
) -> None:
    site = Site()
    request.addfinalizer(site.close)
    code = f"shop-{secrets.token_hex(4)}"
    with installation.rows():
        Queue.objects.create(code=code, name="Orders")
        chosen = {"sites": [site.origin], "queue": code, "title": "Harbour help"}
        ChannelAccount.objects.create(kind="webchat", code=code, name="Shop", settings=chosen)
        agent, key = at_work("sara@example.org")
    site.html = f'<!doctype html><script src="{installation.url}/widget/v1.js" data-account="{code}" async></script>'

    shop = window()
    shop.goto(site.origin)
    visitor = open_chat(shop)
    say(visitor, "before")
    expect(visitor.locator(".us .meta")).to_contain_text("sent")

    desk = window()
    desk.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": installation.url}])
    desk.goto(installation.url)
    desk.locator(".offer").get_by_role("button", name="Accept").click(timeout=30_000)
    lines, reply = desk.locator("#lines"), desk.locator("#reply")
    expect(lines).to_contain_text("before")
    cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={key}", "Origin": installation.url}
    listening = Listening(installation.port + 1, cookie)
    request.addfinalizer(listening.stream.close)

    with installation.without_database():
        say(visitor, "meanwhile")
        reply.fill("hello from the desk")
        reply.press("Enter")
        time.sleep(DOWN_FOR)
        expect(visitor.locator(".us.pending")).to_have_count(1)
        expect(reply).to_have_value("hello from the desk")  # nothing typed is lost

    expect(visitor.locator(".us.pending")).to_have_count(0, timeout=60_000)
    expect(lines).to_contain_text("meanwhile", timeout=60_000)
    for _ in range(20):
        reply.press("Enter")
        with contextlib.suppress(AssertionError):
            expect(lines.locator(".message.us", has_text="hello from the desk")).to_have_count(1, timeout=3_000)
            break
    expect(visitor.get_by_role("log")).to_contain_text("hello from the desk", timeout=60_000)
    say(visitor, "after")
    expect(lines).to_contain_text("after", timeout=30_000)

    expected = ["before", "meanwhile", "hello from the desk", "after"]
    with installation.rows():
        assert list(Message.objects.order_by("pk").values_list("text", flat=True)) == expected
        numbers = list(Message.objects.order_by("pk").values_list("pk", flat=True))
    expect(lines.locator(".message")).to_have_count(4)
    expect(visitor.locator(".message:not([data-greeting])")).to_have_count(4)
    deadline = time.monotonic() + 20
    while len(listening.messages) < 3 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert listening.messages == numbers[1:]

    with installation.rows():  # the worker came back too
        job = sweep.configure(queueing_lock="of this test").defer(timestamp=0)
        deadline = time.monotonic() + 60
        while ProcrastinateJob.objects.get(pk=job).status != "succeeded":
            assert time.monotonic() < deadline, "nobody carries out tasks any more"
            time.sleep(0.5)
        routing.finish_talk(interaction=Interaction.objects.get(), by=agent, now=timezone.now())
        assert not Interaction.objects.filter(ended_at=None).exists()
    assert installation.process.poll() is None
