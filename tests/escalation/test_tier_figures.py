"""What the figures say of lines: handed over, handed back, escalated by which rule, settled by the first line."""

from datetime import timedelta

import pytest
from django.utils import timezone

from fanal.agents.models import Tier
from fanal.cases import actions as cases
from fanal.escalation import actions as escalation
from fanal.escalation.actions.following import watch
from fanal.escalation.models import EscalationRule
from fanal.events.models import Event
from fanal.kpis.actions import figures, rows
from fanal.kpis.actions.fold import absorb
from fanal.kpis.periods import named
from fanal.kpis.rules import Happening
from fanal.routing import actions as routing
from fanal.routing.models import Queue
from fanal.routing.rules.packets import Packet

pytestmark = pytest.mark.django_db


@pytest.fixture
def experts(shop):
    return Queue.objects.create(
        code="t-experts", name="Experts", tier=Tier.objects.create(code="t-second", name="Second line", rank=72)
    )


def folded() -> None:
    events = Event.objects.order_by("pk")
    absorb(happenings=[Happening(id=e.pk, kind=e.kind, at=e.at, by=e.by, data=e.data) for e in events])


def asked(kpi: str, viewer, by: str | None = None) -> dict[object, tuple[float, float | None]]:
    found = figures(kpi_ids=[kpi], period=named("today", timezone.now()), by=by, viewer=viewer, now=timezone.now())
    return {one.key: (one.numerator, one.denominator) for one in found}


def opened(shop):
    return cases.open(type=shop.enquiry, subject="Router", owner=shop.agent, now=timezone.now(), by=shop.agent)


def test_hand_overs_returns_and_escalations_count_by_line_and_by_rule(shop, experts):
    rule = EscalationRule.objects.create(code="r", name="At once", when="at_once", hand_over_to=experts)
    by_rule, by_hand, stays = opened(shop), opened(shop), opened(shop)
    watch([by_rule.pk])
    escalation.act_on(case=by_rule.pk, now=timezone.now())
    packet = Packet(summary="a", tried="b", expected="c")
    routing.hand_over(case=by_hand, to_queue=experts, packet=packet, by=shop.agent, now=timezone.now())
    Queue.objects.filter(pk=shop.queue.pk).update(tier=shop.tier)
    later = timezone.now() + timedelta(milliseconds=1)
    routing.hand_back(case=by_hand, why="no", done="looked", by=shop.supervisor, now=later)
    for case in (by_hand, stays):
        routing.settle_case(case=case, by=shop.agent, now=timezone.now())
    folded()
    who = shop.supervisor
    assert asked("hand_overs", who) == {None: (2, None)}
    assert asked("hand_overs", who, "tier") == {shop.tier.pk: (2, None), experts.tier_id: (0, None)}
    assert asked("escalations", who, "escalation") == {rule.pk: (1, None), None: (0, None)}
    assert asked("escalations", who, "tier")[shop.tier.pk] == (1, None)
    assert asked("handed_back_of_handed_over", who) == {None: (1, 2)}
    assert asked("first_line_resolution_of_settled", who) == {None: (1, 2)}
    behind = rows(kpi_id="hand_overs", period=named("today", timezone.now()), viewer=who)
    assert sorted(row.case_id for row in behind) == sorted([by_rule.pk, by_hand.pk])


def test_the_report_tells_them_apart_by_line_and_rule(shop, experts, client):
    client.force_login(shop.supervisor)
    routing.hand_over(
        case=opened(shop),
        to_queue=experts,
        packet=Packet(summary="a", tried="b", expected="c"),
        by=shop.agent,
        now=timezone.now(),
    )
    folded()
    for by in ("tier", "escalation"):
        page = client.get(f"/reports/?period=today&group=cases&by={by}")
        assert page.status_code == 200
        assert "Handed to another line" in page.content.decode()
    assert "First line" in client.get("/reports/?period=today&group=cases&by=tier").content.decode()
