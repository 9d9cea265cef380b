"""Rules of escalation act on cases by themselves, at their moment, once, and say why."""

import threading
from datetime import timedelta

import pytest
from django.utils import timezone
from routing_world import match

from fanal.agents.models import Presence, Tier
from fanal.cases import actions as cases
from fanal.cases.models import Case
from fanal.clocks.models import Target
from fanal.escalation import actions as escalation
from fanal.escalation import keeping
from fanal.escalation.actions.following import FOLLOWER, absorb
from fanal.escalation.models import Escalation, EscalationRule, Sweep, Watch
from fanal.events import following
from fanal.events.actions import publish
from fanal.events.following import Happening
from fanal.events.models import Event
from fanal.routing import actions as routing
from fanal.routing.models import Queue, QueueEntry
from tests.clocks.following import followed
from tests.servers import until

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def second(shop):
    return Tier.objects.create(code="t-second", name="Second line", rank=72)


@pytest.fixture
def experts(second):
    return Queue.objects.create(code="t-experts", name="Experts", tier=second)


@pytest.fixture
def promised(shop):
    return Target.objects.create(code="all", name="Everybody", first_response_minutes=60, resolution_minutes=480)


def a_rule(**more) -> EscalationRule:
    given = {"code": f"r-{EscalationRule.objects.count()}", "name": "Late matters", "when": "missed"} | more
    return EscalationRule.objects.create(**given)


def opened(shop, *, ago: timedelta = timedelta(), **more) -> Case:
    given = {"type": shop.enquiry, "subject": "Router", "customer": shop.customer, "owner": shop.colleague}
    return cases.open(**given | {"now": timezone.now() - ago, "by": shop.agent} | more)


def noticed() -> None:
    """The clocks and the rules have followed everything, inside the test's own transactions."""
    followed()
    absorb([Happening(id=e.pk, kind=e.kind, at=e.at, data=e.data) for e in Event.objects.order_by("pk")])


def acted(case: Case, *, after: timedelta = timedelta()) -> list[Escalation]:
    noticed()
    return escalation.act_on(case=case.pk, now=timezone.now() + after)


def test_half_of_the_time_passes_and_the_case_rings_at_the_second_line(shop, experts, promised, client):
    a_rule(when="share", clock="first_response", percent=50, hand_over_to=experts, tell_supervision=True)
    case = opened(shop)
    noticed()
    half = case.opened_at + HOUR / 2
    assert Watch.objects.get(case=case).at == half
    assert escalation.act_on_due(now=half - timedelta(seconds=1)) == 0
    assert escalation.act_on_due(now=half) == 1
    case.refresh_from_db()
    assert (case.tier, case.owner) == (experts.tier, shop.colleague)
    routing.set_presence(agent=shop.agent, state=Presence.AVAILABLE, by=shop.agent, now=timezone.now())
    (offer,) = match(half + timedelta(seconds=1))
    assert (offer.agent, offer.entry.case) == (shop.agent, case)
    why = "Late matters: First response: 50 % of the time has passed."
    client.force_login(shop.agent)
    assert why in client.get("/work/", headers={"HX-Request": "true"}).content.decode()
    routing.accept(offer_id=offer.pk, agent=shop.agent, now=timezone.now())
    page = client.get(f"/cases/{case.pk}/").content.decode()
    assert page.count(why) == 2, "in the packet, and in the history"
    assert "Escalated: handed over to the queue Experts, supervision told" in page
    event = Event.objects.get(kind="case.escalated")
    assert "supervision" in event.audience
    assert set(event.data) == {"case", "escalation", "rule", "tier", "told"}


def test_no_rule_acts_while_much_is_still_to_be_followed(shop, promised, monkeypatch):
    """What looks late may have been settled long ago."""
    a_rule(raise_to=4)
    opened(shop, ago=2 * HOUR)
    noticed()
    monkeypatch.setattr(following, "AT_ONCE", 0)
    until(lambda: following.is_behind(FOLLOWER))  # once nobody's older transaction is open at this server
    assert escalation.act_on_due(now=timezone.now()) == 0
    assert not Escalation.objects.exists()
    monkeypatch.undo()
    assert escalation.act_on_due(now=timezone.now()) == 1
    assert Escalation.objects.get().raised_to == 4


