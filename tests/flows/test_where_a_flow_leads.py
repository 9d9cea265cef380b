"""Where the callers of a flow wait: the queue that its step names, else what the scenarios say of what was gathered."""

from typing import Any

import pytest
from django.utils import timezone

from fanal.channels.models import ChannelAccount
from fanal.intake import flowing
from fanal.interactions import actions as interactions
from fanal.interactions.models import Interaction
from fanal.routing.models import Queue, QueueEntry
from fanal.scenarios import actions as scenarios
from fanal.scenarios.models import Flow, Scenario
from fanal.scenarios.rules.flows import Keyed
from tests.flows.shapes import ask, written
from tests.routing_world import queue

pytestmark = pytest.mark.django_db


@pytest.fixture
def number() -> ChannelAccount:
    """The number of the general queue, and a scenario that wants whoever gave an order number among the orders."""
    queue("general")
    Scenario.objects.create(
        code="t-order",
        name="An order number was given",
        position=1,
        queue=queue("orders"),
        opens="order",
        conditions=[{"what": "order_number", "is": "present"}],
    )
    return ChannelAccount.objects.create(kind="voice", code="v", name="Phone", settings={"queue": "general"})


def called(number: ChannelAccount, *, keys: str, **step: Any) -> Interaction:
    """A caller who is asked for an order number, keys this, and is put through by a step of this kind."""
    content = written(number=ask(next="through"), through={"kind": "queue", "prompt": "I connect you.", **step})
    content |= {"otherwise": "through"}
    del content["steps"]["people"]
    flow = Flow.objects.create(code="phone", name="Phone", content=content)
    now = timezone.now()
    caller = interactions.start(account=number, source="+33612345678", now=now)
    going = scenarios.begin_flow(interaction=caller, flow=flow, values={}, now=now)
    assert going
    while not going.turn.over:
        going = flowing.answer(run=going.run.pk, turn=going.turn.position.turn, given=Keyed(keys=keys), now=now)
    caller.refresh_from_db()
    return caller


def waits_in(caller: Interaction) -> Queue:
    return QueueEntry.objects.get(interaction=caller, left_at=None).queue


def test_a_step_without_a_queue_leaves_it_to_the_scenarios_by_what_was_keyed(number: ChannelAccount) -> None:
    caller = called(number, keys="700110")
    assert caller.given == {"order": "700110"}
    assert waits_in(caller).code == "orders"


def test_a_step_that_names_a_queue_goes_before_the_scenario(number: ChannelAccount) -> None:
    queue("specialists")
    assert waits_in(called(number, keys="700110", queue="specialists")).code == "specialists"


def test_a_queue_that_is_in_use_no_more_names_none(number: ChannelAccount) -> None:
    Queue.objects.filter(pk=queue("specialists").pk).update(active=False)
    assert waits_in(called(number, keys="700110", queue="specialists")).code == "orders"


def test_where_no_scenario_fits_they_wait_in_the_queue_of_the_number(number: ChannelAccount) -> None:
    queue("another")
    Scenario.objects.all().delete()
    assert waits_in(called(number, keys="700110")).code == "general"
