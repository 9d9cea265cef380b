"""Where a mail belongs: an answer comes into its thread and case, a stranger never does, and no loop goes round."""

from datetime import UTC, datetime, timedelta

import pytest
from django.template.loader import render_to_string

from fanal.cases import actions as cases
from fanal.cases.models import Case, CaseOrigin, CaseType
from fanal.channels.email import tokens
from fanal.channels.models import ChannelAccount
from fanal.channels.opening import reply_key
from fanal.consent.rules import NotAllowed
from fanal.customers.models import ContactPoint, Customer
from fanal.identity.models import Recognition
from fanal.intake import rules
from fanal.intake.actions import process
from fanal.intake.mail.taking import take
from fanal.interactions import actions as interactions
from fanal.interactions.models import (
    Author,
    DeliveryState,
    EndReason,
    Interaction,
    Letter,
    Message,
    TopicOrigin,
)
from fanal.routing import actions as routing
from fanal.routing.models import EntryState, QueueEntry
from tests.channels.email.letters import ADDRESS, an_account, letter
from tests.people import an_agent

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> ChannelAccount:
    return an_account(reply_address="reply+{token}@shop.example")


def comes(account: ChannelAccount, content: bytes, *, now: datetime = NOW) -> Letter:
    raw = take(account=account, content=content, way="imap", now=now)
    process(raw_id=raw.pk, now=now)
    raw.refresh_from_db()
    assert (raw.state, raw.reason) == ("processed", "")
    return Letter.objects.select_related("message__interaction").get(raw=raw.body["sha256"])


def answer(interaction: Interaction, text: str = "On its way.", *, now: datetime = NOW) -> Letter:
    said = interactions.add_message(
        interaction=interaction, author=Author.AGENT, text=text, external_id=text, agent=an_agent(), now=now
    )
    return said.letter


def ended(interaction: Interaction) -> None:
    QueueEntry.objects.filter(interaction=interaction).update(state=EntryState.ABANDONED, left_at=NOW)
    interactions.end_talk(interaction=interaction, reason=EndReason.AGENT, now=NOW)


def test_the_answer_to_our_answer_is_a_message_of_the_same_contact(account: ChannelAccount) -> None:
    first = comes(account, letter())
    ours = answer(first.message.interaction)
    second = comes(account, letter("Thank you", subject="Re: My parcel", in_reply_to=f"<{ours.header_id}>"))
    assert second.message.interaction_id == first.message.interaction_id
    assert QueueEntry.objects.count() == 1


def test_an_answer_refers_to_what_it_answers_and_to_all_before(account: ChannelAccount) -> None:
    first = comes(account, letter(message_id="<m2@customer.example>", references="<m0@x.example> <m1@x.example>"))
    ours = answer(first.message.interaction)
    assert ours.references == ["m0@x.example", "m1@x.example", "m2@customer.example"]
    assert (ours.subject, ours.to, ours.sender) == ("Re: My parcel", ["ana@customer.example"], ADDRESS)
    assert ours.message.state == DeliveryState.QUEUED
    again = comes(account, letter("And?", subject="RE: AW: Re: My parcel", in_reply_to=f"<{ours.header_id}>"))
    assert answer(again.message.interaction, "Tomorrow").subject == "Re: My parcel"


def test_a_mail_after_the_end_begins_a_contact_in_the_same_thread_with_its_open_case(account: ChannelAccount) -> None:
    first = comes(account, letter()).message.interaction
    case = cases.open_case(
        type=CaseType.objects.create(code="parcel", name="Parcel"),
        subject="Late",
        origin=CaseOrigin.AGENT,
        interaction=first.pk,
        now=NOW,
        by=an_agent(),
    )
    interactions.add_topic(interaction=first, case=case, origin=TopicOrigin.AGENT, now=NOW)
    ours = answer(first)
    ended(first)
    second = comes(account, letter("Still nothing", in_reply_to=f"<{ours.header_id}>")).message.interaction
    assert second.pk != first.pk
    assert second.thread == first.thread != ""
    assert [topic.case_id for topic in second.topics.all()] == [case.pk]
    assert QueueEntry.objects.get(interaction=second).state == EntryState.WAITING


