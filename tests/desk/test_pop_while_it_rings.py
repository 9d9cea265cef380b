"""The pop while it rings: who is offered a contact sees what it is about, to read, and nobody else does."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from fanal.agents.models import Agent, Presence, Role
from fanal.channels.models import ChannelAccount
from fanal.customers.models import ContactPoint, Customer
from fanal.events.models import Event
from fanal.holdings.models import Order
from fanal.interactions import actions as interactions
from fanal.interactions.models import Candidate, Interaction
from fanal.routing import actions as routing
from fanal.routing.models import Offer
from tests.desk.test_composing import at_desk
from tests.journeys.test_desk_pages import text_of
from tests.people import an_agent
from tests.routing_world import match, queue

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "+33612345678"
CHANGES = ("hx-put", "hx-delete", "hx-post", "hx-get")
IDLE = {"HX-Request": "true", "HX-Current-URL": "http://testserver/"}


@pytest.fixture
def account() -> ChannelAccount:
    return ChannelAccount.objects.create(kind="voice", code="v", name="Phone", address="+33199005678")


@pytest.fixture
def robin() -> Agent:
    return there("Robin")


def there(name: str) -> Agent:
    who = an_agent("agent", capacity={"voice": 2, "webchat": 2})
    Agent.objects.filter(pk=who.pk).update(name=name)
    routing.set_presence(agent=who, state=Presence.AVAILABLE, by=who, now=timezone.now())
    return who


@pytest.fixture
def kari() -> Customer:
    who = Customer.objects.create(name="Kari Nordmann", address="5 Hidden Lane")
    ContactPoint.objects.create(customer=who, kind="phone", value=NUMBER)
    Order.objects.create(customer=who, number="FN-100234", placed_at=timezone.now(), state="shipped")
    return who


def rings(account: ChannelAccount, *, source: str = NUMBER, **fields: Any) -> Offer:
    now = timezone.now() - timedelta(seconds=5)
    contact = interactions.start(account=account, source=source, thread=f"line-{source}", now=now)
    Interaction.objects.filter(pk=contact.pk).update(**fields)
    routing.enqueue(interaction=contact, queue=queue(), now=now)
    (offer,) = match(timezone.now())
    return offer


def pop(desk: Client, offer: Offer) -> Any:
    return desk.get(f"/offers/{offer.pk}/pop/", headers=IDLE)


def test_the_pop_comes_with_the_offer_to_a_desk_at_which_nothing_is_open(
    account: ChannelAccount, robin: Agent, kari: Customer
) -> None:
    offer = rings(account, customer=kari, recognition="known", assurance=2)
    desk = at_desk(robin)
    answer = text_of(desk.get("/work/", headers=IDLE))
    work, _mark, about = answer.partition('id="about" hx-swap-oob')
    assert "Kari Nordmann" in work
    assert "+33 6 12 34 56 78" in work, "from which number"
    assert f'data-pop="{offer.pk}"' in about
    assert "FN-100234" in about
    assert not [word for word in CHANGES if word in about], "it is to be read"
    assert f'data-pop="{offer.pk}"' in text_of(desk.get("/")), "so it is when the page is loaded"


def test_a_contact_of_mine_keeps_its_room_and_one_that_is_only_read_gives_way_and_can_come_back(robin: Agent) -> None:
    account = ChannelAccount.objects.create(kind="webchat", code="w", name="Shop")
    first = rings(account)
    routing.accept(offer_id=first.pk, agent=robin, now=timezone.now())
    mine = first.entry.interaction_id
    read = interactions.start(account=account, source="", thread="line-read", now=timezone.now())
    offer = rings(account, source="visitor-two")
    desk = at_desk(robin)

    def left(contact: int) -> str:
        return text_of(
            desk.get("/work/", headers=IDLE | {"HX-Current-URL": f"http://testserver/interactions/{contact}/"})
        )

    assert "data-pop" not in left(mine)
    assert f"/offers/{offer.pk}/pop/" in left(mine), "there one can look"
    assert f'data-pop="{offer.pk}" hx-get="/interactions/{read.pk}/about/"' in left(read.pk)
    routing.decline(offer_id=offer.pk, agent=robin, now=timezone.now())
    assert "data-pop" not in left(read.pk)


def test_what_rings_no_more_leaves_the_room(account: ChannelAccount, robin: Agent, kari: Customer) -> None:
    offer = rings(account, customer=kari, recognition="known", assurance=2)
    desk = at_desk(robin)
    declined = text_of(desk.post(f"/offers/{offer.pk}/refusal/", headers=IDLE | {"HX-Target": "work"}))
    assert 'data-pop=""' in declined
    assert "FN-100234" not in declined
    assert pop(desk, offer).status_code == 404


def test_whoever_is_not_offered_it_sees_no_pop(account: ChannelAccount, robin: Agent) -> None:
    offer = rings(account)
    other = at_desk(there("Other"))
    assert pop(other, offer).status_code == 404
    assert "data-pop=" in text_of(other.get("/work/", headers=IDLE))
    assert NUMBER[-4:] not in text_of(other.get("/work/", headers=IDLE))
    assert pop(Client(), offer).status_code == 401
    robin.practising = True
    robin.save()
    assert pop(at_desk(robin), offer).status_code == 404


def test_an_offer_shows_what_it_is_about_and_opens_nothing_else(account: ChannelAccount, robin: Agent) -> None:
    """Somebody unknown calls: the contact is not theirs to open, and what the pop shows is."""
    offer = rings(account, source="", given={"order": "FN-100234", "card_last_four": "4242"})
    desk = at_desk(robin)
    shown = text_of(pop(desk, offer))
    assert "Nobody we know yet" in shown
    assert "Number withheld" in shown
    assert "FN-100234" in shown
    contact = offer.entry.interaction_id
    assert desk.get(f"/interactions/{contact}/").status_code == 404
    assert desk.get(f"/interactions/{contact}/about/").status_code == 404
    routing.accept(offer_id=offer.pk, agent=robin, now=timezone.now())
    assert desk.get(f"/interactions/{contact}/about/").status_code == 200
    assert pop(desk, offer).status_code == 404


def test_who_it_may_be_is_shown_with_the_reasons_and_cannot_be_chosen_yet(
    account: ChannelAccount, robin: Agent, kari: Customer
) -> None:
    offer = rings(account, recognition="ambiguous")
    Candidate.objects.create(
        interaction_id=offer.entry.interaction_id,
        customer=kari,
        rank=1,
        likelihood=0.71,
        reasons_for=[],
        reasons_against=[],
    )
    shown = text_of(pop(at_desk(robin), offer))
    assert "Kari Nordmann" in shown
    assert "71 %" in shown
    assert "This is them" not in shown


def test_verification_and_the_role_hold_while_it_rings(account: ChannelAccount, robin: Agent, kari: Customer) -> None:
    Role.objects.filter(pk=robin.role_id).update(field_classes=["contact", "address"])
    offer = rings(account, customer=kari, recognition="known", assurance=1)
    shown = text_of(pop(at_desk(robin), offer))
    assert "Hidden Lane" not in shown
    assert "•••• 5678" in shown
    work = text_of(at_desk(robin).get("/work/"))
    assert "•••• 5678" in work
    assert "+33 6 12 34 56 78" not in work


def test_the_look_is_on_record_once(account: ChannelAccount, robin: Agent, kari: Customer) -> None:
    offer = rings(account, customer=kari, recognition="known", assurance=2)
    desk = at_desk(robin)
    for _time in range(3):
        desk.get("/work/", headers=IDLE)
        pop(desk, offer)
    event = Event.objects.get(kind="customer.opened")
    assert event.by == robin.pk
    assert event.data == {
        "customer": kari.pk,
        "reason": "offered",
        "interaction": offer.entry.interaction_id,
        "offer": offer.pk,
    }
    assert event.audience == ["supervision"]
