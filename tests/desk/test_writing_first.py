"""Writing first by mail, from a case and from a customer: through the gate, in a thread whose answer finds the case."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from fanal.agents.models import Agent
from fanal.cases import actions as cases
from fanal.cases.models import Case, CaseType
from fanal.channels.models import ChannelAccount
from fanal.consent.models import Clearance, Suppression
from fanal.customers.models import ContactPoint, Customer
from fanal.environment import environment
from fanal.events.models import Event
from fanal.identity.models import Assurance
from fanal.interactions import actions as interactions
from fanal.interactions.models import Interaction, Letter
from fanal.routing.models import AgentLoad
from fanal.running.verify import verify
from tests.channels.email.letters import ADDRESS, an_account, letter
from tests.channels.email.outside import World, world
from tests.desk import test_composing as composing
from tests.desk.test_composing import came, chips, later, said
from tests.journeys.test_desk_pages import text_of

pytestmark = pytest.mark.django_db(transaction=True)
ANA = "ana@customer.example"
agent, desk, files = composing.agent, composing.desk, composing.files


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with world() as there:
        monkeypatch.setattr(environment, "smtp_url", there.address)
        yield there


@pytest.fixture
def account() -> ChannelAccount:
    return an_account()


@pytest.fixture
def ana() -> Customer:
    person = Customer.objects.create(name="Ana Diaz", language="fr")
    ContactPoint.objects.create(customer=person, kind="email", value=ANA)
    return person


@pytest.fixture
def case(ana: Customer, agent: Agent) -> Case:
    kind = CaseType.objects.create(code="fault", name="Fault")
    return cases.open_case(type=kind, subject="It leaks", customer=ana, owner=agent, now=timezone.now(), by=agent)


def begun(desk: Client, url: str, **more: Any) -> Interaction:
    answer = desk.post(url, more, headers={"HX-Request": "true"})
    assert answer.status_code == 204, answer.content
    contact = Interaction.objects.latest("pk")
    assert answer.headers["HX-Redirect"] == f"/interactions/{contact.pk}/"
    return contact


def test_a_mail_about_a_case_opens_on_the_desk_and_its_answer_comes_back_to_the_case(
    account: ChannelAccount, desk: Client, agent: Agent, case: Case, outside: World
) -> None:
    assert ANA in text_of(desk.get(f"/cases/{case.pk}/mails/"))
    contact = begun(desk, f"/cases/{case.pk}/mails/")
    assert (contact.direction, contact.customer, contact.language) == ("out", case.customer, "fr")
    assert contact.assurance == Assurance.CLAIMED
    assert contact.topics.get().case == case
    assert AgentLoad.objects.get(agent=agent).open_work["email"] == 1
    page = text_of(desk.get(f"/interactions/{contact.pk}/"))
    assert chips(page, "to") == [ANA]
    assert f'value="[{case.number}] It leaks"' in page
    subject = f"[{case.number}] It leaks"
    text_of(desk.post(f"/interactions/{contact.pk}/messages/", said(to=[ANA], subject=subject)))
    assert interactions.send_next(now=later())
    [mail] = outside.letters
    assert (mail["To"], mail["Subject"]) == (ANA, subject)
    ours = Letter.objects.get()
    assert ours.message.clearance.purpose == "service"
    text_of(desk.post(f"/interactions/{contact.pk}/ending/"))
    back = came(account, letter("Thank you", in_reply_to=str(mail["Message-ID"]))).message.interaction
    assert back != contact
    assert (back.thread, back.topics.get().case) == (contact.thread, case)
    assert [verdict.invariant.name for verdict in verify() if not verdict.holds] == []


def test_it_goes_on_in_the_thread_of_their_last_mail(account: ChannelAccount, desk: Client, case: Case) -> None:
    first = came(account, letter(message_id="<q@customer.example>"))
    before = first.message.interaction
    interactions.add_topic(interaction=before, case=case, origin="agent", now=timezone.now())
    interactions.end_talk(interaction=before, reason="agent", now=timezone.now())
    contact = begun(desk, f"/cases/{case.pk}/mails/")
    assert contact.thread == before.thread
    page = text_of(desk.get(f"/interactions/{contact.pk}/"))
    assert (chips(page, "to"), 'value="Re: My parcel"' in page) == ([ANA], True)
    text_of(desk.post(f"/interactions/{contact.pk}/messages/", said()))
    ours = Letter.objects.get(ours=True)
    assert (ours.references, ours.message.clearance.basis) == (["q@customer.example"], "own_contact")


def test_the_gate_refuses_whoever_asked_to_be_left_alone(account: ChannelAccount, desk: Client, case: Case) -> None:
    Suppression.objects.create(kind="email", value=ANA, purpose="", since=timezone.now(), evidence="letter")
    for url, more in ((f"/cases/{case.pk}/mails/", {}), (f"/customers/{case.customer_id}/mails/", {"address": "0"})):
        answer = desk.post(url, more)
        assert (answer.status_code, "asked not to be contacted" in answer.content.decode()) == (409, True)
    assert not Interaction.objects.exists()
    assert not Clearance.objects.exists()
    assert Event.objects.filter(kind="contact.refused").count() == 2


def test_a_mail_that_was_begun_is_judged_again_when_it_is_sent(
    account: ChannelAccount, desk: Client, case: Case
) -> None:
    contact = begun(desk, f"/cases/{case.pk}/mails/")
    Suppression.objects.create(kind="email", value=ANA, purpose="", since=timezone.now(), evidence="letter")
    answer = desk.post(f"/interactions/{contact.pk}/messages/", said())
    assert (answer.status_code, "asked not to be contacted" in answer.content.decode()) == (409, True)
    assert not Letter.objects.exists()


def test_a_customer_is_written_to_at_the_address_that_is_chosen(
    account: ChannelAccount, desk: Client, ana: Customer, case: Case
) -> None:
    ContactPoint.objects.create(customer=ana, kind="email", value="old@customer.example", state="bounced")
    page = text_of(desk.get(f"/customers/{ana.pk}/messages/"))
    for wanted in (ANA, "old@customer.example", "Mail to this address came back", str(case.number)):
        assert wanted in page
    ways = [one.address for one in interactions.ways_to(ana)]
    bad = desk.post(f"/customers/{ana.pk}/mails/", {"address": ways.index("old@customer.example")})
    assert bad.status_code == 409
    contact = begun(desk, f"/customers/{ana.pk}/mails/", address=ways.index(ANA), case=case.pk)
    assert (contact.source, contact.topics.get().case) == (ANA, case)


def test_whoever_is_in_a_contact_with_a_colleague_is_not_written_to_beside_it(
    account: ChannelAccount, desk: Client, case: Case
) -> None:
    running = came(account, letter()).message.interaction
    interactions.add_topic(interaction=running, case=case, origin="agent", now=timezone.now())
    answer = desk.post(f"/cases/{case.pk}/mails/")
    assert (answer.status_code, "in a contact with us already" in answer.content.decode()) == (409, True)


def test_without_an_account_to_write_from_it_says_so(desk: Client, case: Case) -> None:
    answer = desk.post(f"/cases/{case.pk}/mails/")
    assert (answer.status_code, "no e-mail account" in answer.content.decode()) == (409, True)
    assert ADDRESS not in text_of(desk.get(f"/customers/{case.customer_id}/messages/"))