def test_the_person_stays_known_in_the_thread(account: ChannelAccount) -> None:
    first = comes(account, letter()).message.interaction
    ana = Customer.objects.create(name="Ana Diaz")
    interactions.identify(interaction=first, customer=ana, assurance=2, why="picked", by=an_agent(), now=NOW)
    ours = answer(first)
    ended(first)
    second = comes(account, letter("Still nothing", in_reply_to=f"<{ours.header_id}>")).message.interaction
    assert (second.customer, second.recognition) == (ana, Recognition.KNOWN)


def test_a_customer_is_known_by_the_address(account: ChannelAccount) -> None:
    ana = Customer.objects.create(name="Ana Diaz")
    ContactPoint.objects.create(customer=ana, kind="email", value="ana@customer.example")
    assert comes(account, letter()).message.interaction.customer == ana


def test_a_stranger_with_the_references_of_another_begins_a_contact_of_their_own(account: ChannelAccount) -> None:
    first = comes(account, letter())
    ours = answer(first.message.interaction)
    other = comes(account, letter(sender="eve@evil.example", in_reply_to=f"<{ours.header_id}>"))
    assert other.message.interaction_id != first.message.interaction_id
    assert other.message.interaction.thread != first.message.interaction.thread


def test_the_address_of_an_agent_speaks_for_nobody(account: ChannelAccount) -> None:
    agent = an_agent()
    first = comes(account, letter())
    ours = answer(first.message.interaction)
    Letter.objects.filter(pk=ours.pk).update(cc=[agent.email])
    forged = comes(account, letter("We refund you.", sender=agent.email, in_reply_to=f"<{ours.header_id}>"))
    assert forged.message.interaction_id != first.message.interaction_id
    assert (forged.message.author, forged.message.agent) == (Author.CUSTOMER, None)


def test_somebody_we_wrote_to_takes_part(account: ChannelAccount) -> None:
    first = comes(account, letter())
    ours = answer(first.message.interaction)
    Letter.objects.filter(pk=ours.pk).update(cc=["leo@customer.example"])
    other = comes(account, letter(sender="leo@customer.example", in_reply_to=f"<{ours.header_id}>"))
    assert other.message.interaction_id == first.message.interaction_id
    assert answer(other.message.interaction, "Yes").to == ["leo@customer.example"]


def test_another_account_knows_nothing_of_the_thread(account: ChannelAccount) -> None:
    other = ChannelAccount.objects.create(kind="email", code="sales", name="Sales", address="sales@shop.example")
    ours = answer(comes(account, letter()).message.interaction)
    there = comes(other, letter(in_reply_to=f"<{ours.header_id}>"))
    assert there.message.interaction.thread != ours.message.interaction.thread


def test_the_signed_address_brings_an_answer_home_and_a_forged_one_does_not(account: ChannelAccount) -> None:
    first = comes(account, letter()).message.interaction
    signed = tokens.reply_address(
        account.settings["reply_address"], thread=first.thread, account=account.code, key=reply_key()
    )
    assert comes(account, letter("Home", to=signed)).message.interaction == first
    forged = signed.replace(signed[-16:-13], "000")
    assert comes(account, letter("Not home", to=forged)).message.interaction != first
    assert comes(account, letter("Eve", to=signed, sender="eve@evil.example")).message.interaction != first
    elsewhere = tokens.reply_address("reply+{token}@shop.example", thread=first.thread, account="b", key=reply_key())
    assert comes(account, letter("Elsewhere", to=elsewhere)).message.interaction != first


