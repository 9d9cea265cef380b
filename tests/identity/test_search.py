"""One search field: numbers in any format exactly, names with slips and in any script, only what the agent may see."""

from datetime import date

import pytest
from cast_of_identity import NOW, agent, customer, order
from django.db import connection
from pytest_django.fixtures import DjangoAssertNumQueries

from fanal.cases.models import Case, CaseType
from fanal.customers import index
from fanal.customers.models import ContactPoint, Customer
from fanal.holdings.keys import card_key
from fanal.holdings.models import Holding
from fanal.identity.find import search
from fanal.identity.find.bounds import LOCK_CLASS, SEARCHES_AT_ONCE
from fanal.norms import cards

pytestmark = pytest.mark.django_db


def first(text: str) -> tuple[str, int, str] | None:
    found = search(text, agent=agent())
    return (found[0].kind, found[0].id, found[0].code) if found else None


def named(*names: str) -> list[Customer]:
    made = [customer(name) for name in names]
    index.rebuild()
    return made


@pytest.mark.parametrize(
    "typed",
    ["+33612345678", "0033 6 12 34 56 78", "06 12 34 56 78", "(06) 12-34-56-78", "612345678", "٠٦١٢٣٤٥٦٧٨", "2345678"],
)
def test_a_phone_number_is_found_in_any_format(typed: str) -> None:
    ada = customer(phone="+33612345678")
    customer("Other", phone="+33698765432")
    assert first(typed) == ("customer", ada.pk, "phone")


def test_an_address_is_found_whatever_its_capitals() -> None:
    ada = customer(email="ada@example.org")
    assert first(" ADA@Example.ORG ") == ("customer", ada.pk, "email")


def test_an_order_is_found_by_its_number_by_its_last_digits_and_by_its_tracking_number() -> None:
    placed = order(customer(), "FN-2026-100234", tracking_number="JD014600003")
    for typed, code in [
        ("FN-2026-100234", "order_number"),
        ("fn-2026-100234", "order_number"),
        ("100234", "order_tail"),
        ("#00234", "order_tail"),
        ("jd 014600003", "tracking_number"),
        ("JD014600003", "tracking_number"),
    ]:
        assert first(typed) == ("order", placed.pk, code), typed


def test_a_case_an_account_and_a_serial_number_are_found() -> None:
    type_ = CaseType.objects.create(code="enquiry", name="Enquiry")
    case = Case.objects.create(type=type_, subject="Late", origin="agent", opened_at=NOW, updated_at=NOW, number=20431)
    account = Holding.objects.create(customer=customer(), kind="account", number="FR7612345")
    device = Holding.objects.create(customer=customer(), kind="device", number="SN-77-B")
    assert first("case 20431") == ("case", case.pk, "case_number")
    assert first("20431") == ("case", case.pk, "case_number")
    assert first("FR7612345") == ("holding", account.pk, "holding_number")
    assert first("sn-77-b") == ("holding", device.pk, "holding_number")


def test_a_whole_card_number_finds_its_card_and_its_last_four_digits_find_nothing() -> None:
    number = "4111111111111111"
    card = Holding.objects.create(
        customer=customer(), kind="card", number="1111", number_hash=cards.keyed_hash(number, key=card_key())
    )
    assert first("4111 1111 1111 1111") == ("holding", card.pk, "card_number")
    assert first("1111") is None
    assert "4111" not in search("4111 1111 1111 1111", agent=agent())[0].title


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Ada Miller", "Ada Miller"),
        ("miller ada", "Ada Miller"),
        ("Ada Miler", "Ada Miller"),
        ("Mill", "Ada Miller"),
        ("Ivanov", "Сергей Иванов"),
        ("Иванов", "Сергей Иванов"),
        ("Sergei Ivanof", "Сергей Иванов"),
        ("Mohammed Hassan", "محمد حسن"),
        ("محمد حسن", "محمد حسن"),
        ("Müller", "Jörg Mueller"),
        ("Garcia Lopes", "María García López"),
    ],
)
def test_a_name_is_found_with_slips_and_in_any_script(typed: str, name: str) -> None:
    made = {
        row.name: row.pk
        for row in named("Ada Miller", "Сергей Иванов", "محمد حسن", "Jörg Mueller", "María García López")
    }
    found = search(typed, agent=agent())
    assert found
    assert found[0].id == made[name]


def test_a_merged_customer_is_found_as_the_survivor_once() -> None:
    survivor, merged = named("Ada Miller", "Adah Millar")
    Customer.objects.filter(pk=merged.pk).update(survivor=survivor)
    found = search("Adah Millar", agent=agent())
    assert [(row.id, row.kind) for row in found] == [(survivor.pk, "customer")]


def test_practice_and_real_customers_are_apart_and_signed_out_agents_see_nothing() -> None:
    practice = customer("Ada Miller", phone="+33612345678", practice=True)
    real = customer("Ada Miller", phone="+33612345678")
    index.rebuild()
    for typed in ("Ada Miller", "+33612345678", "Miller"):
        assert [row.id for row in search(typed, agent=agent())] == [real.pk]
        assert [row.id for row in search(typed, agent=agent(practising=True))] == [practice.pk]
        assert search(typed, agent=agent(is_active=False)) == []


def test_nothing_is_found_by_an_address_that_ended() -> None:
    customer(phone="+33612345678")
    ContactPoint.objects.update(ended_at=NOW)
    assert search("+33612345678", agent=agent()) == []


@pytest.mark.parametrize("typed", ["", "   ", "%", "'; --", "\x00", "🙂", "9" * 400, "a" * 400, "((((", "٪", "\u202e"])
def test_strange_input_is_answered_and_never_an_error(typed: str) -> None:
    named("Ada Miller")
    assert search(typed, agent=agent()).cut == ""


