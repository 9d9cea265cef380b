"""Details of customers: entered, corrected, ended, always with their history and findable by name."""

from datetime import UTC, date, datetime

import pytest

from fanal.agents.models import Agent, Role
from fanal.customers import actions, index
from fanal.customers.models import ContactPointState, Customer, CustomerToken, NameKey, NameToken
from fanal.events.models import Event

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def agent() -> Agent:
    role = Role.objects.create(code="agent", name="Agent", permissions=["handle"])
    return Agent.objects.create_user(email="agent@example.org", name="Agent", role=role)


def words(customer: Customer) -> set[str]:
    customer.refresh_from_db()
    of_tokens = set(NameToken.objects.filter(pk__in=customer.tokens).values_list("text", flat=True))
    of_rows = set(CustomerToken.objects.filter(customer=customer).values_list("token__text", flat=True))
    assert of_tokens == of_rows
    return of_rows


def test_a_new_customer_is_filed_under_the_words_of_the_name_at_once(agent: Agent) -> None:
    customer = actions.create(fields={"name": "Ада van der Müller"}, by=agent, now=NOW)
    assert words(customer) == {"ada", "muller"}
    assert NameKey.objects.filter(token__text="muller").count() > 5


def test_a_corrected_name_is_filed_anew_and_the_former_one_stays_in_the_history(agent: Agent) -> None:
    customer = actions.create(fields={"name": "Ada Miler"}, by=agent, now=NOW)
    actions.correct(customer=customer, fields={"name": "Ada Miller", "born_on": date(1980, 1, 2)}, by=agent, now=NOW)
    assert words(customer) == {"ada", "miller"}
    history = Customer.pgh_event_model.objects.filter(pgh_obj=customer).order_by("pgh_id")  # type: ignore[attr-defined]
    assert {"Ada Miler", "Ada Miller"} <= {row.name for row in history}
    assert history.last().pgh_context.metadata["by"] == agent.pk


def test_every_problem_is_said_at_once_and_nothing_is_stored(agent: Agent) -> None:
    with pytest.raises(actions.NotValid) as refused:
        actions.create(
            fields={"name": " ", "born_on": date(2050, 1, 1), "country": "Fra", "colour": "red"}, by=agent, now=NOW
        )
    assert refused.value.problems == {
        "name": "required",
        "born_on": "in_the_future",
        "country": "not_a_country",
        "colour": "unknown_field",
    }
    assert not Customer.objects.exists()


def test_addresses_are_kept_in_normal_form_and_bad_ones_as_given(agent: Agent) -> None:
    customer = actions.create(fields={"name": "Ada", "country": "FR"}, by=agent, now=NOW)
    phone = actions.add_contact_point(customer=customer, kind="phone", given="06 12 34 56 78", by=agent, now=NOW)
    mail = actions.add_contact_point(customer=customer, kind="email", given="Ada <Ada@Example.org>", by=agent, now=NOW)
    bad = actions.add_contact_point(customer=customer, kind="email", given="ada at home", by=agent, now=NOW)
    assert (phone.value, phone.given, phone.state) == ("+33612345678", "06 12 34 56 78", "valid")
    assert (mail.value, mail.given) == ("ada@example.org", "Ada@example.org")
    assert (bad.value, bad.state) == ("ada at home", "invalid")


def test_an_address_ends_once_and_may_be_theirs_again(agent: Agent) -> None:
    customer = actions.create(fields={"name": "Ada"}, by=agent, now=NOW)
    point = actions.add_contact_point(customer=customer, kind="phone", given="+33612345678", by=agent, now=NOW)
    assert actions.end_contact_point(point=point, by=agent, now=NOW).ended_at == NOW
    again = actions.add_contact_point(customer=customer, kind="phone", given="+33612345678", by=agent, now=NOW)
    assert (again.pk, again.ended_at) == (point.pk, None)


def test_what_became_of_an_address_is_kept_with_its_time_and_told_once(agent: Agent) -> None:
    customer = actions.create(fields={"name": "Ada"}, by=agent, now=NOW)
    point = actions.add_contact_point(customer=customer, kind="email", given="ada@example.org", by=agent, now=NOW)
    told = Event.objects.filter(kind="customer.changed").count()
    for _ in range(2):
        point = actions.set_contact_point_state(point=point, state=ContactPointState.BOUNCED, by=None, now=NOW)
    assert (point.state, point.state_at) == ("bounced", NOW)
    assert Event.objects.filter(kind="customer.changed").count() == told + 1


def test_only_one_number_is_preferred(agent: Agent) -> None:
    customer = actions.create(fields={"name": "Ada"}, by=agent, now=NOW)
    for given in ("+33612345678", "+33612345679"):
        actions.add_contact_point(customer=customer, kind="phone", given=given, preferred=True, by=agent, now=NOW)
    assert [point.value for point in customer.contact_points.filter(preferred=True)] == ["+33612345679"]


def test_a_rebuilt_index_equals_the_one_that_was_kept(agent: Agent) -> None:
    made = [
        actions.create(fields={"name": name}, by=agent, now=NOW) for name in ("Ada Miller", "Мария Петрова", "محمد علي")
    ]
    before = [(words(customer), sorted(customer.tokens)) for customer in made]
    assert index.rebuild() == 3
    assert [(words(customer), sorted(customer.tokens)) for customer in made] == before
