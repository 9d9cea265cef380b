"""The door for our MTA: 250 only for what is durable, one answer a recipient, and a process that may die at any time."""

import os
import signal
import smtplib
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from fanal.channels import contents
from fanal.channels.models import ChannelAccount, RawEvent, RawState
from fanal.environment import environment
from fanal.intake.mail import room
from fanal.intake.mail.processing import Processing, process_waiting
from fanal.interactions.models import Interaction, Message
from tests.channels.email.letters import ADDRESS, an_account, letter
from tests.servers import address_of, free_ports

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def account() -> ChannelAccount:
    return an_account(listener=True)


@contextmanager
def listening(scheme: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The listener alone, without processing."""
    [port] = free_ports(1)
    monkeypatch.setattr(environment, "mail_listen", f"{scheme}://127.0.0.1:{port}")
    stop = threading.Event()
    thread = room._listen(stop, Processing(stop=stop))
    try:
        wait_for_greeting(port)
        yield port
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()


def wait_for_greeting(port: int, *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            with smtplib.LMTP("127.0.0.1", port):
                return
        except (OSError, smtplib.SMTPException):
            assert time.monotonic() < deadline, "nobody listens"
            time.sleep(0.05)


def test_what_the_mta_hands_over_is_stored_and_becomes_a_contact(
    account: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening("lmtp", monkeypatch) as port, smtplib.LMTP("127.0.0.1", port) as mta:
        assert mta.sendmail("ana@customer.example", [ADDRESS], letter()) == {}
        raw = RawEvent.objects.get()
        assert (raw.state, contents.path_of(raw.body["sha256"]).exists()) == (RawState.RECEIVED, True)
    process_waiting()
    assert Interaction.objects.get().source == "ana@customer.example"


def test_the_same_mail_handed_over_again_is_one(account: ChannelAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    mail = letter()
    with listening("lmtp", monkeypatch) as port:
        for _ in range(3):
            with smtplib.LMTP("127.0.0.1", port) as mta:
                mta.sendmail("ana@customer.example", [ADDRESS], mail)
    process_waiting()
    assert (RawEvent.objects.count(), Message.objects.count()) == (1, 1)


def test_nobody_else_gets_mail_here(account: ChannelAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    with listening("lmtp", monkeypatch) as port, smtplib.LMTP("127.0.0.1", port) as mta:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            mta.sendmail("ana@customer.example", ["someone@else.example"], letter())
        assert refused.value.recipients["someone@else.example"][0] == 550
    assert not RawEvent.objects.exists()


def test_an_address_that_we_made_for_reports_is_one_of_ours(
    account: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = {"reply_address": "reply+{token}@shop.example", "return_address": "bounce-{token}@returns.shop.example"}
    ChannelAccount.objects.filter(pk=account.pk).update(settings={**account.settings, **made})
    with listening("lmtp", monkeypatch) as port, smtplib.LMTP("127.0.0.1", port) as mta:
        mta.ehlo_or_helo_if_needed()
        mta.mail("")
        assert mta.rcpt("bounce-0123@returns.shop.example")[0] == 250
        assert mta.rcpt("bounce-@returns.shop.example")[0] == 550
        assert mta.rcpt("bounce-0123@else.example")[0] == 550


def test_each_recipient_has_an_answer_of_its_own(account: ChannelAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    other = ChannelAccount.objects.create(
        kind="email", code="sales", name="Sales", address="sales@shop.example", settings={"listener": True}
    )
    with listening("lmtp", monkeypatch) as port, smtplib.LMTP("127.0.0.1", port) as mta:
        mta.ehlo_or_helo_if_needed()
        mta.mail("ana@customer.example")
        for address in (ADDRESS, "support+reply@shop.example", "sales@shop.example"):
            assert mta.rcpt(address)[0] == 250
        code, _ = mta.data(letter())
        others = [mta.getreply()[0] for _ in range(2)]
        assert [code, *others] == [250, 250, 250]
    assert sorted(RawEvent.objects.values_list("account", flat=True)) == sorted([account.pk, other.pk])


def test_the_mta_keeps_what_we_cannot_store(account: ChannelAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_content: bytes) -> str:
        raise OSError(28, "No space left on device")

    with listening("lmtp", monkeypatch) as port:
        monkeypatch.setattr(contents, "keep", full)
        with smtplib.LMTP("127.0.0.1", port) as mta, pytest.raises(smtplib.SMTPDataError) as refused:
            mta.sendmail("ana@customer.example", [ADDRESS], letter())
        assert refused.value.smtp_code == 451
        monkeypatch.undo()
    assert not RawEvent.objects.exists()


def test_lines_without_end_and_any_bytes_are_taken(account: ChannelAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    long = b"From: ana@customer.example\r\n\r\n" + b"a" * 100_000 + b"\r\n"
    odd = b"From: ana@customer.example\r\n\r\n" + bytes(set(range(256)) - {10, 13}) + b"\r\n"
    with listening("smtp", monkeypatch) as port, smtplib.SMTP("127.0.0.1", port) as mta:
        for content in (long, odd):
            assert mta.sendmail("ana@customer.example", [ADDRESS], content) == {}
    process_waiting()
    assert Message.objects.count() == 2


def test_no_mail_that_was_answered_with_250_is_lost_however_often_the_process_is_killed(
    account: ChannelAccount, tmp_path: Path, settings: Any
) -> None:
    """The sender behaves as an MTA: it hands over again whatever was not answered."""
    settings.MEDIA_ROOT = tmp_path / "files"
    [port] = free_ports(1)
    mails = [letter(f"Number {number}") for number in range(30)]
    waiting, doubled = list(enumerate(mails)), 0
    kills = 4
    while waiting:
        process = start(port, home=tmp_path)
        try:
            if kills:
                timer = threading.Timer(0.02 + 0.03 * kills, process.send_signal, [signal.SIGKILL])
            wait_for_greeting(port)
            if kills:
                timer.start()
                kills -= 1
            for number, mail in list(waiting):
                with smtplib.LMTP("127.0.0.1", port) as mta:
                    mta.sendmail("ana@customer.example", [ADDRESS], mail)
                waiting.remove((number, mail))
        except (OSError, smtplib.SMTPException):
            doubled += 1
        finally:
            process.kill()
            process.wait(10)
            until_alone()
    assert doubled
    process_waiting()
    said = Message.objects.values_list("text", flat=True)
    assert sorted(said) == sorted(f"Number {number}" for number in range(30))
    assert set(RawEvent.objects.values_list("state", flat=True)) == {RawState.PROCESSED}


def until_alone(*, seconds: float = 10) -> None:
    """The server may take a moment to notice that a process is not there any more."""
    deadline = time.monotonic() + seconds
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
            if cursor.fetchone()[0] == 1:
                return
        assert time.monotonic() < deadline, "somebody is still connected"
        time.sleep(0.05)


def start(port: int, *, home: Path) -> subprocess.Popen[bytes]:
    """The real `fanal mail` on the tests' database."""
    given = {
        "DATABASE_URL": address_of(),
        "FANAL_HOME": str(home),
        "FANAL_MAIL_LISTEN": f"lmtp://127.0.0.1:{port}",
        "FANAL_SECRET": "a secret of the tests that is long enough",
    }
    return subprocess.Popen([sys.executable, "-m", "fanal", "mail"], env={**os.environ, **given})
