"""A case goes to another line with a packet, rings there, and comes back to where it came from."""

import pytest
from django.utils import timezone
from routing_world import match

from fanal.agents.models import Presence, Tier
from fanal.cases import actions as cases
from fanal.events.models import Event
from fanal.routing import actions as routing
from fanal.routing.models import EntryState, HandOver, HandOverEnd, Offer, Queue, QueueEntry
from fanal.routing.rules.packets import Packet

pytestmark = pytest.mark.django_db(transaction=True)
HTMX = {"HX-Request": "true"}
PACKET = {"summary": "Router restarts.", "tried": "New cable, reset.", "expected": "Say whether to exchange it."}


@pytest.fixture
def second(shop):
    return Tier.objects.create(code="t-second", name="Second line", rank=72)


@pytest.fixture
def experts(second):
    return Queue.objects.create(code="t-experts", name="Experts", tier=second)


@pytest.fixture
def case(shop, clock):
    found = cases.open(
        type=shop.enquiry, subject="Router", customer=shop.customer, owner=shop.colleague, now=clock.now, by=shop.agent
    )
    found.refresh_from_db()
    return found


def handed(case, experts, by, **more) -> HandOver:
    given = {"packet": Packet(**PACKET), "by": by, "now": timezone.now(), "to_queue": experts} | more
    return routing.hand_over(case=case, **given)


def available(agent) -> None:
    routing.set_presence(agent=agent, state=Presence.AVAILABLE, by=agent, now=timezone.now())


def taken(agent) -> Offer:
    offer = match(timezone.now())[0]
    assert offer.agent == agent
    routing.accept(offer_id=offer.pk, agent=agent, now=timezone.now())
    return offer


def page(client, who, case) -> str:
    client.force_login(who)
    return client.get(f"/cases/{case.pk}/").content.decode()


def test_a_case_handed_over_rings_at_the_other_line_and_is_owned_by_whoever_accepts(shop, case, experts, client):
    client.force_login(shop.colleague)
    asked = client.get(f"/cases/{case.pk}/hand-over/", headers=HTMX).content.decode()
    assert "Second line · Experts" in asked
    answer = client.post(f"/cases/{case.pk}/hand-over/", {"queue": experts.pk, **PACKET}, headers=HTMX)
    assert answer.status_code == 200, answer.content.decode()
    case.refresh_from_db()
    assert (case.owner, case.tier) == (shop.colleague, experts.tier)
    available(shop.agent)
    (offer,) = match(timezone.now())
    client.force_login(shop.agent)
    rings = client.get("/work/", headers=HTMX).content.decode()
    assert all(text in rings for text in ("Handed over from First line", *PACKET.values()))
    client.post(f"/offers/{offer.pk}/acceptance/", headers=HTMX)
    case.refresh_from_db()
    fact = case.hand_overs.get()
    assert (case.owner, fact.taken_by, fact.ended_at) == (shop.agent, shop.agent, None)
    text = page(client, shop.agent, case)
    assert "Handed over to Second line, into the queue Experts" in text
    assert text.count("New cable, reset.") == 2, "at the top, and in the history"
    assert "Put into the queue" not in text


def test_a_person_has_to_say_all_three_and_a_rule_only_why(shop, case, experts):
    for missing in PACKET:
        with pytest.raises(routing.NotPossible) as problem:
            handed(case, experts, shop.colleague, packet=Packet(**PACKET | {missing: "  "}))
        assert "all three" in problem.value.sentence()
    assert not HandOver.objects.exists()
    fact = handed(case, experts, None, packet=Packet(summary="Half of the time has passed."))
    assert (fact.by, fact.from_agent) == (None, shop.colleague)


def test_whoever_hands_over_is_not_rung_at_once_although_they_serve_that_queue(shop, case, experts):
    available(shop.colleague)
    handed(case, experts, shop.colleague)
    assert match(timezone.now()) == []
    available(shop.agent)
    assert [offer.agent for offer in match(timezone.now())] == [shop.agent]


def test_a_case_that_waits_is_taken_out_of_its_queue_when_it_is_handed_over(shop, case, experts):
    routing.enqueue_case(case=case, queue=shop.queue, by=shop.colleague, now=timezone.now())
    handed(case, experts, shop.colleague)
    states = dict(QueueEntry.objects.filter(case=case).values_list("queue__code", "state"))
    assert states == {"t-general": EntryState.WITHDRAWN, "t-experts": EntryState.WAITING}


def test_handed_back_with_a_word_it_rings_first_at_who_gave_it(shop, case, experts, client):
    Queue.objects.filter(pk=shop.queue.pk).update(tier=shop.tier)
    available(shop.colleague)
    routing.enqueue_case(case=case, queue=shop.queue, by=shop.agent, now=timezone.now())
    taken(shop.colleague)
    handed(case, experts, shop.colleague)
    available(shop.agent)
    taken(shop.agent)
    client.force_login(shop.agent)
    answer = client.post(
        f"/cases/{case.pk}/hand-back/", {"why": "No fault of the router.", "done": "Measured the line."}, headers=HTMX
    )
    assert answer.status_code == 200, answer.content.decode()
    given, back = case.hand_overs.order_by("pk")
    assert (given.how, back.back_of, back.to_queue, back.from_queue) == ("handed_back", given, shop.queue, experts)
    (offer,) = match(timezone.now())
    assert offer.agent == shop.colleague
    client.force_login(shop.colleague)
    rings = client.get("/work/", headers=HTMX).content.decode()
    assert "Handed back from Second line" in rings
    assert "Measured the line." in rings
    client.post(f"/offers/{offer.pk}/acceptance/", headers=HTMX)
    case.refresh_from_db()
    back.refresh_from_db()
    assert (case.owner, case.tier, back.how) == (shop.colleague, shop.tier, HandOverEnd.TAKEN)
    text = page(client, shop.colleague, case)
    assert "Handed back to First line, into the queue General" in text
    assert "hand-back/" not in text, "what came back is not given back again"


