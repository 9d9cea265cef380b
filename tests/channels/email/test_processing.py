"""What was taken of mail is processed in its order: what fails, is poison or waits for a disk holds up nobody else."""

import random
import time
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from fanal.channels import contents
from fanal.channels.models import ChannelAccount, RawEvent, RawState
from fanal.intake import actions as intake
from fanal.intake.mail import processing
from fanal.intake.mail.processing import process_waiting
from fanal.intake.mail.taking import take
from fanal.interactions.models import Interaction, Letter, Message
from tests.channels.email.dovecot import Dovecot
from tests.channels.email.letters import letter
from tests.channels.email.test_poison import PARKED, PARSED

pytestmark = pytest.mark.django_db(transaction=True)


def intake_of(account: ChannelAccount, content: bytes) -> RawEvent:
    return take(account=account, content=content, way="imap", now=timezone.now())


def test_poison_holds_up_nobody_and_is_shown_as_such(mailbox: Dovecot, desk_address: ChannelAccount) -> None:
    poison = [*PARSED.values(), *(content for content, _ in PARKED.values() if content)]
    small = [content for content in poison if len(content) < 2 * 2**20]
    garbage = [random.Random(seed).randbytes(2000) for seed in range(5)]
    for content in (*small, *garbage, letter("The next one")):
        intake_of(desk_address, content)
    process_waiting()
    assert set(RawEvent.objects.values_list("state", "reason")) == {(RawState.PROCESSED, "")}
    assert Message.objects.count() == RawEvent.objects.count() == Letter.objects.count()
    assert Message.objects.latest("id").text == "The next one"
    parked = Letter.objects.exclude(parked="")
    assert {"no_headers", "too_deep", "too_many_addresses"} <= set(parked.values_list("parked", flat=True))
    assert all(contents.path_of(one.raw).exists() for one in parked)
    assert not Interaction.objects.filter(queue_entries=None).exists()


def test_a_mail_whose_bytes_are_gone_is_quarantined_and_the_next_is_not(desk_address: ChannelAccount) -> None:
    lost = intake_of(desk_address, letter("One"))
    intake_of(desk_address, letter("Two"))
    contents.path_of(lost.body["sha256"]).unlink()
    process_waiting()
    lost.refresh_from_db()
    assert (lost.state, lost.reason) == (RawState.QUARANTINED, "content_is_gone")
    assert Message.objects.get().text == "Two"


def test_a_full_disk_leaves_a_mail_with_a_file_received_and_the_next_goes_on(
    desk_address: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_content: bytes) -> str:
        raise OSError(28, "No space left on device")

    with_file = (
        b"From: ana@customer.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nLook\r\n"
        b"--b\r\nContent-Type: text/csv; name=a.csv\r\n\r\n1,2\r\n--b--\r\n"
    )
    first = intake_of(desk_address, with_file)
    intake_of(desk_address, letter("Next"))
    monkeypatch.setattr(contents, "keep", full)
    process_waiting()
    first.refresh_from_db()
    assert (first.state, Message.objects.get().text) == (RawState.RECEIVED, "Next")
    monkeypatch.undo()
    process_waiting()
    first.refresh_from_db()
    assert first.state == RawState.PROCESSED
    assert Message.objects.get(text="Look").attachments.get().name == "a.csv"


def test_the_next_mails_are_understood_while_one_is_written_and_all_are_written_in_order(
    desk_address: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        take(account=desk_address, content=letter(f"Number {number}"), way="listener", now=timezone.now())
    gone = take(account=desk_address, content=letter("gone"), way="listener", now=timezone.now())
    contents.path_of(gone.body["sha256"]).unlink()
    take(account=desk_address, content=letter("Number 6"), way="listener", now=timezone.now())
    understood: list[int] = []
    before = []
    understand, follow = processing.understand_mail, intake.follow

    def noted(raw: RawEvent) -> Any:
        understood.append(raw.pk)
        return understand(raw)

    def followed(**given: Any) -> None:
        deadline = time.monotonic() + 5
        while len(understood) < min(8, Message.objects.count() + 2) and time.monotonic() < deadline:
            time.sleep(0.01)
        before.append(len(understood) - Message.objects.count())
        follow(**given)

    monkeypatch.setattr(processing, "understand_mail", noted)
    monkeypatch.setattr(intake, "follow", followed)
    assert process_waiting() == 8
    said = Message.objects.order_by("pk").values_list("text", flat=True)
    assert list(said) == [f"Number {number}" for number in range(7)]
    assert max(before) > 1
    gone.refresh_from_db()
    assert (gone.state, gone.reason) == (RawState.QUARANTINED, "content_is_gone")


def test_what_belongs_to_a_mail_that_a_fault_left_waits_with_it_and_the_others_go_on(
    desk_address: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = letter("First", sender="ana@customer.example", message_id="<first@customer.example>")
    second = letter(
        "Second", sender="ana@customer.example", message_id="<second@x.example>", in_reply_to="<first@customer.example>"
    )
    other = letter("Other", sender="ben@customer.example")
    for content in (first, second, other):
        take(account=desk_address, content=content, way="listener", now=timezone.now())
    follow, left = intake.follow, iter([True])

    def failing(**given: Any) -> None:
        if next(left, False):
            raise OperationalError("the connection is lost")
        follow(**given)

    monkeypatch.setattr(intake, "follow", failing)
    process_waiting()
    assert [one.text for one in Message.objects.all()] == ["Other"]
    process_waiting()
    assert [one.text for one in Message.objects.order_by("pk")] == ["Other", "First", "Second"]
    assert Interaction.objects.count() == 2


def test_a_mail_that_begins_a_contact_asks_the_database_no_more_than_this(desk_address: ChannelAccount) -> None:
    """Speed is questions: with 53 of them a second brought 23 mails, with 34 it brings 46."""
    asked: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append(sql)
        return execute(sql, params, many, context)

    for number in range(2):
        take(account=desk_address, content=letter(f"Number {number}"), way="listener", now=timezone.now())
        with connection.execute_wrapper(note):
            asked.clear()
            process_waiting()
    assert Interaction.objects.count() == 2
    assert len(asked) <= 36, "\n".join(sql[:80] for sql in asked)


def test_understanding_a_mail_holds_no_lock(desk_address: ChannelAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    understand = intake.understand

    def looked(raw: RawEvent) -> object:
        seen.append(connection.in_atomic_block)
        return understand(raw)

    monkeypatch.setattr(intake, "understand", looked)
    intake_of(desk_address, letter())
    process_waiting()
    assert seen == [False]
