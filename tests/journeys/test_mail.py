"""A day with a mail: into a real mailbox, through the real process, onto the desk, out by SMTP, and back again."""

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from fanal.cases import actions as cases
from fanal.cases.models import CaseType
from fanal.channels.models import ChannelAccount
from fanal.channels.opening import sealed_password
from fanal.customers.models import ContactPoint, Customer
from fanal.interactions import actions as interactions
from fanal.interactions.models import Interaction, Letter, Message, TopicOrigin
from fanal.running.verify import verify
from tests import servers
from tests.channels.email import dovecot
from tests.channels.email.letters import an_account, letter
from tests.channels.email.outside import World, world
from tests.journeys import test_desk_pages as pages
from tests.journeys.test_desk_pages import take, text_of
from tests.servers import address_of, alone

pytestmark = pytest.mark.django_db(transaction=True)
until = partial(servers.until, seconds=30)
agent, desk = pages.agent, pages.desk


@pytest.fixture
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dovecot.Dovecot]:
    if not dovecot.PROGRAM:
        pytest.skip("NOT TESTED: Dovecot is not installed (apt-get install dovecot-imapd)")
    with dovecot.running(tmp_path_factory.mktemp("dovecot")) as server:
        yield server


@pytest.fixture
def outside() -> Iterator[World]:
    with world() as there:
        yield there


@pytest.fixture
def account(mailbox: dovecot.Dovecot) -> ChannelAccount:
    server = mailbox.server
    return an_account(
        imap={"host": server.host, "port": server.port, "security": "none", "user": server.user},
        imap_password=sealed_password(server.password),
    )


@pytest.fixture
def post_room(account: ChannelAccount, outside: World, tmp_path: Path, settings: Any) -> Iterator[None]:
    """The real `fanal mail` on the tests' database, with the tests' secret and files."""
    settings.MEDIA_ROOT = tmp_path / "files"
    given = {
        "DATABASE_URL": address_of(),
        "FANAL_HOME": str(tmp_path),
        "FANAL_SECRET": settings.SECRET_KEY,
        "FANAL_SMTP_URL": outside.address,
    }
    process = subprocess.Popen([sys.executable, "-m", "fanal", "mail"], env={**os.environ, **given})
    try:
        yield
    finally:
        process.terminate()
        assert process.wait(30) == 0
        until(alone)


def test_a_mail_is_answered_and_answered_again(
    post_room: None, mailbox: dovecot.Dovecot, outside: World, desk: Client
) -> None:
    ana = Customer.objects.create(name="Ana Diaz")
    ContactPoint.objects.create(customer=ana, kind="email", value="ana@customer.example")
    mailbox.deliver(letter("Where is <b>my</b> parcel?"))
    until(lambda: Message.objects.count() == 1)
    contact = take(desk)
    page = text_of(desk.get(f"/interactions/{contact.pk}/"))
    for wanted in ("My parcel", "Where is &lt;b&gt;my&lt;/b&gt; parcel?", "ana@customer.example", "Ana Diaz"):
        assert wanted in page
    case = cases.open_case(
        type=CaseType.objects.create(code="parcel", name="Parcel"), subject="Late", origin="agent", customer=ana,
        interaction=contact.pk, now=timezone.now(), by=None,
    )  # fmt: skip
    interactions.add_topic(interaction=contact, case=case, origin=TopicOrigin.AGENT, now=timezone.now())
    said = {"text": "It comes tomorrow.", "as": "message", "external_id": "desk-1"}
    assert "Queued" in text_of(desk.post(f"/interactions/{contact.pk}/messages/", said))
    until(lambda: outside.mails)
    [mail] = outside.letters
    assert (mail["To"], mail["Subject"]) == ("ana@customer.example", "Re: My parcel")
    until(lambda: Message.objects.filter(author="agent", state="sent").exists())

    answer = {"subject": "Re: My parcel", "in_reply_to": str(mail["Message-ID"])}
    mailbox.deliver(letter("Thank you.\n\nOn Mon, 2 Mar 2026 at 10:00, Support wrote:\n> It comes.", **answer))
    until(lambda: contact.messages.filter(text="Thank you.").exists())
    assert "With what was quoted" in text_of(desk.get(f"/interactions/{contact.pk}/lines/"))
    text_of(desk.post(f"/interactions/{contact.pk}/ending/"))

    mailbox.deliver(letter("It did not come.", **answer))
    until(lambda: Interaction.objects.count() == 2)
    until(lambda: Letter.objects.count() == 4)
    again = Interaction.objects.latest("pk")
    assert (again.thread, again.customer) == (contact.thread, ana)
    assert [topic.case for topic in again.topics.all()] == [case]
    assert [verdict.invariant.name for verdict in verify() if not verdict.holds] == []


def test_a_message_that_failed_is_shown_so_and_sent_again_by_a_person(
    post_room: None, mailbox: dovecot.Dovecot, outside: World, desk: Client
) -> None:
    mailbox.deliver(letter())
    until(lambda: Message.objects.count() == 1)
    contact = take(desk)
    outside.recipients["ana@customer.example"] = "550 5.1.1 No such user"
    desk.post(f"/interactions/{contact.pk}/messages/", {"text": "Hello", "as": "message"})
    until(lambda: contact.messages.filter(state="failed").exists())
    page = text_of(desk.get(f"/interactions/{contact.pk}/lines/"))
    assert "No such user" in page
    assert "Send again" in page
    outside.recipients.clear()
    ours = Letter.objects.get(ours=True)
    assert desk.post(f"/letters/{ours.pk}/again/").status_code == 200
    until(lambda: contact.messages.filter(state="sent", author="agent").exists())
    assert desk.post(f"/letters/{ours.pk}/again/").status_code == 409
