"""A mail server that takes the connection and never says a word: only sending waits for it."""

import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from fanal.channels.email import smtp
from fanal.channels.models import ChannelAccount
from fanal.environment import environment
from fanal.intake import actions as intake
from fanal.intake.mail.processing import process_waiting
from fanal.intake.mail.sending import Sending
from fanal.intake.mail.taking import take
from fanal.interactions import actions as interactions
from fanal.interactions.models import Author, DeliveryState, Interaction, Message
from fanal.routing.models import Queue
from tests.channels.email.letters import an_account, letter
from tests.channels.email.test_receiving import until
from tests.people import an_agent

pytestmark = pytest.mark.django_db(transaction=True)


def test_while_a_mail_server_says_nothing_mails_and_chats_come_in_and_the_answer_is_tried_again(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    monkeypatch.setattr(smtp, "PATIENCE", 4.0)
    account = an_account()
    Queue.objects.create(code="orders", name="Orders")
    shop = ChannelAccount.objects.create(kind="webchat", code="shop", name="Shop", settings={"queue": "orders"})
    take(account=account, content=letter("first"), way="listener", now=timezone.now())
    process_waiting()
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as hole:
        monkeypatch.setattr(environment, "smtp_url", f"smtp://127.0.0.1:{hole.getsockname()[1]}")
        interactions.add_message(
            interaction=Interaction.objects.get(), author=Author.AGENT, text="Soon", external_id="1", agent=an_agent(),
            now=timezone.now(),
        )  # fmt: skip
        sending = Sending(stop=stop)
        sending.start()
        try:
            answer = Message.objects.get(author="agent")
            until(lambda: Message.objects.get(pk=answer.pk).state == DeliveryState.SENDING)
            began = time.monotonic()
            take(account=account, content=letter("second"), way="listener", now=timezone.now())
            assert process_waiting() == 1
            raw = intake.receive(
                account=shop, external_id="v:1", kind="message", source="v", body={"text": "third"}, now=timezone.now()
            )
            intake.process(raw_id=raw.pk, now=timezone.now())
            assert time.monotonic() - began < 3
            assert Message.objects.get(pk=answer.pk).state == DeliveryState.SENDING
            assert Message.objects.filter(author="customer").count() == 3
            until(lambda: Message.objects.get(pk=answer.pk).state == DeliveryState.QUEUED)
            assert Message.objects.get(pk=answer.pk).letter.error
        finally:
            stop.set()
            sending.join(15)
            assert not sending.is_alive()
