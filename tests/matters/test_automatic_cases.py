"""Cases make themselves from what the agent did, and «not this» takes them back."""

import pytest

from fanal.cases.models import Case
from fanal.events.models import Event
from fanal.interactions import actions as interactions
from fanal.interactions.models import Topic, TopicSpan
from fanal.routing.models import Queue
from fanal.scenarios import actions as scenarios
from fanal.scenarios.models import ActionRecord, CaseRule, Scenario, ScenarioMatch
from fanal.scenarios.rules import Refused


def refresh(shop, talk, clock, **more):
    return scenarios.perform(
        **{
            "action": "refresh_balance",
            "target": shop.account,
            "interaction": talk,
            "by": shop.agent,
            "now": clock.after(5),
        }
        | more
    )


def test_refreshing_a_balance_makes_a_settled_case_with_no_form_filled(shop, talk, clock):
    chat = talk(customer=shop.customer, agent=shop.agent)
    record = refresh(shop, chat, clock)
    case = record.case
    assert (case.state, case.type, case.category, case.customer) == (
        "settled",
        shop.enquiry,
        shop.balance,
        shop.customer,
    )
    assert (case.holding, case.origin, case.owner) == (shop.account, "rule", shop.agent)
    assert case.subject == "Balance of •••• 4567"
    assert (record.topic.interaction, record.topic.case, record.topic.origin) == (chat, case, "rule")
    assert record.topic.disposition == shop.answered
    shop.account.refresh_from_db()
    assert shop.account.balance_at == clock.now


def test_the_same_action_on_the_same_account_in_one_contact_is_one_case(shop, talk, clock):
    chat = talk(customer=shop.customer, agent=shop.agent)
    first, second = refresh(shop, chat, clock), refresh(shop, chat, clock)
    assert first.case == second.case
    assert Case.objects.count() == 1
    assert chat.topics.count() == 1


def test_another_account_or_another_contact_is_another_case(shop, talk, clock):
    chat = talk(customer=shop.customer, agent=shop.agent)
    other = talk(customer=shop.customer, agent=shop.agent)
    made = {
        refresh(shop, chat, clock).case,
        refresh(shop, chat, clock, target=shop.savings).case,
        refresh(shop, other, clock).case,
    }
    assert len(made) == 3


def test_five_cases_make_themselves_in_one_contact_and_it_starts_each_of_their_histories(shop, talk, clock):
    CaseRule.objects.create(
        code="t-card",
        action="block_card",
        case_type=shop.enquiry,
        category=shop.balance,
        subject="Card {object} blocked",
    )
    CaseRule.objects.create(
        code="t-end",
        action="explain_contract_end",
        case_type=shop.enquiry,
        category=shop.balance,
        subject="End of {object}",
    )
    chat = talk(customer=shop.customer, agent=shop.agent)
    did = [
        ("refresh_balance", shop.account),
        ("look_up_order", shop.order),
        ("block_card", shop.card),
        ("explain_contract_end", shop.contract),
        ("refresh_balance", shop.savings),
    ]
    cases = [refresh(shop, chat, clock, action=action, target=target).case for action, target in did]
    assert len(set(cases)) == 5
    assert [scenarios.topics_of(case)[0].interaction for case in cases] == [chat] * 5
    assert TopicSpan.objects.filter(topic__interaction=chat).count() == 5


def test_the_topic_the_scenario_expected_gets_the_case(shop, talk, clock):
    chat = talk(customer=shop.customer, given={"order": "A-1001"})
    scenarios.match(interaction=chat, now=clock.after(1))
    interactions.give_to_agent(interaction=chat, agent=shop.agent, now=clock.after(1))
    record = refresh(shop, chat, clock, action="look_up_order", target=shop.order)
    (topic,) = chat.topics.all()
    assert (topic.origin, topic.case, record.topic) == ("scenario", record.case, topic)


