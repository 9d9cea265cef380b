"""The desk shows what there is at once, says how old it is, and what became of what was sent."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from fanal.holdings.models import Reading, SourceCommand
from fanal.scenarios.models import ActionRecord

BACKEND = "fanal.desk.accounts.backend.AgentBackend"


@pytest.fixture
def desk(shop: Any) -> Client:
    client = Client()
    client.force_login(shop.agent, backend=BACKEND)
    return client


@pytest.fixture
def chat(shop: Any, talk: Any) -> Any:
    return talk(customer=shop.customer, agent=shop.agent)


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.content
    return str(answer.content.decode())


def test_a_card_that_opens_asks_and_shows_meanwhile_what_there_is(
    shop: Any, chat: Any, desk: Client, sources: Any, carry: Any
) -> None:
    about = text(desk.get(f"/interactions/{chat.pk}/about/?holding={shop.account.pk}"))
    assert "12.50 EUR" in about
    assert f"/customers/holdings/{shop.account.pk}/reading/" in about
    asked = {"interaction": chat.pk}
    first = text(desk.post(f"/customers/holdings/{shop.account.pk}/reading/", asked))
    assert "As of when it was entered; asking Bank: accounts …" in first
    assert f'data-refresh-if="holding={shop.account.pk}"' in first
    carry()
    then = text(desk.post(f"/customers/holdings/{shop.account.pk}/reading/", asked))
    clock = timezone.localtime(Reading.objects.get().as_of).strftime("%H:%M")
    assert f"Bank: accounts, as of {clock}." in then
    assert "asking" in text(desk.post(f"/customers/holdings/{shop.account.pk}/reading/", {**asked, "now": "1"}))
    assert "99.10 EUR" in text(desk.get(f"/interactions/{chat.pk}/about/?holding={shop.account.pk}"))


@pytest.mark.parametrize(
    ("switch", "sentence"),
    [
        ("slow", "Bank: accounts is slow and has not answered. This is as of when it was entered."),
        ("down", "Bank: accounts cannot be reached. This is as of when it was entered."),
    ],
)
def test_what_is_slow_or_down_is_said(
    shop: Any, chat: Any, desk: Client, sources: Any, carry: Any, store: Any, switch: str, sentence: str
) -> None:
    store.turn(switch, True)
    address = f"/customers/holdings/{shop.account.pk}/reading/"
    desk.post(address, {"interaction": chat.pk})
    carry()
    assert sentence in text(desk.post(address, {"interaction": chat.pk}))


def test_no_page_of_the_desk_asks_anybody_outside(
    shop: Any, chat: Any, desk: Client, sources: Any, monkeypatch: Any
) -> None:
    from fanal import outside

    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError("a page waited for a back office")

    monkeypatch.setattr(outside, "ask", never)
    text(desk.get(f"/interactions/{chat.pk}/about/?order={shop.order.pk}"))
    text(desk.post(f"/customers/orders/{shop.order.pk}/reading/", {"interaction": chat.pk}))
    done = {"action": "cancel_order", "kind": "order", "target": shop.order.pk, "field-reason": "x", "sure": "1"}
    text(desk.post(f"/interactions/{chat.pk}/deeds/", done))
    assert SourceCommand.objects.get().state == "sending"


def test_what_is_sent_is_previewed_first_and_its_state_is_shown(
    shop: Any, chat: Any, desk: Client, sources: Any, carry: Any, store: Any
) -> None:
    click = {"action": "cancel_order", "kind": "order", "target": shop.order.pk}
    dialog = desk.post(f"/interactions/{chat.pk}/deeds/", click)
    assert dialog["HX-Retarget"] == "#dialogs"
    assert "Shop: orders will be told to change this:" in text(dialog)
    assert "Paid</span> → <b" in text(dialog)
    assert not ActionRecord.objects.exists()
    store.turn("lost", True)
    lines = text(desk.post(f"/interactions/{chat.pk}/deeds/", {**click, "field-reason": "late", "sure": "1"}))
    assert "being sent to the back office" in lines
    carry()
    lines = text(desk.get(f"/interactions/{chat.pk}/lines/"))
    assert "not known whether it was done" in lines
    record = ActionRecord.objects.get()
    assert f"/action-records/{record.pk}/again/" in lines
    store.turn("lost", False)
    assert "being sent" in text(desk.post(f"/action-records/{record.pk}/again/"))
    carry()
    lines = text(desk.get(f"/interactions/{chat.pk}/lines/"))
    assert "being sent" not in lines
    assert "not known" not in lines
    assert store.acts() == [("cancellation", shop.order.number)]


def test_an_address_is_filled_in_then_previewed_then_sent(
    shop: Any, chat: Any, desk: Client, sources: Any, carry: Any, store: Any
) -> None:
    click = {"action": "change_delivery_address", "kind": "order", "target": shop.order.pk}
    assert ">Preview</button>" in text(desk.post(f"/interactions/{chat.pk}/deeds/", click))
    said = {**click, "field-deliver_to": "5 quai Haut\n69002 Lyon"}
    shown = text(desk.post(f"/interactions/{chat.pk}/deeds/", said))
    assert "5 quai Haut, 69002 Lyon</b>" in shown
    assert 'name="sure"' in shown
    text(desk.post(f"/interactions/{chat.pk}/deeds/", {**said, "sure": "1"}))
    carry()
    assert store.thing("order", shop.order.number)["deliver_to"] == "5 quai Haut, 69002 Lyon"


def test_a_cases_page_shows_the_age_too_and_tells_what_the_back_office_did(
    shop: Any, chat: Any, desk: Client, sources: Any, carry: Any
) -> None:
    from fanal.scenarios import actions as scenarios
    from fanal.scenarios.models import CaseRule

    CaseRule.objects.create(
        code="t-cancel", action="cancel_order", case_type=shop.enquiry, category=shop.whereabouts, subject="{object}"
    )
    record = scenarios.perform(
        action="cancel_order", target=shop.order, interaction=chat, by=shop.agent, now=timezone.now()
    )
    page = text(desk.get(f"/cases/{record.case.pk}/"))
    assert f"/customers/orders/{shop.order.pk}/reading/" in page
    line = text(desk.post(f"/customers/orders/{shop.order.pk}/reading/", {"case": record.case.pk}))
    assert f'hx-get="/cases/{record.case.pk}/"' in line
    carry()
    assert "Done by the back office: Cancel the order" in text(desk.get(f"/cases/{record.case.pk}/"))


def test_somebody_who_may_not_see_the_customer_asks_for_nothing(shop: Any, desk: Client, sources: Any) -> None:
    from fanal.agents.models import Agent

    Agent.objects.filter(pk=shop.agent.pk).update(practising=True)
    assert desk.post(f"/customers/orders/{shop.order.pk}/reading/").status_code == 404
    assert not Reading.objects.exists()


def test_the_customers_page_says_how_old_each_thing_is_asks_nobody_by_itself_and_asks_when_told_to(
    shop: Any, desk: Client, sources: Any, carry: Any
) -> None:
    page = f"/customers/{shop.customer.pk}/"
    assert f'hx-get="{page}readings/"' in text(desk.get(page))
    first = text(desk.get(f"{page}readings/"))
    assert f'id="said-holding-{shop.account.pk}" hx-swap-oob="true"' in first
    assert "as of when it was entered" in first.lower()
    assert "Ask now" in first
    assert not Reading.objects.exists()
    told = {"customer": shop.customer.pk, "now": "1"}
    asking = text(desk.post(f"/customers/holdings/{shop.account.pk}/reading/", told))
    assert "asking Bank: accounts …" in asking
    assert f'hx-get="{page}?again=1"' in asking
    assert f'hx-select="#holding-{shop.account.pk}"' in asking
    carry()
    clock = timezone.localtime(Reading.objects.get().as_of).strftime("%H:%M")
    then = text(desk.get(f"{page}?again=1"))
    assert f"Bank: accounts, as of {clock}." in then
    assert then.count("Ask now") == first.count("Ask now")
