"""Who may do which customer action, for whom, how sure we must be."""

import pytest

from fanal.agents.models import Agent
from fanal.customers.models import Relationship
from fanal.identity.rules.assurance import LEAST
from fanal.interactions import actions as interactions
from fanal.interactions.models import Identification
from fanal.scenarios import actions as scenarios
from fanal.scenarios import catalogue
from fanal.scenarios.models import ActionRecord
from fanal.scenarios.rules import Refused


def refused(**asked) -> str:
    with pytest.raises(Refused) as refusal:
        scenarios.perform(**asked)
    assert not ActionRecord.objects.exists()
    return refusal.value.code


@pytest.mark.parametrize(
    ("action", "target", "least"),
    [
        ("refresh_balance", "account", 3),
        ("look_up_order", "order", 1),
        ("cancel_order", "order", 3),
        ("block_card", "card", 2),
        ("explain_contract_end", "contract", 2),
    ],
)
def test_each_action_needs_its_assurance(shop, talk, clock, action, target, least):
    chat = talk(customer=shop.customer, assurance=least - 1, agent=shop.agent)
    asked = {"action": action, "target": getattr(shop, target), "interaction": chat, "by": shop.agent, "now": clock.now}
    assert refused(**asked) == "assurance"
    interactions.identify(
        interaction=chat, customer=shop.customer, assurance=least, why="verified", by=shop.agent, now=clock.now
    )
    assert scenarios.perform(**asked).pk


def test_a_balance_is_asked_for_only_for_whom_it_may_be_shown():
    assert catalogue.entry("refresh_balance").least_assurance >= LEAST["financial"]


def test_being_verified_as_one_proves_nothing_about_another(shop, talk, clock):
    chat = talk(customer=shop.other, assurance=3, agent=shop.agent)
    asked = {"target": shop.order, "interaction": chat, "by": shop.agent, "now": clock.now}
    assert refused(action="cancel_order", **asked) == "assurance"


def test_a_visitor_does_nothing_to_what_is_not_their_own(shop, talk, clock):
    chat = talk(customer=shop.other, assurance=3)
    for target in (shop.order, shop.account):
        action = "look_up_order" if target == shop.order else "refresh_balance"
        assert refused(action=action, target=target, interaction=chat, by=None, face="widget", now=clock.now) in (
            "target",
        )
    own = scenarios.perform(
        action="look_up_order", target=shop.others_order, interaction=chat, by=None, face="widget", now=clock.now
    )
    assert own.face == "widget"


def test_a_visitor_does_not_do_what_needs_an_agent(shop, talk, clock):
    chat = talk(customer=shop.customer, assurance=3)
    asked = {"target": shop.order, "interaction": chat, "by": None, "face": "widget", "now": clock.now}
    assert refused(action="cancel_order", **asked) == "role"


def test_the_role_must_handle_contacts_and_see_the_class_of_fields(shop, talk, clock):
    chat = talk(customer=shop.customer, agent=shop.masked)
    asked = {"action": "refresh_balance", "target": shop.account, "interaction": chat, "now": clock.now}
    assert refused(by=shop.masked, **asked) == "field_class"
    assert refused(by=shop.reader, **asked) == "role"


def test_an_action_is_not_done_to_the_wrong_kind_of_thing(shop, talk, clock):
    chat = talk(customer=shop.customer, agent=shop.agent)
    asked = {"interaction": chat, "by": shop.agent, "now": clock.now}
    assert refused(action="refresh_balance", target=shop.order, **asked) == "target"
    assert refused(action="refresh_balance", target=None, **asked) == "target"
    assert refused(action="dance", target=None, **asked) == "unknown_action"


def test_a_practising_agent_does_nothing_to_real_customers(shop, talk, clock):
    Agent.objects.filter(pk=shop.agent.pk).update(practising=True)
    shop.agent.refresh_from_db()
    asked = {"action": "look_up_order", "target": shop.order, "by": shop.agent, "now": clock.now}
    assert refused(**asked) == "target"


def test_what_changes_something_is_done_only_while_talking_with_somebody(shop, clock):
    asked = {"target": shop.order, "by": shop.agent, "now": clock.now}
    assert refused(action="cancel_order", **asked) == "needs_contact"
    assert scenarios.perform(action="look_up_order", **asked).case.customer == shop.customer


def test_a_representative_does_only_what_they_were_given_the_power_to_do(shop, talk, clock):
    chat = talk(agent=shop.agent)
    interactions.speak_for(
        interaction=chat,
        person=shop.other,
        represents=shop.customer,
        relationship="family",
        by=shop.agent,
        now=clock.now,
    )
    interactions.identify(
        interaction=chat, customer=shop.customer, assurance=3, why="verified", by=shop.agent, now=clock.now
    )
    asked = {"target": shop.account, "interaction": chat, "by": shop.agent, "now": clock.now}
    assert refused(action="refresh_balance", **asked) == "no_power"
    held = Relationship.objects.create(
        person=shop.other, represents=shop.customer, kind="family", powers=["refresh_balance", "change_contact_point"]
    )
    assert refused(action="refresh_balance", **asked) == "no_power"
    held.verified_at = clock.now
    held.save()
    assert refused(action="refresh_balance", **asked) == "assurance"
    Identification.objects.create(
        interaction=chat, customer=shop.other, assurance=3, why="verified", by=shop.agent, at=clock.now
    )
    phone = {"target": shop.phone, "fields": {"value": "+33612345679"}}
    assert refused(action="change_contact_point", **(asked | phone)) == "not_for_representatives"
    assert scenarios.perform(action="refresh_balance", **asked).pk


