"""What we write goes out by a real SMTP server: once, in its thread, and honestly where nobody knows."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections
from django.utils import timezone

from fanal.channels.email import servers, smtp, tokens
from fanal.channels.models import ChannelAccount
from fanal.channels.opening import reply_key, sealed_password
from fanal.channels.port import Refused
from fanal.environment import environment
from fanal.events.models import Event
from fanal.intake.actions import process
from fanal.intake.mail.sending import Sending
from fanal.intake.mail.taking import take
from fanal.interactions import actions as interactions
from fanal.interactions.actions import notices, outbox
from fanal.interactions.mailing import send
from fanal.interactions.models import Author, DeliveryState, Interaction, Letter, Notice
from tests.channels.email.letters import ADDRESS, an_account, letter
from tests.channels.email.outside import World, world
from tests.people import an_agent

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with world() as there:
        monkeypatch.setattr(environment, "smtp_url", there.address)
        yield there


@pytest.fixture
def account() -> ChannelAccount:
    return an_account(reply_address="reply+{token}@shop.example", signature={"en": "The shop"})


@pytest.fixture
def contact(account: ChannelAccount) -> Interaction:
    raw = take(account=account, content=letter(message_id="<q@customer.example>"), way="imap", now=NOW)
    process(raw_id=raw.pk, now=NOW)
    return Interaction.objects.get()


def write(contact: Interaction, text: str = "On its way.", **more: object) -> Letter:
    said = interactions.add_message(
        interaction=contact, author=Author.AGENT, text=text, external_id=text[:200], agent=an_agent(), now=NOW, **more
    )
    return said.letter


def state_of(letter: Letter) -> str:
    letter.refresh_from_db()
    letter.message.refresh_from_db()
    return letter.message.state


def test_an_answer_goes_out_in_its_thread(outside: World, contact: Interaction) -> None:
    ours = write(contact, "On its way.\n.\nبكرة – завтра")
    assert interactions.send_next(now=NOW)
    assert not interactions.send_next(now=NOW)
    assert state_of(ours) == DeliveryState.SENT
    [mail] = outside.letters
    assert (mail["To"], mail["From"]) == ("ana@customer.example", f"Support <{ADDRESS}>")
    assert (mail["Subject"], mail["Message-ID"]) == ("Re: My parcel", f"<{ours.header_id}>")
    assert mail["In-Reply-To"] == mail["References"] == "<q@customer.example>"
    assert mail["Reply-To"].endswith("@shop.example>")
    assert mail["Auto-Submitted"] is None
    said = mail.get_payload(decode=True)
    assert isinstance(said, bytes)
    assert said.decode().replace("\r\n", "\n").strip() == "On its way.\n.\nبكرة – завтра\n\n-- \nThe shop"


def test_files_go_along(outside: World, contact: Interaction) -> None:
    agent = an_agent()
    kept = interactions.attach(interaction=contact, name="été.txt", content=b"a bill", by=agent, now=NOW)
    interactions.add_message(
        interaction=contact, author=Author.AGENT, text="Here", external_id="1", agent=agent, attachment_ids=[kept.pk],
        now=NOW,
    )  # fmt: skip
    interactions.send_next(now=NOW)
    [mail] = outside.letters
    file = [part for part in mail.walk() if part.get_filename()]
    assert [(one.get_filename(), one.get_payload(decode=True)) for one in file] == [("été.txt", b"a bill")]


def test_what_the_program_says_is_marked_as_such(outside: World, contact: Interaction) -> None:
    interactions.add_message(interaction=contact, author=Author.SYSTEM, text="Closed", external_id="1", now=NOW)
    interactions.send_next(now=NOW)
    assert outside.letters[0]["Auto-Submitted"] == "auto-replied"


def test_the_answer_to_our_answer_comes_home(outside: World, contact: Interaction, account: ChannelAccount) -> None:
    write(contact)
    interactions.send_next(now=NOW)
    [mail] = outside.letters
    answer = letter("Thank you", to=str(mail["Reply-To"]), in_reply_to=str(mail["Message-ID"]))
    raw = take(account=account, content=answer, way="imap", now=NOW)
    process(raw_id=raw.pk, now=NOW)
    assert [one.text for one in contact.messages.all()] == ["Where is my parcel?", "On its way.", "Thank you"]


def test_not_now_is_tried_again_with_the_same_message_id_and_bytes(outside: World, contact: Interaction) -> None:
    outside.data = "451 4.3.0 Later"
    ours = write(contact)
    interactions.send_next(now=NOW)
    assert (state_of(ours), ours.error) == (DeliveryState.QUEUED, "451 4.3.0 Later")
    assert not interactions.send_next(now=NOW), "there is a pause"
    outside.data = "250 OK"
    assert interactions.send_next(now=NOW + outbox.PAUSES[0])
    assert state_of(ours) == DeliveryState.SENT
    assert outside.letters[0]["Message-ID"] == f"<{ours.header_id}>"


def test_what_is_never_taken_has_failed_in_the_end(outside: World, contact: Interaction) -> None:
    outside.data = "451 4.3.0 Later"
    ours, now = write(contact), NOW
    for _ in range(len(outbox.PAUSES) + 1):
        assert interactions.send_next(now=now)
        now += timedelta(days=1)
    assert state_of(ours) == DeliveryState.FAILED
    assert not interactions.send_next(now=now)


def test_a_no_is_final_until_a_person_says_otherwise(outside: World, contact: Interaction) -> None:
    outside.recipients["ana@customer.example"] = "550 5.1.1 No such user"
    ours = write(contact)
    interactions.send_next(now=NOW)
    assert (state_of(ours), ours.error) == (DeliveryState.FAILED, "550 5.1.1 No such user")
    assert not interactions.send_next(now=NOW + timedelta(days=1))
    outside.recipients.clear()
    assert interactions.send_again(message=ours.message, by=an_agent(), now=NOW)
    assert not interactions.send_again(message=ours.message, by=an_agent(), now=NOW)
    interactions.send_next(now=NOW)
    assert state_of(ours) == DeliveryState.SENT


def test_what_a_person_sends_again_is_tried_as_long_as_the_first_time(outside: World, contact: Interaction) -> None:
    outside.data = "451 4.3.0 Later"
    ours, now = write(contact), NOW
    for _ in range(len(outbox.PAUSES) + 1):
        interactions.send_next(now=now)
        now += timedelta(days=1)
    assert state_of(ours) == DeliveryState.FAILED
    interactions.send_again(message=ours.message, by=an_agent(), now=now)
    assert interactions.send_next(now=now)
    assert (state_of(ours), ours.next_at) == (DeliveryState.QUEUED, now + outbox.PAUSES[0])


def test_a_cut_after_the_mail_was_sent_is_unknown_and_is_not_sent_again_by_itself(
    outside: World, contact: Interaction
) -> None:
    outside.hang_up = True
    ours = write(contact)
    interactions.send_next(now=NOW)
    assert state_of(ours) == DeliveryState.UNKNOWN
    assert not interactions.send_next(now=NOW + timedelta(days=1))
    assert len(outside.mails) == 1


def test_a_server_that_is_away_is_asked_again(contact: Interaction, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "smtp_url", "smtp://127.0.0.1:9")
    ours = write(contact)
    interactions.send_next(now=NOW)
    assert state_of(ours) == DeliveryState.QUEUED


def test_without_a_server_the_answer_waits_and_says_why(contact: Interaction, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "smtp_url", "")
    ours = write(contact)
    interactions.send_next(now=NOW)
    assert (state_of(ours), ours.error) == (DeliveryState.QUEUED, "no mail server is set")


def test_a_process_that_dies_while_it_sends_leaves_it_unknown(outside: World, contact: Interaction) -> None:
    ours = write(contact)
    assert outbox._claim(NOW)
    assert state_of(ours) == DeliveryState.SENDING
    assert not interactions.send_next(now=NOW + timedelta(hours=1)), "nobody sends it a second time"
    assert interactions.give_up_lost(now=NOW) == 0
    assert interactions.give_up_lost(now=NOW + outbox.UNKNOWN_AFTER * 2) == 1
    assert state_of(ours) == DeliveryState.UNKNOWN


def test_the_late_answer_of_a_process_that_was_given_up_changes_nothing(outside: World, contact: Interaction) -> None:
    ours, later = write(contact), NOW + outbox.UNKNOWN_AFTER * 2
    first = outbox._claim(NOW)
    assert first
    interactions.give_up_lost(now=later)
    outbox.record(claimed=first, outcome=outbox.Outcome(state=DeliveryState.SENT), now=later)
    assert state_of(ours) == DeliveryState.UNKNOWN
    interactions.send_again(message=ours.message, by=an_agent(), now=later)
    assert outbox._claim(later)
    outbox.record(claimed=first, outcome=outbox.Outcome(state=DeliveryState.SENT), now=later)
    assert state_of(ours) == DeliveryState.SENDING, "another sends it now"


def test_many_senders_at_once_send_each_mail_once(outside: World, contact: Interaction) -> None:
    for number in range(12):
        write(contact, f"Answer {number}")

    def empty() -> None:
        try:
            while interactions.send_next(now=NOW):
                pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=empty) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(outside.mails) == len({mail["Message-ID"] for mail in outside.letters}) == 12


def test_the_sender_is_woken_by_what_is_written(outside: World, contact: Interaction) -> None:
    stop = threading.Event()
    sending = Sending(stop=stop)
    sending.start()
    try:
        time.sleep(0.3)
        interactions.add_message(
            interaction=contact, author=Author.AGENT, text="Now", external_id="1", agent=an_agent(), now=timezone.now()
        )
        deadline = time.monotonic() + 10
        while not outside.mails and time.monotonic() < deadline:
            time.sleep(0.02)
        assert outside.mails
    finally:
        stop.set()
        sending.join(10)


def test_an_attachment_that_is_gone_is_not_left_out_in_silence(outside: World, contact: Interaction) -> None:
    ours = write(contact)
    ours.message.attachments.create(
        interaction=contact, name="a.txt", media_type="text/plain", size=1, sha256="0" * 64, at=NOW
    )
    interactions.send_next(now=NOW)
    assert (state_of(ours), outside.mails) == (DeliveryState.FAILED, [])


def test_one_recipient_that_is_refused_is_said_and_the_other_has_it(outside: World, contact: Interaction) -> None:
    outside.recipients["leo@customer.example"] = "550 5.1.1 No such user"
    ours = write(contact)
    Letter.objects.filter(pk=ours.pk).update(cc=["leo@customer.example"])
    interactions.send_next(now=NOW)
    assert state_of(ours) == DeliveryState.SENT
    assert ours.error == "leo@customer.example: 550 5.1.1 No such user"


RETURN = "bounce+{token}@shop.example"
LEO, MIA = "leo@customer.example", "mia@customer.example"


def to_three(contact: Interaction) -> Letter:
    """A mail to Ana, with a copy to Leo and a hidden one to Mia, of an account with addresses for reports."""
    account = contact.account
    ChannelAccount.objects.filter(pk=account.pk).update(settings={**account.settings, "return_address": RETURN})
    ours = write(contact)
    Letter.objects.filter(pk=ours.pk).update(cc=[LEO], bcc=[MIA])
    return ours


def test_each_recipient_has_the_same_mail_from_an_address_of_their_own(outside: World, contact: Interaction) -> None:
    ours = to_three(contact)
    interactions.send_next(now=NOW)
    assert state_of(ours) == DeliveryState.SENT
    assert [to for _sender, to in outside.envelopes] == [["ana@customer.example"], [LEO], [MIA]]
    senders = [sender for sender, _to in outside.envelopes]
    assert len(set(senders)) == len(set(outside.mails)) + 2 == 3
    for sender, [recipient] in outside.envelopes:
        signed = {"pattern": RETURN, "account": contact.account.code, "key": reply_key()}
        assert tokens.recipient_in(sender, recipients=[LEO, MIA, "ana@customer.example"], **signed) == recipient
        assert tokens.letter_in(sender, pattern=RETURN) == ours.pk
    assert not any("bounce+" in mail.decode() for mail in outside.mails), "whoever reads the mail does not see it"
    assert outside.letters[0]["From"] == f"Support <{ADDRESS}>"


def test_without_such_addresses_a_mail_goes_out_once_from_the_accounts_own(
    outside: World, contact: Interaction
) -> None:
    ours = write(contact)
    Letter.objects.filter(pk=ours.pk).update(cc=[LEO])
    interactions.send_next(now=NOW)
    assert outside.envelopes == [(ADDRESS, ["ana@customer.example", LEO])]


def test_who_could_not_be_reached_yet_is_tried_again_and_nobody_has_it_twice(
    outside: World, contact: Interaction
) -> None:
    outside.recipients[LEO] = "451 4.7.1 Later"
    ours = to_three(contact)
    interactions.send_next(now=NOW)
    assert (state_of(ours), ours.error) == (DeliveryState.QUEUED, "451 4.7.1 Later")
    outside.recipients.clear()
    assert interactions.send_next(now=NOW + outbox.PAUSES[0])
    assert state_of(ours) == DeliveryState.SENT
    assert sorted(to for _sender, [to] in outside.envelopes) == ["ana@customer.example", LEO, MIA]


def test_one_of_them_that_is_refused_is_said_and_the_others_have_it(outside: World, contact: Interaction) -> None:
    outside.recipients[LEO] = "550 5.1.1 No such user"
    ours = to_three(contact)
    interactions.send_next(now=NOW)
    assert (state_of(ours), ours.error) == (DeliveryState.SENT, f"{LEO}: 550 5.1.1 No such user")
    assert [to for _sender, [to] in outside.envelopes] == ["ana@customer.example", MIA]


def test_of_those_left_all_may_be_refused_and_the_mail_is_sent_all_the_same(
    outside: World, contact: Interaction
) -> None:
    outside.recipients[LEO] = "451 4.7.1 Later"
    ours = to_three(contact)
    interactions.send_next(now=NOW)
    outside.recipients[LEO] = "550 5.1.1 No such user"
    assert interactions.send_next(now=NOW + outbox.PAUSES[0])
    assert (state_of(ours), ours.error) == (DeliveryState.SENT, f"{LEO}: 550 5.1.1 No such user")


def test_a_cut_at_one_of_them_is_unknown_and_a_person_sends_it_to_those_only_who_may_not_have_it(
    outside: World, contact: Interaction
) -> None:
    outside.hang_up_at = LEO
    ours = to_three(contact)
    interactions.send_next(now=NOW)
    assert (state_of(ours), ours.reached) == (DeliveryState.UNKNOWN, ["ana@customer.example"])
    outside.hang_up_at = ""
    outside.envelopes.clear()
    assert interactions.send_again(message=ours.message, by=an_agent(), now=NOW)
    interactions.send_next(now=NOW)
    assert state_of(ours) == DeliveryState.SENT
    assert [to for _sender, [to] in outside.envelopes] == [LEO, MIA]


def test_a_server_that_goes_away_between_two_of_them_is_asked_again(outside: World, contact: Interaction) -> None:
    outside.recipients[LEO] = "421 4.3.2 Closing"
    ours = to_three(contact)
    interactions.send_next(now=NOW)
    assert (state_of(ours), ours.attempts) == (DeliveryState.QUEUED, 1)
    outside.recipients.clear()
    assert interactions.send_next(now=NOW + outbox.PAUSES[0])
    assert state_of(ours) == DeliveryState.SENT
    assert sorted(to for _sender, [to] in outside.envelopes) == ["ana@customer.example", LEO, MIA]


@pytest.mark.parametrize("address", ["a\r\nRcpt To:<b@x.example>@y.example", "no address", "a@b@c", ""])
def test_no_address_smuggles_anything(outside: World, contact: Interaction, address: str) -> None:
    ours = write(contact)
    Letter.objects.filter(pk=ours.pk).update(to=[address])
    interactions.send_next(now=NOW)
    assert (state_of(ours), outside.mails) == (DeliveryState.FAILED, [])


def test_no_subject_and_no_reference_smuggles_a_header(outside: World, contact: Interaction) -> None:
    ours = write(contact)
    Letter.objects.filter(pk=ours.pk).update(
        subject="Hi\r\nBcc: eve@evil.example", references=["a>\r\nBcc: eve@evil.example\r\nX: <b", "fine@x.example"]
    )
    interactions.send_next(now=NOW)
    [mail] = outside.letters
    assert mail["Bcc"] is None
    assert (mail["Subject"], mail["References"]) == ("Hi Bcc: eve@evil.example", "<fine@x.example>")


def test_an_account_may_have_a_mail_server_of_its_own(
    outside: World, contact: Interaction, account: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "smtp_url", "smtp://127.0.0.1:9")
    account.settings |= {"smtp": {"host": "127.0.0.1", "port": outside.port, "security": "none"}}
    account.save()
    ours = write(contact)
    interactions.send_next(now=NOW)
    assert state_of(ours) == DeliveryState.SENT


def test_a_password_that_cannot_be_read_keeps_the_answer_and_says_so(
    outside: World, contact: Interaction, account: ChannelAccount
) -> None:
    account.settings |= {"smtp_password": "not sealed"}
    account.save()
    ours = write(contact)
    interactions.send_next(now=NOW)
    assert state_of(ours) == DeliveryState.QUEUED
    assert "password" in ours.error
    account.settings["smtp_password"] = sealed_password("secret")
    account.save()
    interactions.send_next(now=NOW + outbox.PAUSES[0])
    assert state_of(ours) == DeliveryState.SENT


def test_no_event_of_sending_holds_an_address(outside: World, contact: Interaction) -> None:
    write(contact)
    interactions.send_next(now=NOW)
    told = [f"{event.kind} {event.data} {event.audience}" for event in Event.objects.all()]
    assert any(one.startswith("message.sent") for one in told)
    assert not [one for one in told if "customer.example" in one]


def test_a_notice_goes_the_same_way(outside: World) -> None:
    notice = Notice(pk=1, to="a@test.example", subject="S", text="T", message_id="<1@test.example>")
    assert send(notice).state == DeliveryState.SENT
    assert (outside.letters[0]["Message-ID"], outside.letters[0]["Auto-Submitted"]) == (
        "<1@test.example>",
        "auto-generated",
    )


def test_what_a_notice_said_is_kept_until_it_was_sent_and_then_forgotten(outside: World) -> None:
    """It may hold a link to sign in with."""
    outside.data = "451 4.3.0 Later"
    notice = notices.write_notice(to="a@test.example", subject="S", text="https://desk.example/secret", now=NOW)
    assert notices.send_notice(notice=notice.pk, now=NOW) == DeliveryState.QUEUED
    assert Notice.objects.get().text == "https://desk.example/secret"
    outside.data = "250 2.0.0 Taken"
    assert notices.send_notice(notice=notice.pk, now=NOW) == DeliveryState.SENT
    assert Notice.objects.get().text == ""


def test_an_address_beyond_ascii_is_refused_where_the_server_cannot_take_it(outside: World) -> None:
    server = servers.from_address(outside.address)
    assert server
    assert (
        smtp.hand_over(b"From: a@b.example\r\n\r\nHi", sender=ADDRESS, recipients=["ünal@x.example"], server=server)
        == {}
    )
    with pytest.raises(Refused):
        smtp.hand_over(b"Hi", sender=ADDRESS, recipients=[], server=server)
