"""Killed at each point between received and done, sent many times at once, claimed by many: each thing happens once."""

import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from fanal.channels.models import ChannelAccount, RawEvent
from fanal.environment import environment
from fanal.intake import actions as intake
from fanal.intake.mail.taking import take
from fanal.interactions import actions as interactions
from fanal.interactions.models import Author, Interaction, Letter, Message
from fanal.routing.models import Queue, QueueEntry
from fanal.running.verify import verify
from tests.channels.email.letters import an_account, letter
from tests.people import an_agent
from tests.servers import address_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

RECEIVER = """
import os, signal, sys
from fanal.running import program
program.begin()
from django.utils import timezone
from fanal.channels import contents
from fanal.channels.models import ChannelAccount
from fanal.intake import actions as intake
from fanal.intake.mail import processing, taking

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def after(module, name):
    real = getattr(module, name)
    def both(*given, **named):
        real(*given, **named)
        die()
    setattr(module, name, both)

match sys.argv[1]:
    case "nothing kept":
        taking.contents = type("Dying", (), {"keep": staticmethod(die)})
    case "kept, not stored":
        after(contents, "keep")
    case "stored, not acknowledged":
        after(taking, "receive")
    case "understood, nothing written":
        processing.process = die
    case "in the midst of the transaction":
        after(intake, "follow")
    case "done, nobody told":
        after(processing, "process")
taking.take(account=ChannelAccount.objects.get(), content=sys.stdin.buffer.read(), way="listener", now=timezone.now())
print("250", flush=True)
processing.process_waiting()
"""
POINTS = (
    "nothing kept", "kept, not stored", "stored, not acknowledged", "understood, nothing written",
    "in the midst of the transaction", "done, nobody told",
)  # fmt: skip


@pytest.fixture
def account(tmp_path: Path, settings: Any) -> ChannelAccount:
    settings.MEDIA_ROOT = tmp_path / "files"
    return an_account()


@pytest.mark.parametrize("point", POINTS)
def test_a_receiver_that_is_killed_at_this_point_loses_and_doubles_nothing(
    account: ChannelAccount, tmp_path: Path, settings: Any, point: str
) -> None:
    content = letter("Once, please")

    def deliver(point: str) -> subprocess.CompletedProcess[bytes]:
        given = {"DATABASE_URL": address_of(), "FANAL_HOME": str(tmp_path), "FANAL_SECRET": settings.SECRET_KEY}
        return subprocess.run(
            [sys.executable, "-c", RECEIVER, point], input=content, env={**os.environ, **given}, stdout=subprocess.PIPE,
            check=False, timeout=60,
        )  # fmt: skip

    killed = deliver(point)
    assert killed.returncode == -signal.SIGKILL
    if b"250" not in killed.stdout:
        assert not Message.objects.exists()
    again = deliver("")  # the sender tries again what was not acknowledged, and repeats what was
    assert again.returncode == 0
    assert [one.text for one in Message.objects.all()] == ["Once, please"]
    assert RawEvent.objects.get().state == "processed"
    assert QueueEntry.objects.count() == 1
    assert [verdict.invariant.name for verdict in verify() if not verdict.holds] == []


def at_once(work: list[Callable[[], object]], threads: int) -> None:
    """All of it, by so many threads, each with a connection of its own."""

    def done(one: Callable[[], object]) -> None:
        try:
            one()
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        for outcome in [pool.submit(done, one) for one in work]:
            outcome.result(timeout=120)


def test_everything_eight_times_at_once_and_shuffled_is_there_once(account: ChannelAccount) -> None:
    Queue.objects.create(code="orders", name="Orders")
    shop = ChannelAccount.objects.create(kind="webchat", code="shop", name="Shop", settings={"queue": "orders"})

    def said(visitor: int, number: int) -> None:
        raw = intake.receive(
            account=shop, external_id=f"v{visitor}:{number}", kind="message", source=f"v{visitor}",
            body={"text": f"{visitor}-{number}"}, now=timezone.now(),
        )  # fmt: skip
        intake.process(raw_id=raw.pk, now=timezone.now())

    def mailed(content: bytes) -> None:
        raw = take(account=account, content=content, way="listener", now=timezone.now())
        intake.process(raw_id=raw.pk, now=timezone.now())

    mails = [letter(f"mail {number}", sender=f"m{number}@customer.example") for number in range(4)]
    work: list[Callable[[], object]] = [lambda v=v, n=n: said(v, n) for v in range(3) for n in range(4)] * 8  # type: ignore[misc]
    work += [lambda content=content: mailed(content) for content in mails] * 8  # type: ignore[misc]
    random.Random(4).shuffle(work)
    at_once(work, threads=8)
    texts = Counter(Message.objects.values_list("text", flat=True))
    assert set(texts.values()) == {1}
    assert len(texts) == 3 * 4 + 4
    assert Interaction.objects.count() == 3 + 4
    assert not RawEvent.objects.exclude(state="processed").exists()


def test_two_hundred_things_claimed_by_twenty_are_each_done_once(
    account: ChannelAccount, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "outgoing"
    monkeypatch.setattr(environment, "smtp_url", folder.as_uri())
    contact = interactions.start(account=account, source="ana@customer.example", thread="t" * 24, now=timezone.now())
    agent = an_agent()
    for number in range(200):
        interactions.add_message(
            interaction=contact, author=Author.AGENT, text=str(number), external_id=str(number), agent=agent,
            now=timezone.now(),
        )  # fmt: skip
    guard, sent = threading.Lock(), Counter[str]()
    from fanal.channels.email import adapter

    def counted(content: bytes, folder: Path, *, message_id: str) -> None:
        with guard:
            sent[message_id] += 1

    monkeypatch.setattr(adapter, "put_down", counted)

    def send_all() -> None:
        while interactions.send_next(now=timezone.now()):
            pass

    at_once([send_all] * 20, threads=20)
    assert len(sent) == 200
    assert set(sent.values()) == {1}
    assert set(Letter.objects.values_list("attempts", flat=True)) == {1}
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
