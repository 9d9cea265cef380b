"""Calling a customer from the desk: which numbers, why not, and what becomes of the contact."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from fanal.agents.models import Agent, Presence
from fanal.cases.actions import open_case
from fanal.cases.models import Case, CaseType
from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.consent.models import Suppression
from fanal.customers.models import ContactPoint, Customer
from fanal.interactions import actions as interactions
from fanal.interactions.models import Dial, Direction, EndReason, Interaction, Leg, LegKind, Segment
from fanal.routing import actions as routing
from fanal.routing.models import Callback, CallbackEnd
from tests.desk.test_composing import at_desk
from tests.people import an_agent
from tests.routing_world import queue

pytestmark = pytest.mark.django_db(transaction=True)
OPEN = {"trunk": "carrier", "countries": ["NO"], "opens": "00:00", "closes": "23:59:59"}
HX = {"HX-Request": "true"}


@pytest.fixture
def account() -> ChannelAccount:
    return ChannelAccount.objects.create(
        kind=ChannelKind.VOICE, code="phone", name="Phone", address="+4780012345",
        settings={"region": "NO", "dialling": OPEN},
    )  # fmt: skip


@pytest.fixture
def robin() -> Agent:
    robin = an_agent(capacity={"voice": 1})
    routing.set_presence(agent=robin, state=Presence.AVAILABLE, by=robin, now=timezone.now())
    return robin


@pytest.fixture
def desk(robin: Agent) -> Client:
    return at_desk(robin)


@pytest.fixture
def kari() -> Customer:
    who = Customer.objects.create(name="Kari Nordmann")
    ContactPoint.objects.create(customer=who, kind="phone", value="+4722334455")
    ContactPoint.objects.create(customer=who, kind="phone", value="+4782000000", given="820 00 000")
    return who


def point(of: Customer, at: int = 0) -> str:
    return f"point-{of.contact_points.order_by('pk')[at].pk}"


def call(desk: Client, **given: Any) -> Any:
    return desk.post("/calls/", given, headers=HX)


def test_the_form_shows_each_number_with_what_stands_against_it(
    desk: Client, kari: Customer, account: ChannelAccount
) -> None:
    page = desk.get("/calls/", {"customer": kari.pk}).content.decode()
    assert "Call Kari Nordmann" in page
    assert "•••• 4455" in page, "nobody proved who they are: the number is called all the same, and not shown"
    assert "+4722334455" not in page
    assert "Premium numbers are not called." in page


def test_calling_makes_a_contact_of_the_agents_with_its_case(
    desk: Client, kari: Customer, robin: Agent, account: ChannelAccount
) -> None:
    kind = CaseType.objects.create(code="enquiry", name="Enquiry")
    case = open_case(type=kind, subject="The parcel", customer=kari, by=robin, now=timezone.now())
    answer = call(desk, case=case.pk, number=point(kari), about=case.pk)
    contact = Interaction.objects.get()
    assert answer.headers["HX-Redirect"] == f"/interactions/{contact.pk}/"
    assert (contact.direction, contact.customer, contact.source) == (Direction.OUTBOUND, kari, "+4722334455")
    assert Case.objects.get(topics__interaction=contact) == case
    assert Segment.objects.get(interaction=contact, ended_at=None).agent == robin
    assert Dial.objects.get().interaction == contact
    page = desk.get(f"/interactions/{contact.pk}/").content.decode()
    assert "Your phone rings: lift it" in page
    second = call(desk, customer=kari.pk, number=point(kari))
    assert (second.status_code, "in a call" in second.content.decode()) == (409, True)


def test_a_refusal_is_said_and_kept(desk: Client, kari: Customer, account: ChannelAccount) -> None:
    refused = call(desk, customer=kari.pk, number=point(kari, 1))
    assert (refused.status_code, refused.content.decode()) == (409, "Premium numbers are not called.")
    Suppression.objects.create(kind="phone", value="+4722334455", since=timezone.now(), evidence="said so")
    refused = call(desk, customer=kari.pk, number=point(kari))
    assert "asked not to be called" in refused.content.decode()
    assert set(Dial.objects.values_list("refused", flat=True)) == {"premium", "suppressed"}
    assert not Interaction.objects.exists()


def test_only_a_number_of_theirs_is_called(desk: Client, kari: Customer, account: ChannelAccount) -> None:
    other = Customer.objects.create(name="Ola")
    stranger = ContactPoint.objects.create(customer=other, kind="phone", value="+4722334466")
    for said in (f"point-{stranger.pk}", "+4722334466", ""):
        assert call(desk, customer=kari.pk, number=said).status_code == 409
    assert not Dial.objects.exists()


def test_without_a_carrier_nothing_goes_out_and_it_is_said(desk: Client, kari: Customer) -> None:
    page = desk.get("/calls/", {"customer": kari.pk}).content.decode()
    assert "Calls do not go out yet" in page
    assert call(desk, customer=kari.pk, number=point(kari)).status_code == 409


def test_who_called_is_called_back_at_the_number_they_called_from(
    desk: Client, robin: Agent, account: ChannelAccount
) -> None:
    theirs = interactions.start(account=account, source="+4722334477", thread="x", now=timezone.now())
    interactions.give_to_agent(interaction=theirs, agent=robin, now=timezone.now())
    routing.finish_talk(interaction=theirs, by=robin, now=timezone.now())
    assert "22 33 44 77" in desk.get("/calls/", {"contact": theirs.pk}).content.decode()
    call(desk, contact=theirs.pk, number=f"contact-{theirs.pk}")
    assert Interaction.objects.latest("pk").source == "+4722334477"


def test_a_machine_that_answers_is_an_outcome(
    desk: Client, kari: Customer, robin: Agent, account: ChannelAccount
) -> None:
    call(desk, customer=kari.pk, number=point(kari))
    contact = Interaction.objects.get()
    assert desk.post(f"/interactions/{contact.pk}/voicemail/", headers=HX).status_code == 409
    now = timezone.now()
    Leg.objects.create(
        interaction=contact, kind=LegKind.CUSTOMER, line=contact.thread, dial=Dial.objects.get(), began_at=now,
        answered_at=now,
    )  # fmt: skip
    assert desk.post(f"/interactions/{contact.pk}/voicemail/", headers=HX).status_code == 200
    contact.refresh_from_db()
    assert contact.end_reason == EndReason.VOICEMAIL


def test_a_callback_is_noted_by_their_clock_shown_and_withdrawn(
    desk: Client, kari: Customer, robin: Agent, account: ChannelAccount
) -> None:
    line = queue("calls")
    tomorrow = timezone.localdate() + timedelta(days=1)
    given = {"customer": kari.pk, "number": point(kari), "queue": line.pk, "at": f"{tomorrow}T10:30", "who": "me"}
    assert desk.post("/callbacks/", given, headers=HX).status_code == 204
    callback = Callback.objects.get()
    there = callback.due_at.astimezone(ZoneInfo("Europe/Oslo"))
    assert (there.date(), there.hour, there.minute) == (tomorrow, 10, 30)
    assert (callback.agent, callback.by, callback.customer, callback.queue) == (robin, robin, kari, line)
    assert "Kari Nordmann" in desk.get("/callbacks/").content.decode()
    assert "Kari Nordmann" not in at_desk(an_agent()).get("/callbacks/?whose=all").content.decode()
    assert at_desk(an_agent()).delete(f"/callbacks/{callback.pk}/").status_code == 404
    assert desk.delete(f"/callbacks/{callback.pk}/").status_code == 200
    callback.refresh_from_db()
    assert callback.how == CallbackEnd.WITHDRAWN


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"at": ""}, "Say when"), ({"queue": "0"}, "Choose a number and a queue"), ({"number": "x"}, "Choose a number"),
     ({"at": "2099-01-01T10:00"}, "too early or too late")],
)  # fmt: skip
def test_a_callback_that_cannot_be_is_said_to_be_so(
    wrong: dict[str, str], said: str, desk: Client, kari: Customer, account: ChannelAccount
) -> None:
    given = {"customer": kari.pk, "number": point(kari), "queue": queue("calls").pk, "at": "2030-01-01T10:30"} | wrong
    answer = desk.post("/callbacks/", given, headers=HX)
    assert (answer.status_code, said in answer.content.decode()) == (409, True), answer.content
    assert not Callback.objects.exists()