def test_a_real_clock_passes_while_the_worker_runs_and_nobody_asks_again_and_again(shop, experts):
    """The threads of the worker alone: both follow, and wake at the moment."""
    from fanal.clocks import keeping as clocks

    Target.objects.create(code="soon", name="Soon", first_response_minutes=1)
    a_rule(when="share", clock="first_response", percent=5, hand_over_to=experts)
    stop = threading.Event()
    keepers = [threading.Thread(target=keep, args=[stop], daemon=True) for keep in (clocks.keep, keeping.keep)]
    for keeper in keepers:
        keeper.start()
    case = opened(shop)
    try:
        for _ in range(300):
            if entry := QueueEntry.objects.filter(case=case, queue=experts).first():
                break
            stop.wait(0.1)
    finally:
        stop.set()
        for keeper in keepers:
            keeper.join(timeout=10)
    assert entry is not None, "it never came to the second line"
    assert timedelta(seconds=3) <= entry.entered_at - case.opened_at < timedelta(seconds=20)


def test_a_rule_acts_once_however_often_it_is_asked(shop, experts, promised):
    a_rule(hand_over_to=experts)
    case = opened(shop, ago=2 * HOUR)
    assert len(acted(case)) == 1
    assert acted(case) == []
    routing.hand_back(case=case, why="No", done="Looked", by=shop.agent, now=timezone.now())
    assert acted(case) == [], "what came back is not sent up again for the same lateness"


def test_rules_act_in_their_order_and_each_sees_what_those_before_it_did(shop, experts, promised):
    third = Queue.objects.create(
        code="t-lab", name="Lab", tier=Tier.objects.create(code="t-third", name="Third", rank=73)
    )
    a_rule(position=2, name="Urgent ones", when="at_once", priority_at_least=4, hand_over_to=third)
    a_rule(position=1, name="Late ones", raise_to=4)
    case = opened(shop, ago=2 * HOUR)
    done = acted(case)
    assert [one.rule.name for one in done] == ["Late ones", "Urgent ones"]
    case.refresh_from_db()
    assert (case.priority, case.tier, done[0].raised_from) == (4, third.tier, 2)
    assert QueueEntry.objects.get(case=case, left_at=None).priority == 4


def test_the_priority_of_what_waits_rises_too_and_is_never_lowered(shop, promised):
    a_rule(raise_to=3)
    urgent, calm = opened(shop, ago=2 * HOUR, priority=4), opened(shop, ago=2 * HOUR)
    routing.enqueue_case(case=calm, queue=shop.queue, by=shop.agent, now=timezone.now())
    acted(urgent)
    acted(calm)
    urgent.refresh_from_db()
    assert urgent.priority == 4
    assert QueueEntry.objects.get(case=calm).priority == 3
    assert not Event.objects.filter(kind="case.escalated", data__case=urgent.pk).exists()


def test_a_line_that_has_it_already_or_a_higher_one_is_left_alone(shop, experts, promised):
    a_rule(hand_over_to=experts)
    case = opened(shop, ago=2 * HOUR, tier=Tier.objects.create(code="t-third", name="Third", rank=73))
    acted(case)
    assert not case.hand_overs.exists()


def test_what_waits_for_the_customer_what_is_settled_and_practice_go_nowhere(shop, experts, promised):
    a_rule(when="at_once", hand_over_to=experts)
    pending, settled = opened(shop), opened(shop)
    practice = opened(shop, customer=None, owner=None, practice=True)
    cases.wait_for_customer(case=pending, waiting=True, now=timezone.now(), by=shop.agent)
    cases.settle(case=settled, now=timezone.now(), by=shop.agent)
    noticed()
    assert not Watch.objects.filter(case__in=[pending, settled, practice]).exists()
    cases.wait_for_customer(case=pending, waiting=False, now=timezone.now(), by=shop.agent)
    assert len(acted(pending)) == 1


