"""Who it is, asked of a real database."""

from datetime import timedelta

import pytest
from cast_of_identity import NOW, customer, order
from pytest_django.fixtures import DjangoAssertNumQueries

from fanal.customers.models import ContactPoint, Relationship
from fanal.holdings.models import Holding
from fanal.identity import actions
from fanal.identity.rules import Evidence

pytestmark = pytest.mark.django_db


def resolve(**evidence: object) -> object:
    return actions.resolve(evidence=Evidence(**evidence), now=NOW)  # type: ignore[arg-type]


def test_the_owner_of_a_number_is_known_in_whatever_form_it_arrives() -> None:
    ada = customer(phone="+33612345678")
    for form in ("+33612345678", "0033 6 12 34 56 78", "sip:+33612345678@gateway", "06 12 34 56 78"):
        found = resolve(caller_number=form)
        assert (found.recognition, found.customer_id, found.assurance) == ("known", ada.pk, 2), form


@pytest.mark.parametrize("form", ["anonymous", "withheld", "", "12", "sip:anonymous@anonymous.invalid", "////"])
def test_a_withheld_or_malformed_number_is_unknown(form: str) -> None:
    customer(phone="+33612345678")
    assert resolve(caller_number=form).recognition == "unknown"


def test_a_household_is_ambiguous_with_the_reasons_of_each() -> None:
    grandmother = customer("Odette Moreau", phone="+33140506070")
    grandson = customer("Luc Moreau", phone="+33140506070")
    Relationship.objects.create(person=grandson, represents=grandmother, kind="household")
    order(grandmother, "O-1", state="shipped")
    actions.remember(customer=grandson, kind="phone", value="+33140506070", contact=1, now=NOW - timedelta(days=1))
    found = resolve(caller_number="+33140506070")
    reasons = {c.customer_id: [r.as_json() for r in (*c.reasons_for, *c.reasons_against)] for c in found.candidates}
    assert found.recognition == "ambiguous"
    assert {"code": "open_order", "count": 1} in reasons[grandmother.pk]
    assert {"code": "never_heard_from_here"} in reasons[grandmother.pk]
    assert {"code": "contact_recently", "days": 1} in reasons[grandson.pk]
    assert all({"code": "same_household", "people": 1} in some for some in reasons.values())


def test_an_order_number_and_an_email_that_agree_are_a_match() -> None:
    ada = customer(email="ada@example.org")
    order(ada, "O-77")
    assert resolve(order_number="O-77").assurance == 1
    assert resolve(order_number=" O-77 ", email="Ada@Example.org").assurance == 2


def test_holdings_and_cards_are_claims() -> None:
    ada = customer()
    Holding.objects.create(customer=ada, kind="account", number="DE-900")
    Holding.objects.create(customer=ada, kind="card", number="4242", number_hash="f00d")
    assert resolve(account_number="DE-900").customer_id == ada.pk
    assert resolve(card_hash="f00d").assurance == 1
    assert resolve(account_number="4242").recognition == "unknown"


def test_a_merged_customer_is_met_as_the_survivor_with_the_orders_of_both() -> None:
    survivor = customer("Ada Miller")
    merged = customer("A. Miller", phone="+33612345678", survivor=survivor)
    customer("Older", phone="+33699999999", survivor=merged)
    order(merged, "O-5")
    for number in ("+33612345678", "+33699999999"):
        found = resolve(caller_number=number)
        assert (found.recognition, found.customer_id) == ("known", survivor.pk)
        assert {"code": "open_order", "count": 1} in [r.as_json() for r in found.candidates[0].reasons_for]


def test_nobody_is_found_by_an_address_that_ended_or_is_not_valid() -> None:
    ada = customer(phone="+33612345678", email="ada@example.org")
    ContactPoint.objects.filter(customer=ada, kind="phone").update(ended_at=NOW)
    ContactPoint.objects.filter(customer=ada, kind="email").update(state="invalid")
    assert resolve(caller_number="+33612345678", from_address="ada@example.org").recognition == "unknown"


def test_practice_and_real_customers_never_meet() -> None:
    customer(phone="+33612345678", practice=True)
    assert resolve(caller_number="+33612345678").recognition == "unknown"
    assert resolve(caller_number="+33612345678", practice=True).recognition == "known"


def test_the_hosts_signature_is_verified_and_an_unknown_one_is_nobody() -> None:
    ada = customer(external_id="shop-7")
    found = resolve(signed_external_id="shop-7", name="Somebody Else")
    assert (found.recognition, found.customer_id, found.assurance) == ("known", ada.pk, 3)
    assert resolve(signed_external_id="shop-8").recognition == "unknown"


def test_resolving_takes_one_question_and_three_when_people_were_merged(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    survivor = customer("Ada Miller", phone="+33612345678", email="ada@example.org")
    order(survivor, "O-9", state="shipped")
    evidence = {"caller_number": "+33612345678", "email": "ada@example.org", "order_number": "O-9", "handle": "v-1"}
    with django_assert_num_queries(1):
        before = resolve(**evidence)
    customer("A. Miller", survivor=survivor)
    with django_assert_num_queries(3):
        assert resolve(**evidence) == before
    with django_assert_num_queries(0):
        resolve(caller_number="anonymous")


def test_a_browser_seen_before_is_somebody_it_may_be() -> None:
    ada = customer()
    actions.remember(customer=ada, kind="handle", value="visitor-1", contact=1, now=NOW)
    actions.remember(customer=ada, kind="handle", value="visitor-1", contact=1, now=NOW)
    found = resolve(handle="visitor-1")
    assert (found.recognition, found.candidates[0].customer_id) == ("ambiguous", ada.pk)
