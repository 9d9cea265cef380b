"""Mails come into a real mailbox and become contacts: once, whatever dies or changes in between."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from fanal.channels import contents
from fanal.channels.email import imap
from fanal.channels.models import ChannelAccount, MailCursor, MailGap, RawEvent, RawState
from fanal.events.models import Event
from fanal.intake.mail import mailbox as reading
from fanal.intake.mail.mailbox import Reader
from fanal.intake.mail.processing import process_waiting
from fanal.interactions.models import Interaction, Letter, Message
from fanal.routing.models import EntryState, QueueEntry
from tests.channels.email.dovecot import Dovecot
from tests.channels.email.letters import letter
from tests.servers import until

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def reader(account: ChannelAccount, mailbox: Dovecot) -> Iterator[Reader]:
    """Reads the mailbox in a thread of its own, as `fanal mail` does."""
    stop = threading.Event()
    thread = Reader(account=account, server=mailbox.server, stop=stop, taken=lambda: None)
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive()


def read_until(account: ChannelAccount, mailbox: Dovecot, *, taken: int, gaps: int = 0) -> None:
    """Read until so many mails were taken and so many could not be, and all of the mailbox was looked at."""

    def all_of_it() -> bool:
        cursor = MailCursor.objects.filter(account=account).first()
        last = max(mailbox.flags(), default=0)
        done = cursor is not None and cursor.uid >= last and cursor.validity > 0
        return done and RawEvent.objects.count() == taken and MailGap.objects.count() == gaps

    with reader(account, mailbox):
        until(all_of_it)


def test_a_mail_becomes_a_contact_that_waits_in_the_queue(mailbox: Dovecot, desk_address: ChannelAccount) -> None:
    mail = letter("Where is my parcel?\n\nOn Mon, 1 Mar 2026 at 10:00, Shop wrote:\n> We sent it.")
    mailbox.deliver(mail)
    read_until(desk_address, mailbox, taken=1)
    assert process_waiting() == 1
    raw = RawEvent.objects.get()
    assert (raw.state, contents.read(raw.body["sha256"])) == (RawState.PROCESSED, mail)
    entry = QueueEntry.objects.select_related("interaction", "queue").get()
    assert (entry.state, entry.queue.code, entry.channel) == (EntryState.WAITING, "post", "email")
    assert entry.interaction
    assert entry.interaction.source == "ana@customer.example"
    said = Letter.objects.select_related("message").get()
    assert (said.message.text, said.subject) == ("Where is my parcel?", "My parcel")
    assert "We sent it." in said.whole
    assert imap.TAKEN in mailbox.flags()[1]


def test_no_event_holds_an_address(mailbox: Dovecot, desk_address: ChannelAccount) -> None:
    mailbox.deliver(letter())
    read_until(desk_address, mailbox, taken=1)
    process_waiting()
    kept = [str(event.data) + str(event.audience) for event in Event.objects.all()]
    assert kept
    assert not [one for one in kept if "customer.example" in one]


def test_a_mail_that_comes_while_we_wait_is_taken_at_once(mailbox: Dovecot, desk_address: ChannelAccount) -> None:
    with reader(desk_address, mailbox):
        until(lambda: MailCursor.objects.filter(validity__gt=0).exists())
        mailbox.deliver(letter())
        until(lambda: RawEvent.objects.count() == 1, seconds=5)


def test_what_was_read_before_we_came_is_not_ours(mailbox: Dovecot, desk_address: ChannelAccount) -> None:
    mailbox.deliver(letter("An old one"), seen=True)
    mailbox.deliver(letter("A new one"))
    read_until(desk_address, mailbox, taken=1)
    process_waiting()
    assert Message.objects.get().text == "A new one"


def test_a_mail_delivered_again_is_one_contact(mailbox: Dovecot, desk_address: ChannelAccount) -> None:
    mail = letter()
    mailbox.deliver(mail, mail)
    read_until(desk_address, mailbox, taken=1)
    process_waiting()
    mailbox.deliver(mail)
    read_until(desk_address, mailbox, taken=1)
    process_waiting()
    assert (Interaction.objects.count(), Message.objects.count()) == (1, 1)
    assert all(imap.TAKEN in flags for flags in mailbox.flags().values())


def test_two_mails_with_one_message_id_are_two(mailbox: Dovecot, desk_address: ChannelAccount) -> None:
    mailbox.deliver(letter("One", message_id="<same@customer.example>"))
    mailbox.deliver(letter("Two", message_id="<same@customer.example>"))
    read_until(desk_address, mailbox, taken=2)
    process_waiting()
    assert sorted(Message.objects.values_list("text", flat=True)) == ["One", "Two"]


def test_a_mailbox_that_is_numbered_anew_loses_and_doubles_nothing(
    mailbox: Dovecot, desk_address: ChannelAccount
) -> None:
    mailbox.deliver(letter("One"), letter("Two"))
    read_until(desk_address, mailbox, taken=2)
    before = MailCursor.objects.get()
    mailbox.stop()
    mailbox.number_anew()
    mailbox.start()
    mailbox.deliver(letter("Three"))
    read_until(desk_address, mailbox, taken=3)
    process_waiting()
    after = MailCursor.objects.get()
    assert after.validity != before.validity
    assert sorted(Message.objects.values_list("text", flat=True)) == ["One", "Three", "Two"]


def test_what_the_server_says_at_the_end_of_another_answer_is_looked_for_at_once(
    mailbox: Dovecot, desk_address: ChannelAccount
) -> None:
    with imap.opened(mailbox.server) as session:
        assert session.after(0) == []
        mailbox.deliver(letter("One"))
        assert session.sizes([7]) == {}  # the server says here that there is one, and not again
        began = time.monotonic()
        session.wait(stopped=lambda: time.monotonic() > began + 10)
        assert time.monotonic() < began + 5
        assert session.after(0) == [1]
        session.wait(stopped=lambda: True)
        began = time.monotonic()
        session.wait(stopped=lambda: time.monotonic() > began + 2)
        assert time.monotonic() > began + 1, "it was looked for, so it is waited again"


def test_what_came_just_before_the_waiting_began_is_looked_for_at_once(
    mailbox: Dovecot, desk_address: ChannelAccount
) -> None:
    with imap.opened(mailbox.server) as session:
        assert session.after(0) == []
        mailbox.deliver(letter("One"))
        began = time.monotonic()
        session.wait(stopped=lambda: time.monotonic() > began + 10)
        assert time.monotonic() < began + 5
        assert session.after(0) == [1]


def test_no_mark_is_set_when_the_numbers_changed_between_fetching_and_marking(
    mailbox: Dovecot, desk_address: ChannelAccount
) -> None:
    mailbox.deliver(letter("One"))
    with imap.opened(mailbox.server) as session:
        found = session.contents(session.after(0))
        session.validity -= 1
        with pytest.raises(imap.Changed):
            session.mark_taken(sorted(found))
    assert not any(imap.TAKEN in flags for flags in mailbox.flags().values())


def test_a_reader_that_dies_between_storing_and_marking_leaves_one_contact(
    mailbox: Dovecot, desk_address: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox.deliver(letter("One"), letter("Two"))
    monkeypatch.setattr(imap.Mailbox, "mark_taken", lambda *_: (_ for _ in ()).throw(ConnectionResetError()))
    with reader(desk_address, mailbox):
        until(lambda: RawEvent.objects.count() == 2)
    assert MailCursor.objects.get().uid == 0
    monkeypatch.undo()
    read_until(desk_address, mailbox, taken=2)
    process_waiting()
    assert sorted(Message.objects.values_list("text", flat=True)) == ["One", "Two"]
    assert all(imap.TAKEN in flags for flags in mailbox.flags().values())


def test_nothing_is_marked_that_could_not_be_stored(
    mailbox: Dovecot, desk_address: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_content: bytes) -> str:
        raise OSError(28, "No space left on device")

    mailbox.deliver(letter())
    monkeypatch.setattr(contents, "keep", full)
    with reader(desk_address, mailbox) as thread:
        until(lambda: "No space left" in thread.problem)
    assert not any(imap.TAKEN in flags for flags in mailbox.flags().values())
    monkeypatch.undo()
    read_until(desk_address, mailbox, taken=1)


def test_a_mail_that_cannot_be_fetched_does_not_hold_up_the_next_and_is_tried_again(
    mailbox: Dovecot, desk_address: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched = imap.Mailbox.contents

    def choking(self: imap.Mailbox, uids: list[int]) -> dict[int, bytes]:
        if 2 in uids:
            raise ValueError("nobody can read this")
        return fetched(self, uids)

    mailbox.deliver(letter("One"), letter("Two"), letter("Three"))
    monkeypatch.setattr(imap.Mailbox, "contents", choking)
    read_until(desk_address, mailbox, taken=2, gaps=1)
    assert "nobody can read this" in MailGap.objects.get().reason
    monkeypatch.undo()
    read_until(desk_address, mailbox, taken=3)


def test_a_mail_that_the_server_gives_nothing_of_is_noted(
    mailbox: Dovecot, desk_address: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched = imap.Mailbox.contents
    monkeypatch.setattr(
        imap.Mailbox, "contents", lambda self, uids: {k: v for k, v in fetched(self, uids).items() if k != 1}
    )
    mailbox.deliver(letter("One"), letter("Two"))
    read_until(desk_address, mailbox, taken=1, gaps=1)
    monkeypatch.undo()
    read_until(desk_address, mailbox, taken=2)


def test_stopping_in_the_midst_of_the_first_look_leaves_nothing_behind(
    mailbox: Dovecot, desk_address: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "AT_ONCE", 1)
    mailbox.deliver(*(letter(f"Number {number}") for number in range(5)))
    stop = threading.Event()
    first = Reader(account=desk_address, server=mailbox.server, stop=stop, taken=stop.set)
    first.start()
    first.join(20)
    assert RawEvent.objects.count() == 1
    read_until(desk_address, mailbox, taken=5)


def test_a_mail_that_comes_during_the_first_look_is_taken(
    mailbox: Dovecot, desk_address: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    unread = imap.Mailbox.unread

    def slow(self: imap.Mailbox) -> list[int]:
        found = unread(self)
        mailbox.deliver(letter("Late"), seen=True)
        return found

    monkeypatch.setattr(imap.Mailbox, "unread", slow)
    mailbox.deliver(letter("One"))
    read_until(desk_address, mailbox, taken=2)


def test_two_readers_of_one_mailbox_are_one(mailbox: Dovecot, desk_address: ChannelAccount) -> None:
    with reader(desk_address, mailbox) as first:
        until(lambda: first.problem == "")
        with reader(desk_address, mailbox) as second:
            until(lambda: second.problem == "another process reads it")
            mailbox.deliver(letter())
            until(lambda: RawEvent.objects.count() == 1)


def test_a_reader_that_was_replaced_moves_the_cursor_no_more(mailbox: Dovecot, desk_address: ChannelAccount) -> None:
    read_until(desk_address, mailbox, taken=0)
    old = MailCursor.objects.get()
    read_until(desk_address, mailbox, taken=0)
    late = Reader(account=desk_address, server=mailbox.server, stop=threading.Event(), taken=lambda: None)
    late.holder = old.holder
    with pytest.raises(reading.Lost):
        late._move(old, 99)
    assert MailCursor.objects.get().uid != 99


def test_a_server_that_goes_away_is_waited_for(mailbox: Dovecot, desk_address: ChannelAccount) -> None:
    with reader(desk_address, mailbox) as thread:
        until(lambda: thread.problem == "")
        mailbox.stop()
        until(lambda: thread.problem != "")
        mailbox.start()
        mailbox.deliver(letter())
        until(lambda: RawEvent.objects.count() == 1)


def test_garbage_in_the_mailbox_is_taken_and_the_next_too(mailbox: Dovecot, desk_address: ChannelAccount) -> None:
    garbage = [bytes(random.Random(seed).randbytes(500)).replace(b"\0", b"x") for seed in range(5)]
    mailbox.deliver(*garbage, letter("The next one"))
    read_until(desk_address, mailbox, taken=6)
    process_waiting()
    assert Message.objects.count() == 6
    assert Message.objects.filter(text="The next one").exists()