def test_an_automatic_answer_is_shown_and_begins_nothing(account: ChannelAccount) -> None:
    first = comes(account, letter()).message.interaction
    ours = answer(first)
    ended(first)
    away = comes(account, letter("I am away", in_reply_to=f"<{ours.header_id}>", auto_submitted="auto-replied"))
    assert (away.message.interaction, away.aside) == (first, "automatic")
    assert Interaction.objects.count() == 1


def test_no_program_answers_a_program(account: ChannelAccount) -> None:
    first = comes(account, letter(auto_submitted="auto-generated")).message.interaction
    with pytest.raises(NotAllowed):
        interactions.add_message(interaction=first, author=Author.SYSTEM, text="Closed", external_id="1", now=NOW)
    assert answer(first).message.state == DeliveryState.QUEUED


def test_a_mail_of_ours_that_comes_back_as_it_was_goes_no_further(account: ChannelAccount) -> None:
    first = comes(account, letter()).message.interaction
    ours = answer(first)
    ended(first)
    back = comes(account, letter(message_id=f"<{ours.header_id}>", sender=ADDRESS))
    assert (back.message.interaction, back.aside) == (first, "loop")
    assert Interaction.objects.count() == 1


def test_beyond_twenty_mails_an_hour_nothing_new_begins_and_nothing_is_lost(account: ChannelAccount) -> None:
    for number in range(rules.MOST_AN_HOUR + 10):
        comes(account, letter(f"Mail {number}"), now=NOW + timedelta(seconds=number))
    assert Interaction.objects.count() == rules.MOST_AN_HOUR
    assert Message.objects.count() == rules.MOST_AN_HOUR + 10
    comes(account, letter("The next day"), now=NOW + timedelta(days=1))
    assert Interaction.objects.count() == rules.MOST_AN_HOUR + 1


REPORT = """From: MAILER-DAEMON@mx.example
To: {to}
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It did not arrive.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 no such user
--b
Content-Type: text/rfc822-headers

Message-ID: <{header_id}>
--b--
"""


RETURN = "bounce+{token}@shop.example"


def report_on(ours: Letter, recipient: str, *, to: str = ADDRESS, action: str = "failed", above: str = "") -> bytes:
    return (above + REPORT.format(header_id=ours.header_id, recipient=recipient, action=action, to=to)).encode()


def returned_by(ours: Letter, recipient: str, *, pattern: str = RETURN) -> str:
    """Where the mail server of this recipient reports to."""
    return tokens.return_address(
        pattern, letter=ours.pk, recipient=recipient, account=ours.account.code, key=reply_key()
    )


@pytest.fixture
def to_both(account: ChannelAccount) -> Letter:
    """A mail of ours to Ana, with a copy to Eve, of an account that has addresses for reports."""
    account.settings["return_address"] = RETURN
    account.save()
    ana = Customer.objects.create(name="Ana Diaz")
    ContactPoint.objects.create(customer=ana, kind="email", value="ana@customer.example")
    ours = answer(comes(account, letter()).message.interaction)
    Letter.objects.filter(pk=ours.pk).update(cc=["eve@evil.example"])
    ours.refresh_from_db()
    return ours


def standing(ours: Letter) -> tuple[str, str]:
    """How it stands with the mail and with the address of Ana."""
    ours.message.refresh_from_db()
    return ours.message.state, ContactPoint.objects.get().state


def test_whoever_has_the_mail_too_cannot_report_another_as_unreachable(
    account: ChannelAccount, to_both: Letter
) -> None:
    """They know its Message-ID, the address it came from, and their own address for reports; no other one."""
    before = standing(to_both)
    mine = returned_by(to_both, "eve@evil.example")
    forged = (
        ADDRESS,
        mine[:20] + "0" * 20 + mine[40:],
        mine.replace(f"{to_both.pk:012x}", f"{to_both.pk + 1:012x}"),
        returned_by(to_both, "ana@customer.example", pattern="bounce+{token}@other.example"),
        tokens.return_address(
            RETURN, letter=to_both.pk, recipient="ana@customer.example", account="sales", key=reply_key()
        ),
        tokens.return_address(
            RETURN, letter=to_both.pk, recipient="ana@customer.example", account=account.code, key=b"guessed" * 5
        ),
    )
    for to in forged:
        said = comes(account, report_on(to_both, "ana@customer.example", to=to))
        assert (said.message.interaction, said.aside) == (to_both.message.interaction, "unproven"), to
        assert standing(to_both) == before
    comes(account, report_on(to_both, "ana@customer.example", to=mine))
    assert standing(to_both) == (DeliveryState.FAILED, before[1]), "it is about Eve alone, whoever it names"


