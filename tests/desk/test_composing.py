"""Writing a mail at the desk: to whom it goes, under which subject, and who may not be written to."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from fanal.agents.models import Agent, Presence
from fanal.channels.models import ChannelAccount
from fanal.consent.models import Suppression
from fanal.customers.models import ContactPoint, Customer
from fanal.environment import environment
from fanal.events.models import Event
from fanal.intake.actions import process
from fanal.intake.mail.taking import take as taken
from fanal.interactions import actions as interactions
from fanal.interactions.models import Draft, Interaction, Letter, Recipient
from fanal.routing import actions as routing
from tests.channels.email.letters import ADDRESS, an_account, letter
from tests.channels.email.outside import World, world
from tests.journeys.test_desk_pages import take, text_of
from tests.people import an_agent

pytestmark = pytest.mark.django_db(transaction=True)
BACKEND = "fanal.desk.accounts.backend.AgentBackend"
ANA, BEN, CARRIER = "ana@customer.example", "ben@customer.example", "depot@carrier.example"


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with world() as there:
        monkeypatch.setattr(environment, "smtp_url", there.address)
        yield there


@pytest.fixture
def account() -> ChannelAccount:
    return an_account(reply_address="reply+{token}@shop.example")


def an_available_agent() -> Agent:
    person = an_agent()
    routing.set_presence(agent=person, state=Presence.AVAILABLE, by=person, now=timezone.now() - timedelta(seconds=9))
    return person


def at_desk(agent: Agent) -> Client:
    client = Client()
    client.force_login(agent, backend=BACKEND)
    return client


@pytest.fixture
def agent() -> Agent:
    return an_available_agent()


@pytest.fixture
def desk(agent: Agent) -> Client:
    return at_desk(agent)


def came(account: ChannelAccount, content: bytes) -> Letter:
    now = timezone.now()
    raw = taken(account=account, content=content, way="imap", now=now)
    assert process(raw_id=raw.pk, now=now).reason == ""
    return Letter.objects.select_related("message__interaction").latest("pk")


@pytest.fixture
def contact(account: ChannelAccount, desk: Client) -> Interaction:
    came(account, letter("Where is it?", message_id="<q@customer.example>", cc=f"{BEN}, {ADDRESS}"))
    return take(desk)


def said(**more: object) -> dict[str, object]:
    plain = {"text": "Tomorrow.", "as": "message", "external_id": "desk-1", "subject": "Re: My parcel", "to": [ANA]}
    return {**plain, **more}


def send(desk: Client, contact: Interaction, **more: object) -> Letter:
    text_of(desk.post(f"/interactions/{contact.pk}/messages/", said(**more)))
    return Letter.objects.filter(ours=True).select_related("message").latest("pk")


def later() -> Any:
    return timezone.now() + timedelta(minutes=1)


def chips(page: str, part: str) -> list[str]:
    return re.findall(rf'name="{part}" value="([^"]*)"', page)


def turned(desk: Client, contact: Interaction, **more: object) -> str:
    return text_of(desk.post(f"/interactions/{contact.pk}/composer/", said(**more)))


def test_an_answer_goes_to_the_sender_and_to_all_only_when_asked(desk: Client, contact: Interaction) -> None:
    page = text_of(desk.get(f"/interactions/{contact.pk}/"))
    assert (chips(page, "to"), chips(page, "cc")) == ([ANA], [])
    assert 'value="Re: My parcel"' in page
    page = turned(desk, contact, way="all")
    assert (chips(page, "to"), chips(page, "cc")) == ([ANA], [BEN]), "our own address is nobody to write to"
    assert "Tomorrow." in page, "what was typed stays"


def test_copies_go_along_and_a_hidden_one_is_in_no_header_but_recorded(
    desk: Client, contact: Interaction, outside: World
) -> None:
    ours = send(desk, contact, cc=[BEN], bcc=[CARRIER], subject="About your parcel")
    assert interactions.send_next(now=later())
    [mail] = outside.letters
    assert (mail["To"], mail["Cc"], mail["Bcc"], mail["Subject"]) == (ANA, BEN, None, "About your parcel")
    assert mail["References"] == "<q@customer.example>"
    assert CARRIER.encode() not in outside.mails[0]
    rows = Recipient.objects.filter(letter=ours).select_related("clearance").order_by("pk")
    assert [(one.address, one.part, one.clearance.basis) for one in rows] == [
        (ANA, "to", "own_contact"), (BEN, "cc", "own_contact"), (CARRIER, "bcc", "brought_in"),
    ]  # fmt: skip
    assert "Hidden copy to" in text_of(desk.get(f"/interactions/{contact.pk}/lines/"))


def test_whoever_got_a_copy_takes_part_from_then_on(
    desk: Client, contact: Interaction, account: ChannelAccount, outside: World
) -> None:
    ours = send(desk, contact, cc=[CARRIER])
    stranger = came(account, letter("Me too", sender="eve@other.example", in_reply_to=f"<{ours.header_id}>"))
    assert stranger.message.interaction_id != contact.pk
    answer = came(account, letter("It is in Lyon.", sender=CARRIER, in_reply_to=f"<{ours.header_id}>"))
    assert answer.message.interaction_id == contact.pk


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        (ADDRESS, "address of our own"),
        ("nobody at home", "no e-mail address"),
        ("left@alone.example", "asked not to be contacted"),
    ],
)
def test_an_address_that_may_not_be_written_to_is_refused_with_a_sentence(
    desk: Client, contact: Interaction, address: str, sentence: str
) -> None:
    Suppression.objects.create(
        kind="email", value="left@alone.example", purpose="", since=timezone.now(), evidence="letter"
    )
    typed = desk.post(f"/interactions/{contact.pk}/recipients/", {"address": address, "part": "cc"})
    sent = desk.post(f"/interactions/{contact.pk}/messages/", said(cc=[address]))
    for answer in (typed, sent):
        assert answer.status_code == 409
        assert sentence in answer.content.decode()
        assert address in answer.content.decode()
    assert not Letter.objects.filter(ours=True).exists()
    assert Event.objects.filter(kind="contact.refused").count() == 1


def test_whoever_is_new_in_the_contact_is_marked_and_the_customers_own_address_is_not(
    desk: Client, contact: Interaction, agent: Agent
) -> None:
    ana = Customer.objects.create(name="Ana Diaz")
    ContactPoint.objects.create(customer=ana, kind="email", value="ana@work.example")
    interactions.identify(interaction=contact, customer=ana, assurance=20, why="picked", by=agent, now=timezone.now())
    url = f"/interactions/{contact.pk}/recipients/"
    assert "Brought in by us" in text_of(desk.post(url, {"address": CARRIER, "part": "cc"}))
    assert "Brought in by us" not in text_of(desk.post(url, {"address": "Ana@Work.example", "part": "cc"}))


def test_a_subject_that_is_too_long_is_refused_and_not_cut(desk: Client, contact: Interaction) -> None:
    answer = desk.post(f"/interactions/{contact.pk}/messages/", said(subject="x" * 501))
    assert (answer.status_code, "at most 500" in answer.content.decode()) == (409, True)
    assert not Letter.objects.filter(ours=True).exists()


def test_a_mail_to_nobody_is_not_sent(desk: Client, contact: Interaction) -> None:
    answer = desk.post(f"/interactions/{contact.pk}/messages/", said(to=[]))
    assert (answer.status_code, "no address" in answer.content.decode()) == (409, True)


def test_a_mail_is_handed_on_with_its_files_and_what_it_says(
    account: ChannelAccount, desk: Client, outside: World
) -> None:
    content = (
        b"From: Ana Diaz <ana@customer.example>\r\nTo: support@shop.example\r\nSubject: My parcel\r\n"
        b"Message-ID: <q@customer.example>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\n\r\nLook at this\r\n"
        b'--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename="bill.txt"\r\n\r\nA bill\r\n'
        b"--b--\r\n"
    )
    came(account, content)
    contact = take(desk)
    first = Letter.objects.get()
    page = turned(desk, contact, way="forward", answers=first.pk, text="Please look.")
    assert chips(page, "to") == []
    assert 'value="Fwd: My parcel"' in page
    assert "Look at this" in page
    assert "bill.txt" in page
    again = turned(desk, contact, way="forward", answers=first.pk, text=Draft.objects.get().text)
    assert again.count("Forwarded message") == 1
    draft = Draft.objects.get()
    send(desk, contact, external_id=draft.key, text=draft.text, to=[CARRIER], subject=draft.subject,
         attachment=draft.files, way="forward", answers=first.pk)  # fmt: skip
    interactions.send_next(now=later())
    [mail] = outside.letters
    assert (mail["To"], mail["Subject"]) == (CARRIER, "Fwd: My parcel")
    assert [part.get_filename() for part in mail.walk() if part.get_filename()] == ["bill.txt"]


def test_an_answer_asked_for_at_another_domain_is_marked_and_goes_there_only_if_chosen(
    account: ChannelAccount, desk: Client
) -> None:
    came(account, letter(reply_to="ana@elsewhere.example"))
    contact = take(desk)
    page = text_of(desk.get(f"/interactions/{contact.pk}/"))
    assert "another domain" in page
    assert 'data-write-to="ana@elsewhere.example"' in page
    assert chips(page, "to") == [ANA]


def test_a_case_that_is_opened_from_a_mail_begins_with_its_subject(
    desk: Client, account: ChannelAccount, contact: Interaction
) -> None:
    assert 'value="My parcel"' in text_of(desk.get(f"/interactions/{contact.pk}/cases/new/"))
    came(account, letter("And?", sender="Zoe <zoe@customer.example>", subject="RE: Отв: Fwd[2]: The bill"))
    other = take(desk)
    assert 'value="The bill"' in text_of(desk.get(f"/interactions/{other.pk}/cases/new/"))
