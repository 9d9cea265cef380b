"""Guessing answers is stopped wherever it comes from: about one person, in one contact, by one agent, all at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import count
from threading import Barrier

import pytest
from cast_of_identity import NOW, agent, customer
from django.db import connections

from fanal.agents.models import Agent
from fanal.customers.models import Customer
from fanal.identity import actions
from fanal.identity.models import VerificationAttempt
from fanal.identity.rules.verification import MOST_WRONG_OF_A_CONTACT, MOST_WRONG_OF_AN_AGENT_A_DAY
from fanal.identity.wording import standing

pytestmark = pytest.mark.django_db


def people() -> Iterator[Customer]:
    """One after the other, each with enough on file to be asked about."""
    for n in count(1):
        yield customer(f"Person {n}", email=f"secret{n}@example.org", born_on=date(1980, 5, 3), postcode="75011")


def wrong(who: Customer, *, contact: int, by: Agent | None = None) -> actions.Outcome:
    asking = actions.questions(customer=who, interaction_id=contact, by=by, now=NOW)
    return actions.answer(
        customer=who, interaction_id=contact, question=asking.questions[0], heard="no idea", by=by, now=NOW
    )


def test_a_contact_that_goes_from_one_person_to_the_next_is_stopped() -> None:
    cast = people()
    for _ in range(MOST_WRONG_OF_A_CONTACT):
        wrong(next(cast), contact=1)
    fresh = next(cast)
    asking = actions.questions(customer=fresh, interaction_id=1, now=NOW)
    assert (asking.standing.state, asking.questions) == ("locked_contact", ())
    with pytest.raises(actions.NotAsked):
        actions.answer(customer=fresh, interaction_id=1, question="postcode", heard="75011", by=None, now=NOW)
    assert actions.questions(customer=fresh, interaction_id=2, now=NOW).standing.state == "open"


def test_an_agent_who_tries_people_out_is_stopped_for_a_day() -> None:
    guesser, cast = agent(), people()
    for contact in range(MOST_WRONG_OF_AN_AGENT_A_DAY):
        wrong(next(cast), contact=contact + 1, by=guesser)
    fresh = next(cast)
    asking = actions.questions(customer=fresh, interaction_id=99, by=guesser, now=NOW)
    assert (asking.standing.state, asking.questions) == ("locked_agent", ())
    assert "You can ask again at" in standing(asking.standing)
    with pytest.raises(actions.NotAsked):
        actions.answer(customer=fresh, interaction_id=99, question="postcode", heard="75011", by=guesser, now=NOW)
    later = NOW + timedelta(hours=24)
    assert actions.questions(customer=fresh, interaction_id=99, by=guesser, now=later).standing.state == "open"
    assert actions.questions(customer=fresh, interaction_id=99, by=None, now=NOW).standing.state == "open"


@pytest.mark.django_db(transaction=True)
def test_answers_that_come_all_at_once_over_many_contacts_give_no_try_more() -> None:
    """Each on a connection of its own, as from as many processes."""
    who, tries = next(people()), 8
    together = Barrier(tries)

    def guess(contact: int) -> bool:
        try:
            asking = actions.questions(customer=who, interaction_id=contact, now=NOW)
            together.wait(20)
            actions.answer(
                customer=who, interaction_id=contact, question=asking.questions[0], heard="x", by=None, now=NOW
            )
            return True
        except actions.NotAsked:
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(tries) as threads:
        assert sum(threads.map(guess, range(1, tries + 1))) == 5
    assert VerificationAttempt.objects.count() == 5
