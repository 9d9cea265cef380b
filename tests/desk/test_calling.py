"""Who a mail is from, wherever contacts are listed: a claim where nobody knows them, and a mail all the same."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from fanal.agents.models import Agent
from fanal.cases.actions import open_case
from fanal.cases.models import CaseType
from fanal.channels.models import ChannelAccount
from fanal.desk.calling import Caller, caller, picture
from fanal.interactions import actions as interactions
from fanal.routing.models import QueueEntry
from tests.channels.email.letters import an_account, letter
from tests.desk import test_composing as composing
from tests.desk.test_composing import at_desk, came
from tests.journeys.test_desk_pages import match, text_of
from tests.people import an_agent

pytestmark = pytest.mark.django_db(transaction=True)
agent, desk, files = composing.agent, composing.desk, composing.files
CLAIM = re.compile(r'<bdi>([^<]*)</bdi> <span class="tag">claimed</span>')


@pytest.fixture
def account() -> ChannelAccount:
    return an_account()


@pytest.fixture
def supervisor() -> Client:
    return at_desk(an_agent("supervisor"))


@pytest.mark.parametrize(
    ("given", "name"),
    [({"name": "Ana Pop", "email": "ana@customer.example"}, "Ana Pop"), ({"name": " "}, "ana@customer.example")],
)
def test_whoever_writes_by_mail_has_a_name_or_an_address(given: dict[str, Any], name: str) -> None:
    found = caller(customer=None, channel="email", given=given, source="ana@customer.example")
    assert found == Caller(name, claimed=True)
    assert caller(customer="Ana Popescu", channel="email", given=given, source="x") == Caller("Ana Popescu")
    assert picture("email") == "mail"


def test_the_handle_of_a_visitor_is_nobodys_name() -> None:
    assert caller(customer=None, channel="webchat", given={}, source="3f9a").name == "Unknown visitor"
    assert picture("webchat") == "chat"


def test_a_mail_that_rings_and_is_talked_in_says_who_it_is_from(account: ChannelAccount, desk: Client) -> None:
    came(account, letter("Where is it?"))
    (offer,) = match(timezone.now())
    ringing = text_of(desk.get("/work/"))
    assert CLAIM.findall(ringing) == ["Ana Diaz"]
    text_of(desk.post(f"/offers/{offer.pk}/acceptance/", headers={"HX-Request": "true"}))
    page = text_of(desk.get(f"/interactions/{offer.entry.interaction_id}/"))
    work, talk = text_of(desk.get("/work/")), page[page.index('class="talk-head"') :]
    assert '#mail"' in work
    assert '#chat"' not in work
    assert "<bdi>Ana Diaz</bdi></a>" in work
    assert ">claimed</span>" in work
    assert CLAIM.findall(talk[:400]) == ["Ana Diaz"]
    assert "<title>Ana Diaz" in page
    for shown in (ringing, page, work):
        assert "Unknown visitor" not in shown


def test_a_supervisor_sees_in_a_queue_who_waits(account: ChannelAccount, supervisor: Client) -> None:
    one = came(account, letter("Where is it?"))
    queue = QueueEntry.objects.get(interaction=one.message.interaction).queue
    page = text_of(supervisor.get(f"/queues/{queue.pk}/"))
    assert CLAIM.findall(page) == ["Ana Diaz"]
    assert '#mail"' in page


def test_a_case_to_which_nobody_is_attached_says_who_wrote(
    account: ChannelAccount, supervisor: Client, agent: Agent
) -> None:
    contact = came(account, letter("Where is it?")).message.interaction
    kind = CaseType.objects.create(code="enquiry", name="Enquiry")
    case = open_case(type=kind, subject="The parcel", interaction=contact.pk, by=agent, now=timezone.now())
    interactions.add_topic(interaction=contact, case=case, origin="agent", now=timezone.now())
    assert CLAIM.findall(text_of(supervisor.get(f"/cases/{case.pk}/"))) == ["Ana Diaz"]
    found = text_of(supervisor.get("/search/", {"q": str(case.number)}))
    assert '<bdi dir="auto">Ana Diaz</bdi> <span class="tag">claimed</span>' in found


def test_a_name_that_is_markup_is_text(account: ChannelAccount, desk: Client) -> None:
    came(account, letter("Hello", sender='"<script>alert(1)</script>" <ana@customer.example>'))
    match(timezone.now())
    page = text_of(desk.get("/work/"))
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
