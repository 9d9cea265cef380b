"""The real `fanal mail`, killed again and again: what was delivered is here once, what was sent is sent once."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from fanal.channels.models import ChannelAccount, RawEvent
from fanal.channels.opening import sealed_password
from fanal.interactions import actions as interactions
from fanal.interactions.actions import outbox
from fanal.interactions.models import Author, DeliveryState, Interaction, Message
from fanal.running.verify import verify
from tests import servers
from tests.channels.email import dovecot
from tests.channels.email.letters import an_account, letter
from tests.channels.email.outside import world
from tests.people import an_agent
from tests.servers import address_of, alone

pytestmark = pytest.mark.django_db(transaction=True)
until = partial(servers.until, seconds=40)


@pytest.fixture
def account(mailbox: dovecot.Dovecot) -> ChannelAccount:
    server = mailbox.server
    return an_account(
        imap={"host": server.host, "port": server.port, "security": "none", "user": server.user},
        imap_password=sealed_password(server.password),
    )


@pytest.fixture
def start(tmp_path: Path, settings: Any) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    settings.MEDIA_ROOT = tmp_path / "files"
    running: list[subprocess.Popen[bytes]] = []

    def started(**more: str) -> subprocess.Popen[bytes]:
        given = {
            "DATABASE_URL": address_of(),
            "FANAL_HOME": str(tmp_path),
            "FANAL_SECRET": settings.SECRET_KEY,
            "FANAL_SMTP_URL": "",
        }
        command = [sys.executable, "-m", "fanal", "mail"]
        running.append(subprocess.Popen(command, env={**os.environ, **given, **more}))
        return running[-1]

    yield started
    for process in running:
        process.kill()
        process.wait(10)
    until(alone)


def test_every_mail_in_the_mailbox_is_one_contact_however_often_the_reader_is_killed(
    mailbox: dovecot.Dovecot, account: ChannelAccount, start: Callable[..., subprocess.Popen[bytes]]
) -> None:
    rng, delivered = random.Random(7), 0
    for _ in range(4):
        for _ in range(6):
            mailbox.deliver(letter(f"Number {delivered}"))
            delivered += 1
        before = RawEvent.objects.count()
        process = start()
        until(lambda before=before: RawEvent.objects.count() > before)  # type: ignore[misc]
        time.sleep(rng.random() * 0.15)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    start()
    until(lambda: Message.objects.count() == delivered)
    said = Message.objects.values_list("text", flat=True)
    assert sorted(said) == sorted(f"Number {number}" for number in range(delivered))
    assert RawEvent.objects.exclude(state="processed").count() == 0
    assert [verdict.invariant.name for verdict in verify() if not verdict.holds] == []


def test_a_sender_that_is_killed_before_the_answer_came_leaves_one_mail_and_says_unknown(
    account: ChannelAccount, start: Callable[..., subprocess.Popen[bytes]]
) -> None:
    with world() as outside:
        outside.thinks = 5.0
        now = timezone.now()
        contact = interactions.start(account=account, source="ana@customer.example", thread="t" * 24, now=now)
        said = interactions.add_message(
            interaction=contact, author=Author.AGENT, text="Once", external_id="1", agent=an_agent(), now=now
        )
        process = start(FANAL_SMTP_URL=outside.address)
        until(lambda: outside.mails)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        start(FANAL_SMTP_URL=outside.address)
        time.sleep(2)
        assert Message.objects.get(pk=said.pk).state == DeliveryState.SENDING
        interactions.give_up_lost(now=timezone.now() + outbox.UNKNOWN_AFTER * 2)
        assert Message.objects.get(pk=said.pk).state == DeliveryState.UNKNOWN
        assert len(outside.mails) == 1
    assert Interaction.objects.count() == 1
