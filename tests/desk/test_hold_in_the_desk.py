"""Who may hold a caller: whoever talks with them, and nobody who handed them on."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from fanal.agents.models import Agent
from fanal.channels.models import ChannelAccount
from fanal.interactions.models import Hold, Interaction, Segment, SegmentKind
from tests.people import an_agent

pytestmark = pytest.mark.django_db


@pytest.fixture
def call() -> Interaction:
    account = ChannelAccount.objects.create(kind="voice", code="phone", name="Phone")
    return Interaction.objects.create(account=account, channel="voice", source="+4722000001", started_at=timezone.now())


def talks(agent: Agent, call: Interaction, *, over: bool = False) -> None:
    now = timezone.now()
    Segment.objects.create(
        interaction=call, kind=SegmentKind.AGENT, agent=agent, started_at=now - timedelta(minutes=1),
        ended_at=now if over else None, wrap_up_due_at=now + timedelta(minutes=1) if over else None,
    )  # fmt: skip


def browser(agent: Agent) -> Client:
    client = Client()
    client.force_login(agent, backend="fanal.desk.accounts.backend.AgentBackend")
    return client


def test_whoever_handed_a_call_on_neither_holds_it_nor_brings_the_customer_back(call: Interaction) -> None:
    before, now_theirs = an_agent(), an_agent()
    talks(before, call, over=True)
    talks(now_theirs, call)
    address = f"/interactions/{call.pk}/hold/"
    assert browser(before).post(address).status_code == 403
    assert not Hold.objects.exists()
    assert browser(now_theirs).post(address).status_code == 200
    assert browser(before).delete(address).status_code == 403
    assert Hold.objects.get().ended_at is None
