"""Proving who it is: asked a couple at a time, compared by the program, counted, and never shown."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from cast_of_identity import NOW, agent, customer, order

from fanal.customers.models import Customer
from fanal.events.models import Event
from fanal.holdings.models import Holding
from fanal.identity import actions
from fanal.identity.models import VerificationAttempt
from fanal.identity.rules.verification import Asked, askable
from fanal.identity.wording import standing

pytestmark = pytest.mark.django_db

RIGHT = {
    "date_of_birth": "3 May 1980",
    "postcode": "75 011",
    "last_order_amount": "49,90 €",
    "last_order_street": "rue Oberkampf",
    "card_last_four": "4242",
    "serial_last_four": "7788",
    "email": "secret at example dot org",
}


@pytest.fixture
def ada() -> Customer:
    made = customer("Ada Miller", email="secret@example.org", born_on=date(1980, 5, 3), postcode="75011")
    order(made, "O-1", total=Decimal("49.90"), deliver_to="12 rue Oberkampf, 75011 Paris")
    Holding.objects.create(customer=made, kind="card", number="4242", number_hash="f00d")
    Holding.objects.create(customer=made, kind="device", number="SN-99887788")
    return made


def give(who: Customer, answers: int, *, right: bool, contact: int = 1, at: object = NOW) -> actions.Outcome:
    for _ in range(answers):
        question = actions.questions(customer=who, interaction_id=contact, now=at).questions[0]  # type: ignore[arg-type]
        heard = RIGHT[question] if right else "I do not know"
        outcome = actions.answer(
            customer=who,
            interaction_id=contact,
            question=question,
            heard=heard,
            by=None,
            now=at,  # type: ignore[arg-type]
        )
        assert outcome.right is right
    return outcome


def test_a_couple_of_questions_at_a_time_the_same_when_asked_again(ada: Customer) -> None:
    first = actions.questions(customer=ada, interaction_id=1, now=NOW)
    assert len(first.questions) == 2
    assert actions.questions(customer=ada, interaction_id=1, now=NOW) == first
    assert len({actions.questions(customer=ada, interaction_id=n, now=NOW).questions for n in range(30)}) > 3


def test_two_right_answers_verify_and_what_was_said_is_kept_nowhere(ada: Customer) -> None:
    outcome = give(ada, 2, right=True)
    assert outcome.verified
    assert outcome.asking.questions == ()
    assert actions.is_verified(customer=ada, interaction_id=1, now=NOW)
    assert not actions.is_verified(customer=ada, interaction_id=2, now=NOW)
    kept = [*VerificationAttempt.objects.values_list(), *Event.objects.values_list("data", flat=True)]
    assert not any(said in str(kept) for said in RIGHT.values())


def test_one_wrong_answer_is_forgiven_and_each_further_one_costs_a_right_one(ada: Customer) -> None:
    give(ada, 2, right=False)
    assert not give(ada, 2, right=True).verified
    assert give(ada, 1, right=True).verified


def test_three_wrong_answers_lock_the_contact_with_a_sentence(ada: Customer) -> None:
    asking = give(ada, 3, right=False).asking
    assert (asking.standing.state, asking.questions) == ("locked_contact", ())
    assert "Do not ask again" in standing(asking.standing)
    with pytest.raises(actions.NotAsked):
        actions.answer(customer=ada, interaction_id=1, question="postcode", heard="75011", by=None, now=NOW)


def test_five_wrong_answers_in_a_day_lock_the_customer_over_all_contacts_until_the_first_is_a_day_old(
    ada: Customer,
) -> None:
    give(ada, 3, right=False, contact=1)
    give(ada, 2, right=False, contact=2, at=NOW + timedelta(hours=2))
    locked = actions.questions(customer=ada, interaction_id=3, now=NOW + timedelta(hours=3))
    assert (locked.standing.state, locked.standing.until) == ("locked_day", NOW + timedelta(hours=24))
    assert "open again at" in standing(locked.standing)
    later = actions.questions(customer=ada, interaction_id=3, now=NOW + timedelta(hours=25))
    assert later.standing.state == "open"


def test_a_question_is_asked_once_in_a_contact(ada: Customer) -> None:
    question = actions.questions(customer=ada, interaction_id=1, now=NOW).questions[0]
    actions.answer(customer=ada, interaction_id=1, question=question, heard="wrong", by=None, now=NOW)
    with pytest.raises(actions.NotAsked):
        actions.answer(customer=ada, interaction_id=1, question=question, heard=RIGHT[question], by=None, now=NOW)


def test_what_was_given_in_the_contact_is_not_asked(ada: Customer) -> None:
    offered: set[str] = set()
    for contact in range(40):
        asking = actions.questions(
            customer=ada, interaction_id=contact, given={"order": "O-1", "note": "born 03.05.1980"}, now=NOW
        )
        offered |= set(asking.questions)
    assert offered == {"card_last_four", "serial_last_four", "email"}


def test_an_address_made_of_the_name_is_not_asked() -> None:
    assert askable({Asked.EMAIL: "ada.miller@example.org"}, name="Ada Miller", given={}) == ()
    assert askable({Asked.EMAIL: "sunflower@example.org"}, name="Ada Miller", given={}) == (Asked.EMAIL,)


def test_with_too_little_on_file_nothing_is_asked() -> None:
    stranger = customer("Ada Miller", postcode="75011")
    asking = actions.questions(customer=stranger, interaction_id=1, now=NOW)
    assert (asking.standing.state, asking.questions) == ("nothing_to_ask", ())


def test_a_merged_customers_attempts_count_for_the_survivor(ada: Customer) -> None:
    merged = customer("A. Miller", born_on=date(1980, 5, 3), postcode="75011", survivor=ada)
    VerificationAttempt.objects.bulk_create(
        VerificationAttempt(customer=merged, contact=9, question="postcode", right=False, at=NOW) for _ in range(5)
    )
    assert actions.questions(customer=ada, interaction_id=1, now=NOW).standing.state == "locked_day"


def test_who_asked_is_recorded(ada: Customer) -> None:
    asker = agent()
    question = actions.questions(customer=ada, interaction_id=1, now=NOW).questions[0]
    actions.answer(customer=ada, interaction_id=1, question=question, heard="x", by=asker, now=NOW)
    attempt = VerificationAttempt.objects.get()
    assert (attempt.by, attempt.right, attempt.contact) == (asker, False, 1)
