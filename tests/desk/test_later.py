"""Sending later, coming back when nobody answers, and words that are filled in before a mail goes out."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from fanal.agents.models import Agent
from fanal.cases import actions as cases
from fanal.cases.history import history_of
from fanal.cases.models import Case, CaseType, Notice
from fanal.channels.models import ChannelAccount
from fanal.customers.models import Customer
from fanal.identity.models import Assurance
from fanal.interactions import actions as interactions
from fanal.interactions.models import CannedReply, FollowUp, Interaction, Letter
from fanal.routing import actions as routing
from fanal.routing.models import QueueEntry
from tests.channels.email.letters import letter
from tests.channels.email.outside import World
from tests.desk import test_composing as composing
from tests.desk.test_composing import came, later, said, send
from tests.journeys.test_desk_pages import text_of

pytestmark = pytest.mark.django_db(transaction=True)
agent, desk, files = composing.agent, composing.desk, composing.files
account, contact, outside = composing.account, composing.contact, composing.outside


def known_as(contact: Interaction, agent: Agent, *, assurance: int = Assurance.CLAIMED, **more: Any) -> Customer:
    ana = Customer.objects.create(name="Ana Diaz", given_name="Ana", **more)
    interactions.identify(
        interaction=contact, customer=ana, assurance=assurance, why="picked", by=agent, now=timezone.now()
    )
    return ana


def test_a_mail_is_sent_at_the_time_that_was_chosen_in_the_customers_zone(
    desk: Client, contact: Interaction, agent: Agent, outside: World
) -> None:
    known_as(contact, agent, country="JP")
    assert "Asia/Tokyo" in text_of(desk.get(f"/interactions/{contact.pk}/"))
    there = ZoneInfo("Asia/Tokyo")
    wanted = (datetime.now(there) + timedelta(days=2)).replace(hour=9, minute=30, second=0, microsecond=0)
    ours = send(desk, contact, send_at=wanted.strftime("%Y-%m-%dT%H:%M"))
    assert (ours.next_at, ours.at) == (wanted, wanted)
    assert "goes out at" in text_of(desk.get(f"/interactions/{contact.pk}/lines/"))
    assert not interactions.send_next(now=wanted - timedelta(seconds=1))
    assert interactions.send_next(now=wanted)
    assert len(outside.mails) == 1


def test_a_country_with_several_times_says_ours(desk: Client, contact: Interaction, agent: Agent) -> None:
    known_as(contact, agent, country="US")
    assert "our time" in text_of(desk.get(f"/interactions/{contact.pk}/"))


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [("2001-01-01T10:00", "This time is over"), ("2999-01-01T10:00", "within sixty days"), ("soon", "no time")],
)
def test_a_time_at_which_nothing_can_be_sent_is_refused(
    desk: Client, contact: Interaction, chosen: str, sentence: str
) -> None:
    answer = desk.post(f"/interactions/{contact.pk}/messages/", said(send_at=chosen))
    assert (answer.status_code, sentence in answer.content.decode()) == (409, True)
    assert not Letter.objects.filter(ours=True).exists()


@pytest.fixture
def case(contact: Interaction, agent: Agent) -> Case:
    kind = CaseType.objects.create(code="fault", name="Fault")
    found = cases.open_case(type=kind, subject="It leaks", owner=agent, now=timezone.now(), by=agent)
    interactions.add_topic(interaction=contact, case=found, origin="agent", now=timezone.now(), by=agent)
    return found


def in_days(days: float) -> Any:
    return timezone.now() + timedelta(days=days)


def test_what_nobody_answers_comes_back_to_whoever_wrote_it(
    desk: Client, contact: Interaction, case: Case, agent: Agent, outside: World
) -> None:
    cases.wait_for_customer(case=case, waiting=True, now=timezone.now(), by=agent)
    send(desk, contact, follow_up="3", back_to="me")
    interactions.send_next(now=later())
    assert "if nobody answers" in text_of(desk.get(f"/interactions/{contact.pk}/lines/"))
    assert routing.come_back(now=in_days(2)) == 0
    assert routing.come_back(now=in_days(4)) == 1
    assert routing.come_back(now=in_days(5)) == 0
    assert [(one.agent, one.kind, one.case) for one in Notice.objects.all()] == [(agent, "no_answer", case)]
    assert Case.objects.get(pk=case.pk).state == "open"
    assert "no_answer" in [line.kind for line in history_of(case)]


def test_or_into_the_queue(desk: Client, contact: Interaction, case: Case, outside: World) -> None:
    send(desk, contact, follow_up="1", back_to="queue")
    interactions.send_next(now=later())
    assert routing.come_back(now=in_days(2)) == 1
    assert QueueEntry.objects.get(case=case, state="waiting").queue.code == "post"


def test_an_answer_cancels_it_and_an_automatic_one_does_not(
    desk: Client, contact: Interaction, case: Case, account: ChannelAccount, outside: World
) -> None:
    ours = send(desk, contact, follow_up="1")
    came(account, letter("I am away", in_reply_to=f"<{ours.header_id}>", auto_submitted="auto-replied"))
    row = FollowUp.objects.select_related("message__interaction").get()
    assert not interactions.is_answered(row)
    lines = f"/interactions/{contact.pk}/lines/"
    assert "if nobody answers" in text_of(desk.get(lines))
    came(account, letter("Thank you", in_reply_to=f"<{ours.header_id}>"))
    shown = text_of(desk.get(lines))
    assert "if nobody answers" not in shown
    assert "Answered in time" in shown
    assert routing.come_back(now=in_days(2)) == 0
    assert FollowUp.objects.get().state == "answered"
    assert not Notice.objects.exists()


def test_what_was_taken_back_does_not_come_back(desk: Client, contact: Interaction, case: Case) -> None:
    ours = send(desk, contact, follow_up="1")
    text_of(desk.delete(f"/letters/{ours.pk}/sending/"))
    assert routing.come_back(now=in_days(2)) == 0
    assert FollowUp.objects.get().state == "cancelled"


def test_without_a_case_one_is_opened_so_that_there_is_something_to_do(
    desk: Client, contact: Interaction, agent: Agent, outside: World
) -> None:
    send(desk, contact, follow_up="1")
    interactions.send_next(now=later())
    assert routing.come_back(now=in_days(2)) == 1
    case = contact.topics.get().case
    assert case is not None
    assert (case.owner, case.subject) == (agent, "Re: My parcel")


def test_a_ready_answer_is_in_the_customers_language_and_marks_what_is_missing(
    desk: Client, contact: Interaction, agent: Agent, outside: World
) -> None:
    known_as(contact, agent, assurance=Assurance.MATCHED, language="fr")
    Interaction.objects.filter(pk=contact.pk).update(language="")
    texts = {"en": "Dear {{ customer }}", "fr": "Bonjour {{ name }}, votre commande {{ order }}"}
    CannedReply.objects.create(code="where", title="Where", texts=texts)
    page = text_of(desk.get(f"/interactions/{contact.pk}/canned-replies/"))
    assert 'data-text="Bonjour Ana, votre commande {{ order }}"' in page
    assert "nothing for order" in page
    answer = desk.post(f"/interactions/{contact.pk}/messages/", said(text="Bonjour Ana, votre commande {{ order }}"))
    assert (answer.status_code, "order" in answer.content.decode()) == (409, True)
    send(desk, contact, text="Write {{ anything }} else")


@pytest.mark.parametrize(
    ("assurance", "told"), [(Assurance.CLAIMED, "Dear A. Nobody, A. Nobody"), (Assurance.MATCHED, "Dear Ana Diaz, Ana")]
)
def test_a_ready_answer_does_not_tell_who_only_claims_to_be_somebody_what_that_person_is_called(
    desk: Client, contact: Interaction, agent: Agent, assurance: int, told: str
) -> None:
    known_as(contact, agent, assurance=assurance)
    Interaction.objects.filter(pk=contact.pk).update(given={"name": "A. Nobody"})
    texts = {"en": "Dear {{ customer }}, {{ name }}"}
    CannedReply.objects.create(code="dear", title="Dear", texts=texts)
    assert f'data-text="{told}"' in text_of(desk.get(f"/interactions/{contact.pk}/canned-replies/"))
    Interaction.objects.filter(pk=contact.pk).update(given={})
    nameless = text_of(desk.get(f"/interactions/{contact.pk}/canned-replies/"))
    assert ("Ana" in nameless, "nothing for" in nameless) == (told.endswith("Ana"), not told.endswith("Ana"))


def test_the_preview_shows_what_goes_out_and_that_is_what_goes_out(
    account: ChannelAccount, desk: Client, contact: Interaction, outside: World
) -> None:
    signed = {**account.settings, "signature": {"en": "The shop", "fr": "La boutique"}, "html": True}
    ChannelAccount.objects.filter(pk=account.pk).update(settings=signed)
    Interaction.objects.filter(pk=contact.pk).update(language="fr")
    words = "Bonjour <b>Ana</b>\n\nhttps://shop.example/x?a=1&b=2"
    page = text_of(desk.post(f"/interactions/{contact.pk}/preview/", said(text=words, cc=["x@y.example"])))
    for wanted in ("La boutique", "x@y.example", "Re: My parcel", "Bonjour &lt;b&gt;Ana"):
        assert wanted in page
    assert not Letter.objects.filter(ours=True).exists()
    send(desk, contact, text=words)
    interactions.send_next(now=later())
    [mail] = outside.letters
    plain, html = (
        str(part.get_payload(decode=True), "utf-8").replace("\r\n", "\n")
        for part in mail.walk()
        if not part.is_multipart()
    )
    assert plain.strip() == f"{words}\n\n-- \nLa boutique"
    assert "<b>" not in html
    assert 'href="https://shop.example/x?a=1&amp;b=2"' in html
    assert 'lang="fr"' in html
