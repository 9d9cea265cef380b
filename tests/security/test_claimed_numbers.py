"""Typing somebody's card or order number tells a visitor nothing, not even that it exists: byte by byte the same."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from fanal.agents.models import Presence
from fanal.api import limits
from fanal.api.widget import asking
from fanal.asgi import tell_visitor
from fanal.channels.models import ChannelAccount
from fanal.customers.models import ContactPoint, Customer
from fanal.events.live import Occurrence
from fanal.events.models import Event
from fanal.holdings.keys import card_key
from fanal.holdings.models import Holding, Order
from fanal.interactions.models import Interaction
from fanal.norms import cards
from fanal.routing import actions as routing
from fanal.routing.models import Queue, QueueEntry
from fanal.scenarios.models import Scenario
from tests.channels.visitors import SECRET, Browser, signed
from tests.people import an_agent

pytestmark = pytest.mark.django_db
CARD, NO_CARD = "4111 1111 1111 1111", "4012 8888 8888 1881"
PAIRS = {
    "card": ({"card": CARD}, {"card": NO_CARD}),
    "order": ({"order": "HL-88102"}, {"order": "HL-00001"}),
    "account": ({"account": "FR7612345678"}, {"account": "FR7600000000"}),
    "email": ({"email": "ines@example.com"}, {"email": "nora@example.com"}),
    "phone": ({"phone": "+33612345678"}, {"phone": "+33612345679"}),
    "two that agree": (
        {"order": "HL-88102", "email": "ines@example.com"},
        {"order": "HL-00001", "email": "nora@example.com"},
    ),
}


@pytest.fixture(autouse=True)
def company(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Customer:
    """A scenario for everything that a lookup could find out, each with a queue of its own; somebody who has it all."""
    monkeypatch.setattr(limits, "buckets", limits.Buckets())
    asking._accounts.clear()
    settings.MEDIA_ROOT = tmp_path
    general = Queue.objects.create(code="general", name="General")
    asked = [
        {"what": "known_order", "is": "yes"},
        {"what": "recognition", "is": "equals", "value": "known"},
        {"what": "recognition", "is": "equals", "value": "ambiguous"},
        {"what": "assurance", "is": "at_least", "value": "1"},
        {"what": "value_band", "is": "at_least", "value": "1"},
        {"what": "open_order", "is": "yes"},
        {"what": "open_case", "is": "yes"},
        {"what": "language", "is": "equals", "value": "ar"},
    ]
    for place, condition in enumerate(asked):
        queue = Queue.objects.create(code=f"better-{place}", name="Better", priority=4)
        Scenario.objects.create(
            code=f"s-{place}", name="S", position=place, queue=queue, conditions=[condition], prefer_last_agent=True
        )
    Scenario.objects.create(code="rest", name="Rest", position=99, queue=general, opens="order")
    owner = Customer.objects.create(name="Ines Okafor", language="ar", value_band=3, external_id="c-17")
    ContactPoint.objects.create(customer=owner, kind="email", value="ines@example.com")
    ContactPoint.objects.create(customer=owner, kind="phone", value="+33612345678")
    Order.objects.create(customer=owner, number="HL-88102", placed_at=timezone.now(), total=40, state="shipped")
    Holding.objects.create(customer=owner, kind="account", number="FR7612345678", currency="EUR")
    Holding.objects.create(
        customer=owner, kind="card", number="1111", number_hash=cards.keyed_hash(CARD, key=card_key()), currency="EUR"
    )
    ChannelAccount.objects.create(
        kind="webchat", code="shop", name="Shop", settings={"queue": "general", "identity_secret": SECRET}
    )
    someone = an_agent()
    routing.set_presence(agent=someone, state=Presence.AVAILABLE, by=someone, now=timezone.now())
    return owner


def everything_seen(given: dict[str, str], **who: str) -> tuple[str, Interaction]:
    """All bytes that one visitor gets from coming to leaving; ids, tokens and clocks, which always differ, aside."""
    browser = Browser(**who)
    got = [browser.send("POST", "/contacts", {"id": "begin-0001", "given": given}).content]
    got += [browser.say("Good morning").content, browser.send("GET", "/conversation").content]
    interaction = Interaction.objects.latest("id")
    for event in Event.objects.filter(audience__contains=[f"visitor:{interaction.source}"]).order_by("id"):
        one = Occurrence(
            cursor=None, kind=event.kind, at="", by=event.by, data=event.data, audience=frozenset(event.audience)
        )
        if told := tell_visitor(one):
            got.append(repr(told).encode())
        got.append(event.kind.encode())
    got += [browser.send("DELETE", "/contacts/current").content, browser.send("GET", "/conversation").content]
    text = b"\n".join(got).decode()
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)", "<time>", text)
    text = re.sub(r'("cursor": ?")[^"]+', r"\1<place>", text)
    text = re.sub(r"""(['"](?:id|interaction|message)['"]: ?)\d+""", r"\1<id>", text)
    return re.sub(rf"leave-{interaction.pk}\b", "leave-<id>", text), interaction


@pytest.mark.parametrize("what", PAIRS)
def test_a_visitor_sees_the_same_whether_what_they_typed_exists_or_not(what: str) -> None:
    real, made_up = PAIRS[what]
    seen, found = everything_seen(real)
    same, nothing = everything_seen(made_up)
    assert found.customer or found.candidates.exists() or found.about_id  # it was recognised, for the agent only
    assert nothing.customer is None
    assert seen == same
    entries = QueueEntry.objects.order_by("id").values_list("queue__code", "priority", "preferred_agent", "skills")
    assert len(set(map(str, entries))) == 1


@pytest.mark.parametrize("what", ["card", "order"])
def test_who_is_signed_in_learns_nothing_about_other_peoples_numbers(what: str) -> None:
    Customer.objects.create(name="Nora Lind", external_id="c-99")
    real, made_up = PAIRS[what]
    seen, _ = everything_seen(real, identity=signed(sub="c-99"))
    same, _ = everything_seen(made_up, identity=signed(sub="c-99"))
    assert seen == same
    assert QueueEntry.objects.values_list("queue", flat=True).distinct().count() == 1


def test_what_is_proven_still_chooses_the_queue() -> None:
    everything_seen({"order": "HL-88102"}, identity=signed())
    assert QueueEntry.objects.get().queue.code == "better-0"
