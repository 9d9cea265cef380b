"""Practice: a simulated customer for an agent who practises, outside every figure."""

from datetime import UTC, datetime, timedelta

import pytest

from fanal.agents.models import Agent
from fanal.customers.models import Customer
from fanal.demo import cast, practice
from fanal.demo.company.configure import configure
from fanal.demo.practice_scripts import SCRIPTS, reaction
from fanal.events.models import Event
from fanal.holdings.models import Order
from fanal.interactions import actions as interactions
from fanal.interactions.models import Interaction, Message
from fanal.routing import actions as routing
from fanal.routing.models import QueueEntry
from fanal.scenarios import actions as scenarios
from tests.day import fold_all

NOW = datetime(2026, 3, 18, 10, 0, tzinfo=UTC)


@pytest.fixture
def learner(transactional_db: None) -> Agent:
    configure(origin="http://127.0.0.1:8000", now=NOW)
    return Agent.objects.get(email=cast.PRACTISING)


def talk(interaction: Interaction, agent: Agent, text: str, at: datetime) -> bool:
    interactions.add_message(
        interaction=interaction, author="agent", agent=agent, text=text, external_id=f"t{at.timestamp()}", now=at
    )
    return practice.react(interaction_id=interaction.pk, now=at + timedelta(seconds=4))


def test_a_simulated_customer_answers_is_helped_thanks_and_leaves_and_no_figure_knows(learner: Agent) -> None:
    interaction = practice.start_practice(agent=learner, scenario="order", now=NOW)
    entry = QueueEntry.objects.get(interaction=interaction)
    assert entry.queue.practice
    assert entry.state == "waiting"

    interactions.give_to_agent(interaction=interaction, agent=learner, now=NOW)
    QueueEntry.objects.filter(pk=entry.pk).update(state="answered", left_at=NOW)
    assert talk(interaction, learner, "Hello! What is your postcode?", NOW + timedelta(seconds=10))
    assert Message.objects.filter(interaction=interaction, author="customer").last().text == "LS1 4AP"
    assert talk(interaction, learner, "Let me see.", NOW + timedelta(seconds=20))

    order = Order.objects.get(customer=interaction.customer)
    scenarios.perform(
        action="look_up_order", target=order, interaction=interaction, by=learner, now=NOW + timedelta(seconds=30)
    )
    assert not talk(interaction, learner, "It comes tomorrow.", NOW + timedelta(seconds=40))
    interaction.refresh_from_db()
    assert interaction.ended_at

    for event in Event.objects.filter(data__has_key="interaction"):
        assert event.data.get("practice") is True, event.kind

    from fanal.kpis.models import Cell

    fold_all()
    assert not Cell.objects.exclude(source="time").exists()


def test_nobody_gets_simulated_customers_who_does_not_practise(learner: Agent) -> None:
    with pytest.raises(practice.NotPractising):
        practice.start_practice(agent=Agent.objects.get(email=cast.AGENT), scenario="order", now=NOW)
    assert not Customer.objects.exists()


def test_a_simulated_customer_goes_when_nobody_answers(learner: Agent) -> None:
    interaction = practice.start_practice(agent=learner, scenario="card", now=NOW)
    assert practice.react(interaction_id=interaction.pk, now=NOW + timedelta(seconds=30))
    assert not practice.react(interaction_id=interaction.pk, now=NOW + timedelta(minutes=6))
    interaction.refresh_from_db()
    assert interaction.end_reason == "abandoned"
    assert routing.estimate_wait(queue=QueueEntry.objects.get().queue, now=NOW).ahead == 0


def test_a_simulated_customer_does_not_talk_for_ever() -> None:
    script = SCRIPTS["fault"]
    said = ["x"] * 20
    assert reaction(script, heard="hm", said=said, facts={}, done=False).leaves