def test_a_new_rule_looks_through_all_open_cases_bit_by_bit(shop, experts, monkeypatch):
    from fanal.escalation.actions import following

    monkeypatch.setattr(following, "AT_ONCE", 2)
    some = [opened(shop) for _ in range(5)]
    noticed()
    assert not Watch.objects.exists()
    a_rule(when="age", age_minutes=60, hand_over_to=experts)
    publish(kind="config.changed", data={"what": "escalation_rules", "id": 1}, now=timezone.now())
    absorb([Happening(id=1, kind="config.changed", at=timezone.now(), data={"what": "escalation_rules"})])
    assert [escalation.sweep() for _ in range(4)][:3] == [2, 2, 1]
    assert not Sweep.objects.exists()
    assert Watch.objects.filter(case__in=some).count() == 5


def test_a_case_on_which_it_cannot_be_acted_holds_up_no_other(shop, experts, promised, monkeypatch):
    from fanal.escalation.actions import acting

    a_rule(hand_over_to=experts)
    bad, good = opened(shop, ago=3 * HOUR), opened(shop, ago=2 * HOUR)
    noticed()
    whole = acting.act_on

    def breaks(*, case, now):
        if case == bad.pk:
            raise RuntimeError("broken")
        return whole(case=case, now=now)

    monkeypatch.setattr(acting, "act_on", breaks)
    now = timezone.now()
    escalation.act_on_due(now=now)
    assert good.hand_overs.exists()
    assert Watch.objects.get(case=bad).at > now


def test_a_queue_that_is_switched_off_takes_nothing_and_the_rest_of_the_rule_is_done(shop, experts, promised):
    Queue.objects.filter(pk=experts.pk).update(active=False)
    a_rule(hand_over_to=experts, raise_to=3)
    case = opened(shop, ago=2 * HOUR)
    (fact,) = acted(case)
    assert (fact.hand_over, fact.raised_to) == (None, 3)


def test_the_dry_run_shows_what_would_go_now_and_why_and_writes_nothing(shop, experts, promised, client):
    rule = a_rule(hand_over_to=experts, raise_to=4)
    late, calm = opened(shop, ago=2 * HOUR, subject="Late one"), opened(shop, subject="Calm one")
    followed()
    before = Event.objects.count()
    client.force_login(shop.supervisor)
    page = client.get(f"/administration/escalation-rules/{rule.pk}/trial/").content.decode()
    assert "Late one" in page
    assert "Calm one" not in page
    assert "Late matters: First response: missed." in page
    assert "priority raised to Urgent, handed over to the queue Experts" in page
    assert (Event.objects.count(), Escalation.objects.count()) == (before, 0)
    assert calm.number != late.number


def test_rules_are_made_on_their_page_and_travel_in_the_configuration_file(shop, experts, client):
    from fanal.configuration.actions.applying import apply, export

    client.force_login(shop.supervisor)
    half = {"name": "Late faults", "position": 5, "when": "share", "clock": "resolution", "active": "on"}
    refused = client.post("/administration/escalation-rules/new/", half)
    assert refused.status_code == 422
    text = refused.content.decode()
    assert "at which share" in text
    assert "Say what it does" in text
    whole = half | {"percent": 80, "value_at_least": 2, "hand_over_to": experts.pk}
    assert client.post("/administration/escalation-rules/new/", whole).status_code == 302
    rule = EscalationRule.objects.get(code="late-faults")
    assert (rule.percent, rule.value_at_least, rule.raise_to) == (80, 2, None)
    listed = client.get("/administration/escalation-rules/").content.decode()
    assert "Resolution · 80 %" in listed
    said = export()
    EscalationRule.objects.all().delete()
    apply(data=said, by=None, now=timezone.now())
    assert EscalationRule.objects.get(code="late-faults").hand_over_to == experts
    assert Event.objects.filter(kind="config.changed", data__what="escalation_rules").exists()