def test_a_rule_of_the_scenario_comes_before_the_general_one(shop, talk, clock):
    CaseRule.objects.create(
        code="t-in-orders",
        action="look_up_order",
        scenario=shop.order_scenario,
        case_type=shop.complaint,
        category=shop.complaints,
        subject="Late? {object}",
        settles=False,
    )
    chat = talk(customer=shop.customer, agent=shop.agent, given={"order": "A-1001"})
    scenarios.match(interaction=chat, now=clock.after(1))
    record = refresh(shop, chat, clock, action="look_up_order", target=shop.order)
    assert (record.case.state, record.case.subject, record.case.type) == ("open", "Late? A-1001", shop.complaint)


def test_an_action_without_a_rule_is_recorded_without_a_case(shop, talk, clock):
    chat = talk(customer=shop.customer, agent=shop.agent)
    record = refresh(shop, chat, clock, action="block_card", target=shop.card)
    assert record.case is None
    assert record.outcome == {"code": "card_blocked"}


def test_an_order_looked_up_for_somebody_unknown_makes_a_case_that_is_nobodys_until_they_are_found(shop, talk, clock):
    chat = talk(agent=shop.agent, given={"order": "A-1001"})
    record = refresh(shop, chat, clock, action="look_up_order", target=shop.order)
    assert (record.case.customer, record.case.order) == (None, shop.order)
    interactions.identify(
        interaction=chat, customer=shop.customer, assurance=2, why="picked", by=shop.agent, now=clock.after(1)
    )
    record.case.refresh_from_db()
    assert record.case.customer == shop.customer


def test_a_complaint_stays_open_and_what_was_said_is_its_first_note(shop, talk, clock):
    chat = talk(agent=shop.agent)
    record = refresh(shop, chat, clock, action="record_complaint", target=None, fields={"text": " The box was wet. "})
    assert (record.case.state, record.case.priority, record.case.subject) == ("open", 3, "Complaint")
    assert [note.text for note in record.case.notes.all()] == ["The box was wet."]


def test_not_this_withdraws_topic_and_case_but_keeps_them(shop, talk, clock):
    chat = talk(customer=shop.customer, agent=shop.agent)
    record = refresh(shop, chat, clock)
    again = refresh(shop, chat, clock)
    taken = scenarios.take_back(record_id=record.pk, by=shop.agent, now=clock.after(2))
    case, topic = Case.objects.get(), Topic.objects.get()
    assert case.withdrawn_at == topic.withdrawn_at == taken.withdrawn_at == clock.now
    again.refresh_from_db()
    assert again.withdrawn_at == clock.now
    assert Event.objects.filter(kind="case.withdrawn", data__case=case.pk).count() == 1


def test_taking_back_twice_is_taking_back_once(shop, talk, clock):
    record = refresh(shop, talk(customer=shop.customer, agent=shop.agent), clock)
    first = scenarios.take_back(record_id=record.pk, by=shop.agent, now=clock.after(1))
    events = Event.objects.count()
    second = scenarios.take_back(record_id=record.pk, by=shop.agent, now=clock.after(60))
    assert first.withdrawn_at == second.withdrawn_at
    assert Event.objects.count() == events


def test_after_not_this_the_same_action_makes_a_case_of_its_own(shop, talk, clock):
    chat = talk(customer=shop.customer, agent=shop.agent)
    record = refresh(shop, chat, clock)
    scenarios.take_back(record_id=record.pk, by=shop.agent, now=clock.after(1))
    assert refresh(shop, chat, clock).case != record.case


def test_only_who_did_it_or_a_supervisor_takes_it_back(shop, talk, clock):
    record = refresh(shop, talk(customer=shop.customer, agent=shop.agent), clock)
    with pytest.raises(Refused, match="not_yours"):
        scenarios.take_back(record_id=record.pk, by=shop.colleague, now=clock.now)
    scenarios.take_back(record_id=record.pk, by=shop.supervisor, now=clock.now)
    assert ActionRecord.objects.get().withdrawn_at