def test_a_search_that_finds_all_places_taken_says_so_and_exact_lanes_still_answer(transactional_db: None) -> None:
    import psycopg

    ada = customer("Ada Miller", phone="+33612345678")
    index.rebuild()
    keys = connection.get_connection_params()
    with psycopg.connect(host=keys["host"], user=keys["user"], dbname=keys["dbname"], port=keys.get("port")) as other:
        assert search("Ada Miller", agent=agent())
        before = prepared()
        for slot in range(1, SEARCHES_AT_ONCE + 1):
            other.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK_CLASS, slot])
        found = search("Ada Miller", agent=agent())
        assert (list(found), found.cut) == ([], "busy")
        assert prepared() == before, "nothing has to be planned anew because places were taken"
        assert search("+33612345678", agent=agent())[0].id == ada.pk


def test_the_time_limit_ends_with_the_search() -> None:
    named("Ada Miller")
    search("Ada Miller", agent=agent())
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


@pytest.mark.parametrize(
    "typed", ["FN-2026-100234", "JD014600003", "+33612345678", "ada@example.org", "FR7612345", "case 20431"]
)
def test_a_recognised_number_or_address_costs_two_questions(
    typed: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    ada = customer("Ada Miller", phone="+33612345678", email="ada@example.org")
    order(ada, "FN-2026-100234", tracking_number="JD014600003")
    Holding.objects.create(customer=ada, kind="account", number="FR7612345")
    type_ = CaseType.objects.create(code="enquiry", name="Enquiry")
    Case.objects.create(type=type_, subject="Late", origin="agent", opened_at=NOW, updated_at=NOW, number=20431)
    asking = agent()
    with django_assert_max_num_queries(2):
        assert len(search(typed, agent=asking)) == 1


@pytest.mark.parametrize(
    "typed",
    [("Ada Miller", "Bob Stone"), ("Miller", "Stone"), ("ada@example.org", "bob@example.org"), ("FN-4711", "FN-4712")],
)
def test_searches_of_one_shape_share_what_postgresql_keeps_of_them(typed: tuple[str, str]) -> None:
    """One finds two people, the other six, with ids of few digits and of many: the same statements, planned already."""
    customer("Ada Miller")
    Customer.objects.bulk_create(Customer(pk=pk, name="Bob Stone") for pk in range(40_000, 40_005))
    ada, bob = customer("Ada Miller", email="ada@example.org"), customer("Bob Stone", email="bob@example.org")
    order(ada, "FN-4711")
    order(bob, "FN-4712")
    index.rebuild()
    assert search(typed[0], agent=agent())
    before = prepared()
    assert search(typed[1], agent=agent())
    assert prepared() == before


def prepared() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement || parameter_types::text FROM pg_prepared_statements")
        return {row[0] for row in cursor.fetchall()}


def test_a_year_of_birth_beside_the_name_narrows_and_is_left_out_when_nobody_fits() -> None:
    old, young = named("Elsa Marchetti", "Elsa Marchetti")
    Customer.objects.filter(pk=old.pk).update(born_on=date(1951, 3, 1))
    Customer.objects.filter(pk=young.pk).update(born_on=date(1984, 9, 30))
    assert [row.id for row in search("marchetti 1984", agent=agent())] == [young.pk]
    assert [row.id for row in search("1951 Elsa Marchetti", agent=agent())] == [old.pk]
    assert {row.id for row in search("marchetti 1999", agent=agent())} == {old.pk, young.pk}
    hidden = agent(classes=())
    assert {row.id for row in search("marchetti 1984", agent=hidden)} == {old.pk, young.pk}, "it is not said"


def test_a_town_beside_the_name_comes_first_for_whom_it_is_shown() -> None:
    here, there = named("Elsa Marchetti", "Elsa Marchetti")
    Customer.objects.filter(pk=here.pk).update(city="Porto")
    Customer.objects.filter(pk=there.pk).update(city="Lisboa")
    for typed in ("marchetti lisboa", "Lisboa Marchetti", "Elsa Marchetti LISBOA", "Marcheti Lisboa"):
        assert search(typed, agent=agent())[0].id == there.pk, typed
    assert search("marchetti porto", agent=agent())[0].id == here.pk
    hidden = [row.id for row in search("marchetti lisboa", agent=agent(classes=()))]
    assert hidden == [row.id for row in search("marchetti porto", agent=agent(classes=()))]


@pytest.mark.parametrize("typed", ["لاحسيني", "بلحسيني", "سالحسيني", "ذالحسيني", "اهلحسيني", "الحسييني", "الحسني"])
def test_a_slip_in_an_arabic_name_or_in_its_article_still_finds_it(typed: str) -> None:
    wanted, *_others = named("زينب الحسيني", "عمر صباغ", "خديجة يعقوب", "ياسر بورقزتة")
    assert search(typed, agent=agent())[0].id == wanted.pk
    assert search(f"زينب {typed}", agent=agent())[0].id == wanted.pk


@pytest.mark.parametrize(
    ("typed", "name"),
    [("دخيجة يعقوب", "خديجة يعقوب"), ("عمر صبثغ", "عمر صباغ"), ("ذاسر", "ياسر"), ("بووطغة", "بووشغة")],
)
def test_one_wrong_letter_is_one_slip_even_if_it_is_two_in_ours(typed: str, name: str) -> None:
    wanted, *_others = named(name, "حسن حداد", "عمر منصور")
    assert search(typed, agent=agent())[0].id == wanted.pk
