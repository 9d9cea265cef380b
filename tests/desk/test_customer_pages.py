"""Customers on the desk: found as one types, shown as far as role and assurance allow, corrected with their history."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from fanal.agents.models import Agent, FieldClass, Permission, Role
from fanal.cases import actions as cases
from fanal.cases.models import CaseType
from fanal.channels.models import ChannelAccount
from fanal.customers import actions, index
from fanal.customers.models import Customer, Relationship
from fanal.events.models import Event
from fanal.holdings.models import Holding, Order
from fanal.interactions.models import Interaction, Segment

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def agent() -> Agent:
    role = Role.objects.create(code="agent", name="Agent", permissions=[Permission.HANDLE], field_classes=[*FieldClass])
    return Agent.objects.create_user(email="agent@example.org", name="Agent A", role=role)


@pytest.fixture
def desk(client: Client, agent: Agent) -> Client:
    client.force_login(agent, backend="fanal.desk.accounts.backend.AgentBackend")
    return client


@pytest.fixture
def ada(agent: Agent) -> Customer:
    fields = {"name": "Ada Müller", "born_on": date(1980, 5, 3), "address": "5 Hidden Lane", "country": "FR"}
    made = actions.create(fields=fields, by=agent, now=NOW)
    actions.add_contact_point(customer=made, kind="phone", given="06 12 34 48 21", by=agent, now=NOW)
    Holding.objects.create(
        customer=made, kind="account", number="FR7612345678", balance=Decimal("1234.56"), currency="EUR"
    )
    Order.objects.create(customer=made, number="FN-100234", placed_at=NOW, state="shipped", tracking_number="JD0042")
    return made


def talking(agent: Agent, customer: Customer, assurance: int) -> Interaction:
    account = ChannelAccount.objects.create(kind="webchat", code="shop", name="Shop")
    interaction = Interaction.objects.create(
        account=account, channel="webchat", source="v1", customer=customer, assurance=assurance, started_at=NOW
    )
    Segment.objects.create(interaction=interaction, kind="agent", agent=agent, started_at=NOW)
    return interaction


def text(response: Any) -> str:
    return str(response.content.decode())


def test_what_one_types_brings_a_list_with_the_reasons(desk: Client, ada: Customer) -> None:
    answer = desk.get("/search/", {"q": "Muler"}, headers={"HX-Request": "true"})
    assert 'role="option"' in text(answer)
    assert f"/customers/{ada.pk}/" in text(answer)
    assert "Name, written a little differently" in text(answer)
    assert "<html" not in text(answer)


def test_the_same_search_answers_as_json_and_as_a_page(desk: Client, ada: Customer) -> None:
    found = desk.get("/search/", {"q": "FN-100234"}, headers={"Accept": "application/json"}).json()
    assert [(one["kind"], one["title"]) for one in found["found"]] == [("order", "FN-100234")]
    assert "<html" in text(desk.get("/search/", {"q": "FN-100234"}))
    assert "Nothing fits" in text(desk.get("/search/", {"q": "zzzzzzzzzz"}))


def test_no_contact_no_sensitive_field(desk: Client, ada: Customer) -> None:
    page = text(desk.get(f"/customers/{ada.pk}/"))
    assert "•••• 4821" in page
    assert "FN-100234" in page
    for secret in ("12 34 48 21", "Hidden Lane", "1234.56", "1980", "FR7612345678"):
        assert secret not in page


def test_the_assurance_of_ones_own_running_contact_opens_what_it_is_enough_for(
    desk: Client, agent: Agent, ada: Customer
) -> None:
    interaction = talking(agent, ada, assurance=2)
    matched = text(desk.get(f"/customers/{ada.pk}/"))
    assert "+33 6 12 34 48 21" in matched
    assert "1234.56" not in matched
    Interaction.objects.filter(pk=interaction.pk).update(assurance=3)
    assert "1234.56" in text(desk.get(f"/customers/{ada.pk}/"))


def test_a_contact_on_behalf_of_somebody_does_not_open_their_fields(desk: Client, agent: Agent, ada: Customer) -> None:
    other = actions.create(fields={"name": "Grandson"}, by=agent, now=NOW)
    interaction = talking(agent, ada, assurance=3)
    Interaction.objects.filter(pk=interaction.pk).update(spoken_for_by=other)
    assert "1234.56" not in text(desk.get(f"/customers/{ada.pk}/"))


def test_without_a_contact_fields_open_for_a_reason_and_on_record(desk: Client, agent: Agent, ada: Customer) -> None:
    desk.post(f"/customers/{ada.pk}/opening/", {"reason": "curiosity"})
    assert "1234.56" not in text(desk.get(f"/customers/{ada.pk}/"))
    desk.post(f"/customers/{ada.pk}/opening/", {"reason": "case_work"})
    assert "1234.56" in text(desk.get(f"/customers/{ada.pk}/"))
    event = Event.objects.get(kind="customer.opened")
    assert (event.by, event.data) == (agent.pk, {"customer": ada.pk, "reason": "case_work"})


def test_a_role_without_the_field_class_never_sees_it(desk: Client, agent: Agent, ada: Customer) -> None:
    Role.objects.filter(pk=agent.role_id).update(field_classes=["contact"])
    talking(agent, ada, assurance=3)
    page = text(desk.get(f"/customers/{ada.pk}/"))
    assert "+33 6 12 34 48 21" in page
    assert "1234.56" not in page


def test_a_correction_is_shown_in_the_history_with_who_made_it(desk: Client, agent: Agent, ada: Customer) -> None:
    talking(agent, ada, assurance=3)
    form = {
        "kind": "person",
        "name": "Ada Mueller",
        "born_on": "1980-05-03",
        "address": "5 Hidden Lane",
        "country": "FR",
    }
    assert desk.post(f"/customers/{ada.pk}/details/", form).status_code == 302
    page = text(desk.get(f"/customers/{ada.pk}/history/"))
    assert "Ada Müller" in page
    assert "Ada Mueller" in page
    assert "Agent A" in page


def test_fields_that_are_masked_are_neither_in_the_form_nor_overwritten(desk: Client, ada: Customer) -> None:
    page = text(desk.get(f"/customers/{ada.pk}/details/"))
    assert 'name="born_on"' not in page
    assert "Hidden Lane" not in page
    desk.post(f"/customers/{ada.pk}/details/", {"kind": "person", "name": "Ada M", "born_on": "", "address": ""})
    ada.refresh_from_db()
    assert (ada.name, ada.born_on, ada.address) == ("Ada M", date(1980, 5, 3), "5 Hidden Lane")


def test_the_history_masks_like_the_card(desk: Client, ada: Customer) -> None:
    page = text(desk.get(f"/customers/{ada.pk}/history/"))
    assert "Ada Müller" in page
    assert "Hidden Lane" not in page
    assert "12 34 48 21" not in page


def test_bad_details_come_back_with_a_sentence_at_the_field(desk: Client) -> None:
    answer = desk.post("/customers/new/", {"kind": "person", "name": "Ada", "born_on": "2090-01-01"})
    assert answer.status_code == 422
    assert "This date is in the future." in text(answer)
    answer = desk.post("/customers/new/", {"kind": "person", "name": "Ada", "country": "F1"})
    assert answer.status_code == 422
    assert "F1 is not one of the available choices" in text(answer)
    assert not Customer.objects.exists()


def test_a_country_is_chosen_and_shown_by_its_name(desk: Client) -> None:
    desk.post("/customers/new/", {"kind": "person", "name": "Ada", "country": "FR"})
    customer = Customer.objects.get()
    assert customer.country == "FR"
    assert "France" in text(desk.get(f"/customers/{customer.pk}/"))
    assert '<option value="FR" selected>France</option>' in text(desk.get(f"/customers/{customer.pk}/details/"))
    assert "<td" in (history := text(desk.get(f"/customers/{customer.pk}/history/")))
    assert "France" in history


def test_a_customer_is_entered_and_found_at_once(desk: Client) -> None:
    answer = desk.post("/customers/new/", {"kind": "person", "name": "Сергей Иванов"})
    made = Customer.objects.get()
    assert answer.headers["Location"] == f"/customers/{made.pk}/"
    assert "Сергей Иванов" in text(desk.get("/customers/", {"q": "ivanov"}))


def test_a_bad_number_is_kept_as_given_and_said_to_be_so(desk: Client, ada: Customer) -> None:
    desk.post(f"/customers/{ada.pk}/opening/", {"reason": "data_care"})
    answer = desk.post(f"/customers/{ada.pk}/contact-points/", {"kind": "email", "given": "ada at home"}, follow=True)
    assert "not well-formed" in text(answer)
    assert ada.contact_points.get(kind="email").state == "invalid"
    refused = desk.post(f"/customers/{ada.pk}/contact-points/", {"kind": "phone", "given": ""})
    assert refused.status_code == 422


def test_an_address_is_ended_from_the_card(desk: Client, ada: Customer) -> None:
    point = ada.contact_points.get()
    desk.post(f"/customers/{ada.pk}/opening/", {"reason": "data_care"})
    desk.post(f"/customers/{ada.pk}/contact-points/{point.pk}/end/")
    point.refresh_from_db()
    assert point.ended_at is not None
    assert desk.post(f"/customers/{ada.pk}/contact-points/999999/end/").status_code == 404


def test_nobody_changes_where_a_customer_is_reached_without_being_sure_of_them(desk: Client, ada: Customer) -> None:
    point = ada.contact_points.get()
    given = {"kind": "email", "given": "thief@example.com"}
    answer = desk.post(f"/customers/{ada.pk}/contact-points/", given, follow=True)
    assert "Find out first who it is" in text(answer)
    desk.post(f"/customers/{ada.pk}/contact-points/{point.pk}/end/")
    point.refresh_from_db()
    assert (ada.contact_points.count(), point.ended_at) == (1, None)


def test_a_merged_customers_address_leads_to_the_survivor(desk: Client, agent: Agent, ada: Customer) -> None:
    merged = actions.create(fields={"name": "A. Muller"}, by=agent, now=NOW)
    Order.objects.create(customer=merged, number="FN-777", placed_at=NOW)
    Customer.objects.filter(pk=merged.pk).update(survivor=ada)
    answer = desk.get(f"/customers/{merged.pk}/")
    assert answer.headers["Location"] == f"/customers/{ada.pk}/"
    assert "FN-777" in text(desk.get(f"/customers/{ada.pk}/"))


def test_practice_customers_are_not_there_for_those_who_do_not_practise(desk: Client) -> None:
    practice = Customer.objects.create(name="Practice Person", practice=True)
    index.rebuild()
    assert desk.get(f"/customers/{practice.pk}/").status_code == 404
    assert desk.get(f"/customers/{practice.pk}/history/").status_code == 404
    assert (
        "Practice Person"
        not in text(desk.get("/customers/", {"q": "Practice Person"})).split("<main")[1].split("value=")[0]
    )


@pytest.mark.parametrize("url", ["/customers/", "/customers/1/", "/customers/new/", "/search/?q=ada"])
def test_strangers_are_sent_to_sign_in(client: Client, url: str) -> None:
    assert client.get(url).status_code == 302


def test_who_only_supervises_may_look_but_not_change(client: Client, agent: Agent, ada: Customer) -> None:
    Role.objects.filter(pk=agent.role_id).update(permissions=["supervise"])
    client.force_login(agent, backend="fanal.desk.accounts.backend.AgentBackend")
    assert client.get(f"/customers/{ada.pk}/").status_code == 200
    assert client.get(f"/customers/{ada.pk}/details/").status_code == 403
    assert client.post(f"/customers/{ada.pk}/opening/", {"reason": "case_work"}).status_code == 403


def entered(desk: Client, ada: Customer, **given: Any) -> Any:
    form = {"kind": "family", "powers": ["look_up_order"], "proven": "on", **given}
    return desk.post(f"/customers/{ada.pk}/relationships/", form, headers={"HX-Request": "true"})


def test_a_relationship_is_entered_ended_and_kept_in_the_history_of_both(
    desk: Client, agent: Agent, ada: Customer
) -> None:
    talking(agent, ada, assurance=3)
    luc = actions.create(fields={"name": "Luc Moreau"}, by=agent, now=NOW)
    dialog = text(desk.get(f"/customers/{ada.pk}/relationships/"))
    assert "Look up the order" in dialog
    assert "Unblock the card" not in dialog, "no representative may do that"
    found = text(desk.get(f"/customers/{ada.pk}/relationships/people/", {"q": "Moreau"}))
    assert f'value="{luc.pk}"' in found
    assert "Ada" not in text(desk.get(f"/customers/{ada.pk}/relationships/people/", {"q": "Müller"}))
    assert entered(desk, ada, person=luc.pk).headers["HX-Redirect"] == f"/customers/{ada.pk}/"
    relationship = Relationship.objects.get(person=luc, represents=ada)
    assert (relationship.kind, relationship.powers) == ("family", ["look_up_order"])
    assert relationship.verified_at is not None
    page = text(desk.get(f"/customers/{ada.pk}/"))
    assert "may act for this person" in page
    assert "Look up the order" in page
    assert desk.post(f"/customers/{ada.pk}/relationships/{relationship.pk}/end/").status_code == 302
    assert "may act for this person" not in text(desk.get(f"/customers/{ada.pk}/"))
    for one, other in ((ada, luc), (luc, ada)):
        history = text(desk.get(f"/customers/{one.pk}/history/"))
        assert other.name in history
        assert "Look up the order" in history
        assert "Agent A" in history


def test_a_power_that_nobody_proved_is_noted_and_gives_none(desk: Client, agent: Agent, ada: Customer) -> None:
    talking(agent, ada, assurance=3)
    luc = actions.create(fields={"name": "Luc Moreau"}, by=agent, now=NOW)
    entered(desk, ada, person=luc.pk, proven="")
    assert Relationship.objects.get(person=luc).verified_at is None
    assert "not proven" in text(desk.get(f"/customers/{ada.pk}/"))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Find the person first"),
        ({"person": "ada"}, "Nobody can represent themselves"),
        ({"person": "luc", "kind": "enemy"}, "Select a valid choice"),
        ({"person": "luc", "powers": ["unblock_card"]}, "Select a valid choice"),
        ({"person": "luc", "ends_on": "2020-01-01"}, "This day is over"),
    ],
)
def test_what_does_not_hold_is_said_in_the_dialog_and_nothing_is_entered(
    desk: Client, agent: Agent, ada: Customer, given: dict[str, Any], said: str
) -> None:
    talking(agent, ada, assurance=3)
    luc = actions.create(fields={"name": "Luc Moreau"}, by=agent, now=NOW)
    if "person" in given:
        given = given | {"person": {"ada": ada, "luc": luc}[given["person"]].pk}
    answer = entered(desk, ada, **given)
    assert answer.status_code == 422
    assert said in text(answer)
    assert not Relationship.objects.exists()


def test_nobody_is_related_or_parted_before_one_is_sure_of_the_customer(
    desk: Client, agent: Agent, ada: Customer
) -> None:
    luc = actions.create(fields={"name": "Luc Moreau"}, by=agent, now=NOW)
    entered(desk, ada, person=luc.pk)
    assert not Relationship.objects.exists()
    held = actions.relate(person=luc, represents=ada, kind="family", powers=["look_up_order"], by=agent, now=NOW)
    desk.post(f"/customers/{ada.pk}/relationships/{held.pk}/end/")
    assert Relationship.objects.get().ends_on is None


def test_a_case_is_opened_from_the_customers_page_and_from_the_search(
    desk: Client, agent: Agent, ada: Customer
) -> None:
    kind = CaseType.objects.create(code="fault", name="Fault")
    cases.open_case(type=kind, subject="Another one", now=NOW, by=agent)
    case = cases.open_case(type=kind, subject="No light", customer=ada, owner=agent, now=NOW, by=agent)
    assert case.pk != case.number
    for page in (f"/customers/{ada.pk}/", f"/search/?q={case.number}"):
        assert f'href="/cases/{case.pk}/"' in text(desk.get(page))
    assert "No light" in text(desk.get(f"/cases/{case.pk}/"))
