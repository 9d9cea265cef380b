"""A real back office on loopback: what it is told is done once, or honestly unknown."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from fanal.events.models import Event
from fanal.holdings import actions as holdings
from fanal.holdings.models import HoldingSource, SourceCommand
from fanal.holdings.port import Done
from fanal.scenarios import actions as scenarios
from fanal.scenarios import wording
from fanal.scenarios.models import ActionRecord, CaseRule
from fanal.scenarios.rules import Refused


@pytest.fixture
def chat(shop: Any, talk: Any) -> Any:
    return talk(customer=shop.customer, agent=shop.agent)


def cancel(shop: Any, chat: Any) -> ActionRecord:
    asked = {"action": "cancel_order", "target": shop.order, "interaction": chat, "fields": {"reason": "too late"}}
    return scenarios.perform(**asked, by=shop.agent, now=timezone.now())


@pytest.fixture
def cancelling(shop: Any) -> CaseRule:
    return CaseRule.objects.create(
        code="t-cancel", action="cancel_order", case_type=shop.enquiry, category=shop.whereabouts,
        subject="Cancel {object}", disposition=shop.answered,
    )  # fmt: skip


def test_a_cancelled_order_is_sent_done_over_there_and_then_its_case_is_settled(
    shop: Any, chat: Any, cancelling: CaseRule, sources: Any, carry: Any, store: Any
) -> None:
    record = cancel(shop, chat)
    shop.order.refresh_from_db()
    assert (record.state, shop.order.state, record.case.state) == ("sending", "paid", "open")
    assert store.acts() == []  # nothing is sent before the commit, and not by the page
    carry()
    record = ActionRecord.objects.get()
    shop.order.refresh_from_db()
    assert (record.state, shop.order.state, record.case.state) == ("done", "cancelled", "settled")
    assert record.topic.disposition == shop.answered
    assert store.acts() == [("cancellation", shop.order.number)]
    assert store.thing("order", shop.order.number)["way"][-1]["note"] == "too late"
    told = list(Event.objects.filter(kind="action.answered").values_list("data__state", flat=True))
    assert told == ["done"]


def test_an_answer_that_is_lost_is_unknown_and_asking_again_does_it_only_once(
    shop: Any, chat: Any, cancelling: CaseRule, sources: Any, carry: Any, store: Any
) -> None:
    store.turn("lost", True)
    cancel(shop, chat)
    carry()
    record = ActionRecord.objects.get()
    shop.order.refresh_from_db()
    assert (record.state, shop.order.state, record.case.state) == ("unknown", "paid", "open")
    assert store.acts() == [("cancellation", shop.order.number)]  # it acted; only we do not know
    with pytest.raises(Refused, match="still_unknown"):
        cancel(shop, chat)
    store.turn("lost", False)
    scenarios.ask_again(record_id=record.pk, by=shop.agent, now=timezone.now())
    carry()
    record.refresh_from_db()
    shop.order.refresh_from_db()
    assert (record.state, shop.order.state, record.case.state) == ("done", "cancelled", "settled")
    assert store.acts() == [("cancellation", shop.order.number)]
    assert SourceCommand.objects.get().attempts == 2
    with pytest.raises(Refused, match="nothing_to_ask_again"):
        scenarios.ask_again(record_id=record.pk, by=shop.agent, now=timezone.now())


def test_a_refusal_is_said_in_the_back_offices_own_words(
    shop: Any, chat: Any, cancelling: CaseRule, sources: Any, carry: Any, store: Any
) -> None:
    store.keep("order", shop.order.number, {"status": "in transit", "way": []})
    cancel(shop, chat)
    carry()
    record = ActionRecord.objects.get()
    shop.order.refresh_from_db()
    assert (record.state, shop.order.state, record.case.state) == ("refused", "paid", "open")
    assert "The parcel has left the warehouse." in wording.not_done(record.command)
    assert not scenarios.may_be_asked_again(record)


def test_what_could_not_be_sent_is_not_done_and_may_be_sent_again(
    shop: Any, chat: Any, cancelling: CaseRule, sources: Any, carry: Any, store: Any, monkeypatch: Any
) -> None:
    from fanal.environment import environment

    allowed = environment.outside_allowed
    monkeypatch.setattr(environment, "outside_allowed", ["back-office.demo.example=127.0.0.1:1"])
    cancel(shop, chat)
    carry()
    record = ActionRecord.objects.get()
    assert (record.state, record.command.reason) == ("refused", "not_reached")
    monkeypatch.setattr(environment, "outside_allowed", allowed)
    scenarios.ask_again(record_id=record.pk, by=shop.agent, now=timezone.now())
    carry()
    record.refresh_from_db()
    assert record.state == "done"


def test_the_same_is_not_sent_twice_while_nobody_has_answered(
    shop: Any, chat: Any, cancelling: CaseRule, sources: Any
) -> None:
    cancel(shop, chat)
    with pytest.raises(Refused, match="still_sending"):
        cancel(shop, chat)
    assert SourceCommand.objects.count() == 1


def test_a_process_that_dies_while_it_sends_leaves_an_honest_unknown(
    shop: Any, chat: Any, cancelling: CaseRule, sources: Any
) -> None:
    cancel(shop, chat)
    now = timezone.now()
    assert holdings.claim_command(source=sources["orders"].pk, now=now)
    assert scenarios.give_up_lost(now=now) == 0
    assert scenarios.give_up_lost(now=now + timedelta(minutes=3)) == 1
    record = ActionRecord.objects.get()
    assert (record.state, record.command.reason) == ("unknown", "process_ended")


def test_the_late_answer_of_a_process_that_was_given_up_is_not_that_of_the_next_try(
    shop: Any, chat: Any, cancelling: CaseRule, sources: Any
) -> None:
    record, now, source = cancel(shop, chat), timezone.now(), sources["orders"].pk
    frozen = holdings.claim_command(source=source, now=now)
    scenarios.give_up_lost(now=now + timedelta(minutes=3))
    scenarios.ask_again(record_id=record.pk, by=shop.agent, now=now + timedelta(minutes=4))
    claimed = holdings.claim_command(source=source, now=now + timedelta(minutes=5))
    assert frozen == claimed
    assert scenarios.answered(claimed=frozen, said=Done(), now=now + timedelta(minutes=6)) is None
    record.refresh_from_db()
    assert record.state == "sending"
    answered = scenarios.answered(claimed=claimed, said=Done(), now=now + timedelta(minutes=7))
    assert (answered, answered.state) == (record, "done")


def test_a_card_is_blocked_at_the_bank_and_a_balance_is_asked_for(
    shop: Any, chat: Any, sources: Any, carry: Any, store: Any
) -> None:
    asked = {"interaction": chat, "by": shop.agent, "now": timezone.now()}
    scenarios.perform(action="block_card", target=shop.card, **asked)
    record = scenarios.perform(action="refresh_balance", target=shop.account, **asked)
    assert (record.state, record.outcome["asked"]) == ("done", True)
    carry()
    shop.card.refresh_from_db()
    shop.account.refresh_from_db()
    assert (shop.card.state, str(shop.account.balance)) == ("blocked", "99.10")
    assert store.acts() == [("block", f"{shop.account.number}/{shop.card.number}")]


def test_where_no_source_is_set_up_everything_is_as_it_was(shop: Any, chat: Any, cancelling: CaseRule) -> None:
    record = cancel(shop, chat)
    shop.order.refresh_from_db()
    assert (record.state, record.command, shop.order.state) == ("done", None, "cancelled")
    assert record.case.state == "settled"


def test_what_is_practised_never_leaves_the_house(shop: Any, sources: Any, talk: Any) -> None:
    shop.customer.practice = shop.agent.practising = True
    shop.customer.save()
    shop.agent.save()
    chat = talk(customer=shop.customer, agent=shop.agent, practice=True)
    assert cancel(shop, chat).state == "done"
    assert SourceCommand.objects.count() == 0


def test_the_address_that_is_sent_is_the_one_that_was_previewed(
    shop: Any, chat: Any, sources: Any, carry: Any, store: Any
) -> None:
    asked = {"action": "change_delivery_address", "target": shop.order, "interaction": chat, "by": shop.agent}
    asked |= {"fields": {"deliver_to": "5 quai Haut,\n69002 Lyon "}, "now": timezone.now()}
    assert scenarios.preview(**asked)["after"] == "5 quai Haut, 69002 Lyon"
    scenarios.perform(**asked)
    carry()
    shop.order.refresh_from_db()
    assert store.thing("order", shop.order.number)["deliver_to"] == shop.order.deliver_to == "5 quai Haut, 69002 Lyon"


def test_a_preview_says_before_and_after_and_changes_nothing(shop: Any, chat: Any, sources: Any) -> None:
    asked = {"action": "cancel_order", "target": shop.order, "interaction": chat, "by": shop.agent, "fields": {}}
    assert scenarios.preview(**asked, now=timezone.now()) == {"before": "Paid", "after": "Cancelled"}
    shop.order.refresh_from_db()
    assert (shop.order.state, shop.order.steps.count()) == ("paid", 0)


def test_the_credential_is_sealed_and_no_number_chooses_the_host(sources: Any) -> None:
    from fanal.demo.back_office.server import SECRET
    from fanal.holdings.sources.http import filling

    assert all(SECRET not in str(row.credential) for row in HoldingSource.objects.all())
    evil = {"number": "../../admin?x=1#", "host": "evil.example"}
    assert filling.address("https://a.example/o/{number}", evil) == "https://a.example/o/..%2F..%2Fadmin%3Fx%3D1%23"
    with pytest.raises(filling.NotFilled):
        filling.address("https://{host}/o", evil)
    with pytest.raises(filling.NotFilled):
        filling.address("https://a.example/{number}/x", {"number": ".."})


def test_an_order_is_taken_over_there_and_gets_its_number_from_there(
    shop: Any, chat: Any, sources: Any, carry: Any, store: Any
) -> None:
    from fanal.holdings.models import Order, Product

    Product.objects.create(code="kettle", name="Kettle")
    fields = {"product": "kettle", "quantity": "2", "deliver_to": "1 rue Basse, Lyon"}
    asked = {"action": "place_order", "target": shop.customer, "interaction": chat, "by": shop.agent, "fields": fields}
    before = Order.objects.count()
    record = scenarios.perform(**asked, now=timezone.now())
    assert (record.state, record.order, Order.objects.count()) == ("sending", None, before)
    store.turn("lost", True)
    carry()
    record.refresh_from_db()
    assert (record.state, Order.objects.count()) == ("unknown", before)
    store.turn("lost", False)
    scenarios.ask_again(record_id=record.pk, by=shop.agent, now=timezone.now())
    carry()
    record.refresh_from_db()
    [(_what, number)] = store.acts()
    assert (record.state, record.order.number, record.order.customer) == ("done", number, shop.customer)
    line = record.order.lines.get()
    assert (line.product.code, line.quantity) == ("kettle", 2)
    holdings.want(thing=record.order, source=sources["orders"], by=None, now=timezone.now())
    carry()
    assert [step.state for step in record.order.steps.all()] == ["placed"]


def test_the_quantity_of_an_order_is_changed_over_there(
    shop: Any, chat: Any, sources: Any, carry: Any, store: Any
) -> None:
    from fanal.holdings.models import OrderLine, Product

    OrderLine.objects.create(order=shop.order, product=Product.objects.create(code="kettle", name="Kettle"), price=5)
    asked = {"action": "change_quantity", "target": shop.order, "interaction": chat, "by": shop.agent}
    scenarios.perform(**asked, fields={"quantity": "3"}, now=timezone.now())
    carry()
    assert store.thing("order", shop.order.number)["quantity"] == "3"
    shop.order.refresh_from_db()
    assert (shop.order.lines.get().quantity, str(shop.order.total)) == (3, "15.00")


def test_verify_finds_an_action_that_says_something_else_than_its_command(
    shop: Any, chat: Any, sources: Any, carry: Any
) -> None:
    from django.db import connection

    from fanal.running.verify import invariants

    holds = next(one for one in invariants() if one.name == "what_was_sent_is_told_honestly")

    def broken() -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(holds.sql)
            return cursor.fetchall()

    record = cancel(shop, chat)
    assert broken() == []
    carry()
    assert broken() == []
    ActionRecord.objects.update(state="sending")
    assert [row[0] for row in broken()] == [record.pk]
    ActionRecord.objects.update(state="sending")
    SourceCommand.objects.update(state="sending")
    assert [row[0] for row in broken()] == [record.pk]