def test_nothing_is_handed_back_that_was_not_handed_over(shop, case):
    with pytest.raises(routing.NotPossible) as problem:
        routing.hand_back(case=case, why="x", done="y", by=shop.colleague, now=timezone.now())
    assert problem.value.code == "not_handed_over"


def test_taken_out_of_the_queue_before_anybody_took_it_the_case_is_its_old_lines_again(shop, case, experts):
    fact = handed(case, experts, shop.colleague)
    assert routing.dequeue_case(case=case, by=shop.colleague, now=timezone.now())
    fact.refresh_from_db()
    case.refresh_from_db()
    assert (fact.how, case.tier, case.owner) == (HandOverEnd.GIVEN_UP, shop.tier, shop.colleague)


def test_handed_on_further_the_first_hand_over_ends_and_settling_ends_the_last(shop, case, experts):
    third = Queue.objects.create(
        code="t-lab", name="Lab", tier=Tier.objects.create(code="t-third", name="Third", rank=73)
    )
    handed(case, experts, shop.colleague)
    handed(case, third, shop.agent)
    routing.settle_case(case=case, by=shop.agent, now=timezone.now())
    assert list(case.hand_overs.order_by("pk").values_list("how", flat=True)) == ["handed_on", "settled"]
    assert not QueueEntry.objects.filter(case=case, left_at=None).exists()


def test_a_settled_case_is_handed_over_to_nobody(shop, case, experts):
    routing.settle_case(case=case, by=shop.agent, now=timezone.now())
    with pytest.raises(routing.NotPossible):
        handed(case, experts, shop.agent)


def test_a_line_is_its_first_open_queue_and_a_switched_off_or_practice_queue_takes_nothing(shop, case, experts, second):
    Queue.objects.filter(pk=experts.pk).update(active=False)
    other = Queue.objects.create(code="t-experts-2", name="Experts 2", tier=second)
    assert handed(case, None, shop.colleague, to_tier=second).to_queue == other
    for wrong in ({"active": False}, {"practice": True}, {"tier": None}):
        queue = Queue.objects.create(code=f"t-{next(iter(wrong))}", name="No", **{"tier": second} | wrong)
        with pytest.raises(routing.NotPossible):
            handed(case, queue, shop.colleague)


def test_the_event_names_ids_and_codes_only(shop, case, experts):
    fact = handed(case, experts, shop.colleague)
    event = Event.objects.get(kind="case.handed_over")
    assert event.data == {
        "case": case.pk,
        "hand_over": fact.pk,
        "queue": experts.pk,
        "from_tier": shop.tier.pk,
        "to_tier": experts.tier_id,
    }


def test_a_talk_goes_to_another_line_with_a_packet_and_takes_its_case_along(shop, talk, experts, clock, client):
    from fanal.scenarios import actions as scenarios

    available(shop.colleague)
    chat = talk(customer=shop.customer)
    routing.enqueue(interaction=chat, queue=shop.queue, now=timezone.now())
    taken(shop.colleague)
    case, _ = scenarios.open_in(
        interaction=chat, type=shop.enquiry, subject="Router", now=timezone.now(), by=shop.colleague
    )
    client.force_login(shop.colleague)
    address = f"/interactions/{chat.pk}/transfer/"
    half = client.post(address, {"target": f"tier:{experts.tier_id}", "summary": "Router"}, headers=HTMX)
    assert "all three" in half.content.decode()
    whole = client.post(address, {"target": f"tier:{experts.tier_id}", **PACKET}, headers=HTMX)
    assert whole.status_code == 200, whole.content.decode()
    available(shop.agent)
    taken(shop.agent)
    case.refresh_from_db()
    fact = HandOver.objects.get()
    assert (case.owner, case.tier, fact.interaction, fact.taken_by) == (shop.agent, experts.tier, chat, shop.agent)
    client.force_login(shop.agent)
    assert "New cable, reset." in client.get(f"/interactions/{chat.pk}/lines/", headers=HTMX).content.decode()


def test_a_talk_that_ends_before_the_other_line_took_it_leaves_its_case_where_it_was(shop, talk, experts, clock):
    from fanal.scenarios import actions as scenarios

    available(shop.colleague)
    chat = talk(customer=shop.customer)
    routing.enqueue(interaction=chat, queue=shop.queue, now=timezone.now())
    taken(shop.colleague)
    case, _ = scenarios.open_in(
        interaction=chat, type=shop.enquiry, subject="Router", now=timezone.now(), by=shop.colleague
    )
    routing.transfer(interaction=chat, by=shop.colleague, to_tier=experts.tier, now=timezone.now(), **PACKET)
    routing.abandon(interaction=chat, now=timezone.now())
    case.refresh_from_db()
    assert (case.tier, HandOver.objects.get().how) == (shop.tier, HandOverEnd.GIVEN_UP)