@pytest.mark.parametrize("header", ["", "Delivered-To", "X-Original-To", "Envelope-To"])
def test_a_report_to_the_address_that_was_made_for_them_counts(
    account: ChannelAccount, to_both: Letter, header: str
) -> None:
    to = returned_by(to_both, "Ana@Customer.example").upper()
    content = (
        report_on(to_both, "ana@customer.example", above=f"{header}: {to}\n")
        if header
        else report_on(to_both, "ana@customer.example", to=to)
    )
    assert comes(account, content).aside == "report"
    assert standing(to_both) == (DeliveryState.FAILED, "bounced")


def test_a_report_without_a_proof_is_shown_as_such(account: ChannelAccount, to_both: Letter) -> None:
    said = comes(account, report_on(to_both, "ana@customer.example"))
    page = render_to_string("workplace/letter_head.html", {"letter": said})
    assert "Reported as not delivered, not proven" in page
    assert Interaction.objects.count() == 1


def test_a_bounce_goes_back_to_the_message_and_to_the_address(account: ChannelAccount) -> None:
    account.settings["return_address"] = RETURN
    account.save()
    ana = Customer.objects.create(name="Ana Diaz")
    point = ContactPoint.objects.create(customer=ana, kind="email", value="ana@customer.example")
    first = comes(account, letter()).message.interaction
    ours = answer(first)
    ended(first)
    report = comes(
        account,
        report_on(ours, "ana@customer.example", to=returned_by(ours, "ana@customer.example")),
    )
    ours.refresh_from_db()
    ours.message.refresh_from_db()
    point.refresh_from_db()
    assert (ours.message.state, ours.error) == (DeliveryState.FAILED, "5.1.1 550 no such user")
    assert (report.message.interaction, report.aside) == (first, "report")
    assert point.state == "bounced"
    assert Interaction.objects.count() == 1


@pytest.mark.parametrize(
    ("recipient", "action"), [("ana@customer.example", "delayed"), ("leo@customer.example", "failed")]
)
def test_a_report_of_a_delay_or_of_somebody_else_fails_nothing(
    account: ChannelAccount, recipient: str, action: str
) -> None:
    account.settings["return_address"] = RETURN
    account.save()
    ours = answer(comes(account, letter()).message.interaction)
    comes(account, report_on(ours, recipient, to=returned_by(ours, recipient), action=action))
    ours.message.refresh_from_db()
    assert ours.message.state == DeliveryState.QUEUED


def test_a_mail_without_a_sender_is_kept_and_cannot_be_answered(account: ChannelAccount) -> None:
    first = comes(account, letter(sender="")).message.interaction
    assert first.source == ""
    with pytest.raises(NotAllowed):
        answer(first)
    other = comes(account, letter(sender="")).message.interaction
    assert other != first


def test_a_card_number_is_not_shown(account: ChannelAccount) -> None:
    kept = comes(account, letter("My card is 4111 1111 1111 1111", subject="4111 1111 1111 1111"))
    assert "4111" not in kept.message.text[: -len("1111")]
    assert "4111 1111" not in kept.subject + kept.whole + str(kept.message.interaction.given)