def test_a_case_that_somebody_has_worked_on_stays_when_its_topic_goes(shop, talk, clock):
    from fanal.cases import actions as cases

    record = refresh(shop, talk(customer=shop.customer, agent=shop.agent), clock)
    cases.add_note(case=record.case, text="Look at this again.", now=clock.after(1), by=shop.colleague)
    scenarios.take_back(record_id=record.pk, by=shop.agent, now=clock.after(1))
    assert Case.objects.get().withdrawn_at is None
    assert Topic.objects.get().withdrawn_at


def test_a_contact_meets_its_scenario_and_remembers_why(shop, talk, clock):
    chat = talk(customer=shop.customer, given={"order": "a-1001"})
    met = scenarios.match(interaction=chat, now=clock.after(1))
    chat.refresh_from_db()
    assert (met.queue, met.priority) == (shop.orders, 3)
    assert (chat.about_kind, chat.about_id) == ("order", shop.order.pk)
    why = ScenarioMatch.objects.get().why
    assert [(line["scenario"], line["matched"]) for line in why] == [(shop.order_scenario.pk, True)]
    assert "1001" not in str(why)


def test_a_claimed_order_of_somebody_else_opens_as_a_claim(shop, talk, clock):
    chat = talk(customer=shop.customer, given={"order": "A-2002"})
    met = scenarios.match(interaction=chat, now=clock.now)
    assert (met.choice.opens_id, met.choice.claimed) == (shop.others_order.pk, True)
    chat.refresh_from_db()
    assert chat.customer == shop.customer


def test_an_order_number_that_does_not_exist_opens_the_search_in_the_same_queue(shop, talk, clock):
    met = scenarios.match(interaction=talk(given={"order": "Z-9"}), now=clock.now)
    assert (met.queue, met.choice.opens) == (shop.orders, "search")


def test_a_card_pops_by_its_hash_without_its_number_being_kept(shop, talk, clock):
    from fanal.holdings.keys import card_key
    from fanal.norms.cards import keyed_hash

    hashed = keyed_hash("4111 1111 1111 1111", key=card_key())
    type(shop.card).objects.filter(pk=shop.card.pk).update(number_hash=hashed)
    Scenario.objects.create(
        code="t-card",
        name="Card",
        position=0,
        queue=shop.queue,
        opens="holding",
        conditions=[{"what": "card_number", "is": "present"}],
    )
    met = scenarios.match(interaction=talk(given={"card_hash": hashed}), now=clock.now)
    assert (met.choice.opens, met.choice.opens_id, met.choice.claimed) == ("holding", shop.card.pk, True)


def test_the_last_agent_is_preferred_where_the_scenario_says_so(shop, talk, clock):
    before = talk(customer=shop.customer, agent=shop.colleague)
    interactions.end_talk(interaction=before, reason="agent", now=clock.after(60), by=shop.colleague)
    met = scenarios.match(interaction=talk(customer=shop.customer, given={"order": "A-1001"}), now=clock.after(60))
    assert (met.preferred_agent, met.preferred_why) == (shop.colleague, "last_agent")


def test_a_dry_run_writes_nothing_and_lists_every_scenario(shop, talk, clock):
    chat = talk(customer=shop.customer, given={"order": "A-1001"})
    events = Event.objects.count()
    choice = scenarios.dry_run(contact=scenarios.contact_of(interaction=chat, now=clock.now))
    assert [verdict.code for verdict in choice.why] == ["t-orders", "t-any"]
    assert (ScenarioMatch.objects.count(), Topic.objects.count(), Event.objects.count()) == (0, 0, events)


def test_without_any_scenario_the_channels_own_queue_is_taken(shop, talk, clock):
    Scenario.objects.update(active=False)
    assert scenarios.match(interaction=talk(), now=clock.now).queue == shop.queue
    Queue.objects.update(active=False)
    with pytest.raises(scenarios.NoQueue):
        scenarios.match(interaction=talk(), now=clock.now)