@pytest.mark.parametrize(
    ("action", "target", "fields", "code"),
    [
        ("change_delivery_address", "order", {"deliver_to": " "}, "field_missing"),
        ("change_delivery_address", "order", {"deliver_to": "12345678"}, "address_incomplete"),
        ("change_delivery_address", "order", {"deliver_to": "1 rue Basse\nLyon"}, "nothing_changes"),
        ("change_delivery_address", "order", {"deliver_to": "x" * 301}, "field_too_long"),
        ("change_contact_point", "phone", {"value": "call me"}, "phone_not_valid"),
        ("report_device_fault", "device", {"description": ""}, "field_missing"),
    ],
)
def test_a_wrong_input_is_refused_with_its_field(shop, talk, clock, action, target, fields, code):
    chat = talk(customer=shop.customer, agent=shop.agent)
    asked = {"target": getattr(shop, target), "interaction": chat, "by": shop.agent, "now": clock.now, "fields": fields}
    assert refused(action=action, **asked) == code


def test_an_address_is_previewed_and_then_changed(shop, talk, clock):
    chat = talk(customer=shop.customer, agent=shop.agent)
    asked = {
        "action": "change_delivery_address",
        "target": shop.order,
        "interaction": chat,
        "fields": {"deliver_to": "5 quai Haut,\n69002 Lyon "},
        "by": shop.agent,
        "now": clock.now,
    }
    assert scenarios.preview(**asked) == {"before": "1 rue Basse, Lyon", "after": "5 quai Haut, 69002 Lyon"}
    shop.order.refresh_from_db()
    assert shop.order.deliver_to == "1 rue Basse, Lyon"
    record = scenarios.perform(**asked)
    shop.order.refresh_from_db()
    assert shop.order.deliver_to == "5 quai Haut, 69002 Lyon"
    assert "quai" not in str(record.outcome)


def test_an_order_on_its_way_is_neither_cancelled_nor_sent_elsewhere(shop, talk, clock):
    chat = talk(customer=shop.other, agent=shop.agent)
    asked = {"target": shop.others_order, "interaction": chat, "by": shop.agent, "now": clock.now}
    assert refused(action="cancel_order", **asked) == "order_on_its_way"
    fields = {"deliver_to": "Kade 7, Delft"}
    assert refused(action="change_delivery_address", fields=fields, **asked) == "order_on_its_way"


def test_a_cancelled_order_says_so_in_its_steps_and_is_not_cancelled_twice(shop, talk, clock):
    chat = talk(customer=shop.customer, agent=shop.agent)
    asked = {"action": "cancel_order", "target": shop.order, "interaction": chat, "by": shop.agent, "now": clock.now}
    scenarios.perform(**asked)
    assert [step.state for step in shop.order.steps.all()] == ["cancelled"]
    with pytest.raises(Refused, match="order_already_cancelled"):
        scenarios.perform(**asked)


def test_a_phone_number_is_kept_in_its_normal_form(shop, talk, clock):
    chat = talk(customer=shop.customer, agent=shop.agent)
    scenarios.perform(
        action="change_contact_point",
        target=shop.phone,
        interaction=chat,
        fields={"value": "06 98 76 54 32"},
        by=shop.agent,
        now=clock.now,
    )
    shop.phone.refresh_from_db()
    assert (shop.phone.value, shop.phone.given) == ("+33698765432", "06 98 76 54 32")


def test_what_is_possible_says_what_stands_against_it(shop, talk, clock):
    chat = talk(customer=shop.customer, assurance=1, agent=shop.agent)
    possible = scenarios.possible(target=shop.order, interaction=chat, by=shop.agent, now=clock.now)
    assert [(entry.code, why) for entry, why in possible] == [
        ("look_up_order", ""),
        ("change_delivery_address", "assurance"),
        ("change_quantity", "assurance"),
        ("cancel_order", "assurance"),
        ("record_complaint", ""),
    ]


def test_what_makes_no_sense_on_a_thing_as_it_is_is_not_offered(shop, talk, clock):
    chat = talk(customer=shop.customer, assurance=3, agent=shop.agent)

    def offered(target):
        found = scenarios.possible(target=target, interaction=chat, by=shop.agent, now=clock.now)
        return {entry.code for entry, _why in found} - {"record_complaint"}

    assert offered(shop.account) == {"refresh_balance"}
    assert offered(shop.card) == {"block_card"}
    shop.card.state = "blocked"
    assert offered(shop.card) == {"unblock_card"}
    shop.card.balance = shop.account.balance
    assert "refresh_balance" in offered(shop.card)
    shop.order.state = "shipped"
    assert offered(shop.order) == {"look_up_order"}
    shop.contract.ends_on = None
    assert offered(shop.contract) == set()
