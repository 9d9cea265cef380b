"""The pages of a call with several: whoever has it steers it, whoever is in it sees it, nobody else does either."""

import pytest
from django.test import Client
from django.utils import timezone

from fanal.agents.models import Agent, Presence
from fanal.channels.models import ChannelAccount
from fanal.interactions import actions as interactions
from fanal.interactions.models import InCall, Interaction, PartEnd, Participation, Segment
from fanal.routing import actions as routing
from tests.desk.test_composing import at_desk
from tests.journeys.test_desk_pages import text_of
from tests.people import an_agent
from tests.routing_world import match, queue

pytestmark = pytest.mark.django_db(transaction=True)


def there(name: str) -> Agent:
    who = an_agent("agent")
    Agent.objects.filter(pk=who.pk).update(name=name, capacity={"voice": 1})
    who.refresh_from_db()
    routing.set_presence(agent=who, state=Presence.AVAILABLE, by=who, now=timezone.now())
    return who


@pytest.fixture
def ann() -> Agent:
    return there("Ann")


@pytest.fixture
def call(ann: Agent) -> Interaction:
    now = timezone.now()
    account = ChannelAccount.objects.create(kind="voice", code="v", name="Phone", address="+33199005678")
    contact = interactions.start(account=account, source="+33612345678", thread="line-1", now=now)
    routing.enqueue(interaction=contact, queue=queue("first"), now=now)
    (offer,) = match(now)
    routing.accept(offer_id=offer.pk, agent=ann, now=now)
    return contact


@pytest.fixture
def bob(call: Interaction) -> Agent:
    return there("Bob")


def test_a_colleague_is_asked_from_the_strip_brought_in_and_given_the_call(
    call: Interaction, ann: Agent, bob: Agent
) -> None:
    mine, theirs = at_desk(ann), at_desk(bob)
    page = text_of(mine.get(f"/interactions/{call.pk}/others/", headers={"HX-Request": "true"}))
    assert f'value="agent:{bob.pk}"' in page
    asked = mine.post(f"/interactions/{call.pk}/others/", {"target": f"agent:{bob.pk}", "why": "The invoice."})
    assert 'data-state="rings"' in text_of(asked)
    part = Participation.objects.get()
    assert "Ann asks you" in text_of(theirs.get("/work/"))
    assert "The invoice." in text_of(theirs.get(f"/interactions/{call.pk}/"))
    assert mine.post(f"/participations/{part.pk}/together/").status_code == 409
    interactions.has_answered(part, now=timezone.now())
    assert 'data-state="aside"' in text_of(mine.get(f"/interactions/{call.pk}/call/"))
    assert 'data-state="together"' in text_of(mine.post(f"/participations/{part.pk}/together/"))
    assert "The invoice." in text_of(mine.get(f"/participations/{part.pk}/handing/"))
    mine.post(f"/participations/{part.pk}/handing/", {"summary": "The invoice."})
    assert Segment.objects.get(interaction=call, ended_at=None).agent == bob


def test_whoever_is_in_it_may_leave_and_steers_nothing_else(call: Interaction, ann: Agent, bob: Agent) -> None:
    part = routing.ask(interaction=call, to_agent=bob, by=ann, now=timezone.now())
    theirs = at_desk(bob)
    for address in ("together", "handing"):
        assert theirs.post(f"/participations/{part.pk}/{address}/").status_code in (403, 404)
    assert theirs.post(f"/interactions/{call.pk}/leaving/").status_code == 403
    theirs.delete(f"/participations/{part.pk}/")
    part.refresh_from_db()
    assert part.end == PartEnd.LEFT


@pytest.mark.parametrize(
    "wish", [{}, {"target": "agent:"}, {"target": "tier:1"}, {"target": "agent:1", "number": "+33140978186"}]
)
def test_whom_to_ask_is_said_once_and_clearly(call: Interaction, ann: Agent, wish: dict[str, str]) -> None:
    answer = at_desk(ann).post(f"/interactions/{call.pk}/others/", wish)
    assert answer.status_code == 409
    assert not Participation.objects.exists()


def test_a_number_outside_that_may_not_be_called_says_why(call: Interaction, ann: Agent) -> None:
    answer = at_desk(ann).post(f"/interactions/{call.pk}/others/", {"number": "112"})
    assert answer.status_code == 409
    assert Participation.objects.filter(how=InCall.ASKED).count() == 0
    stranger: Client = at_desk(there("Cleo"))
    assert stranger.post(f"/interactions/{call.pk}/others/", {"number": "112"}).status_code in (403, 404)


def test_a_supervisor_listens_from_the_live_page_and_the_agent_sees_it(call: Interaction, ann: Agent) -> None:
    sue = an_agent("supervisor")
    routing.set_presence(agent=sue, state=Presence.AVAILABLE, by=sue, now=timezone.now())
    lead = at_desk(sue)
    assert f'hx-put="/interactions/{call.pk}/supervision/"' in text_of(lead.get("/agents/"))
    assert lead.put(f"/interactions/{call.pk}/supervision/", "how=sings").status_code == 409
    lead.put(f"/interactions/{call.pk}/supervision/", "how=listens")
    assert 'data-state="supervises"' in text_of(at_desk(ann).get(f"/interactions/{call.pk}/"))
    assert "Whisper" in text_of(lead.get(f"/interactions/{call.pk}/"))
    ChannelAccount.objects.update(settings={"supervision": "nobody"})
    assert "supervises" not in text_of(at_desk(ann).get(f"/interactions/{call.pk}/"))
    assert at_desk(ann).put(f"/interactions/{call.pk}/supervision/", "how=listens").status_code == 403
    part = Participation.objects.get()
    lead.delete(f"/participations/{part.pk}/")
    part.refresh_from_db()
    assert part.end == PartEnd.LEFT