def merged_of(first: Interaction) -> tuple[Case, Case]:
    """A case that the contact is about, and the one that it became part of."""
    more = {"type": CaseType.objects.create(code="parcel", name="Parcel"), "origin": CaseOrigin.AGENT, "by": an_agent()}
    double = cases.open_case(subject="Late", interaction=first.pk, now=NOW, **more)
    lasting = cases.open_case(subject="Also late", now=NOW, **more)
    interactions.add_topic(interaction=first, case=double, origin=TopicOrigin.AGENT, now=NOW)
    cases.merge(case=double, into=lasting, now=NOW, by=an_agent())
    return Case.objects.get(pk=double.pk), Case.objects.get(pk=lasting.pk)


def test_an_answer_to_an_old_mail_whose_case_was_merged_goes_on_in_the_surviving_case(account: ChannelAccount) -> None:
    first = comes(account, letter()).message.interaction
    _double, lasting = merged_of(first)
    ours = answer(first)
    ended(first)
    second = comes(account, letter("Still nothing", in_reply_to=f"<{ours.header_id}>")).message.interaction
    assert [topic.case_id for topic in second.topics.all()] == [lasting.pk]
    assert Case.objects.count() == 2


def test_an_answer_comes_up_again_in_the_surviving_case_when_that_was_settled(account: ChannelAccount) -> None:
    first = comes(account, letter()).message.interaction
    double, lasting = merged_of(first)
    ours = answer(first)
    ended(first)
    cases.settle(case=lasting, now=NOW, by=an_agent())
    second = comes(account, letter("Still nothing", in_reply_to=f"<{ours.header_id}>")).message.interaction
    lasting.refresh_from_db()
    double.refresh_from_db()
    assert (lasting.state, lasting.reopened_count, double.merged_into_id) == ("open", 1, lasting.pk)
    assert [topic.case_id for topic in second.topics.all()] == [lasting.pk]


def test_a_mail_in_a_contact_that_runs_is_taken_when_its_case_was_merged(account: ChannelAccount) -> None:
    first = comes(account, letter()).message.interaction
    _double, lasting = merged_of(first)
    ours = answer(first)
    again = comes(account, letter("Still nothing", in_reply_to=f"<{ours.header_id}>"))
    assert again.message.interaction_id == first.pk
    cases.settle(case=lasting, now=NOW, by=an_agent())
    comes(account, letter("And now?", in_reply_to=f"<{ours.header_id}>"))
    lasting.refresh_from_db()
    assert lasting.state == "open"


def test_a_mail_that_nobody_answered_comes_back_to_the_surviving_case(account: ChannelAccount) -> None:
    first = comes(account, letter()).message.interaction
    _double, lasting = merged_of(first)
    ours = answer(first)
    interactions.follow_up(message=ours.message, due_at=NOW, back_to="queue", by=ours.message.agent, now=NOW)
    assert routing.come_back(now=NOW + timedelta(hours=1)) == 1
    assert Case.objects.count() == 2
    assert QueueEntry.objects.filter(case=lasting, state=EntryState.WAITING).exists()


def test_a_card_number_is_not_shown_in_the_layout_either(account: ChannelAccount) -> None:
    html = "<p>My card is <b>4111 1111 1111 1111</b>, or 4111-1111-1111-1111.</p>"
    kept = comes(account, letter(html, content_type="text/html; charset=utf-8"))
    assert kept.html.count("•••• 1111") == 2
    assert "4111" not in kept.html


def test_who_shows_something_within_a_thread_by_a_trick_takes_no_part_in_it(account: ChannelAccount) -> None:
    """A mail with the name of one of ours is shown there as a loop; whoever wrote it is a stranger as before."""
    first = comes(account, letter()).message.interaction
    ours = answer(first)
    trick = comes(account, letter("Look", message_id=f"<{ours.header_id}>", sender="eve@evil.example"))
    assert (trick.message.interaction, trick.aside) == (first, "loop")
    other = comes(account, letter("Refund me", sender="eve@evil.example", in_reply_to=f"<{ours.header_id}>"))
    assert other.message.interaction.thread != first.thread
    assert not interactions.judge(first, "eve@evil.example").known
