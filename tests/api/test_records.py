"""The API for other programs: with whose key, what it shows of whom, and what it refuses."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from fanal.agents.actions import create_key, revoke_key
from fanal.agents.models import Agent, ApiKey, FieldClass, Permission, Role, Team
from fanal.api import limits
from fanal.api.frame import api
from fanal.cases.actions import open_case
from fanal.cases.models import Case, CaseType
from fanal.channels.models import ChannelAccount
from fanal.configuration.actions import set_active
from fanal.customers.models import ContactPoint, Customer
from fanal.events.models import Event
from fanal.holdings.models import Order, OrderLine, Product
from fanal.interactions.models import Interaction, Message, Segment
from tests.people import an_agent

pytestmark = pytest.mark.django_db
BACKEND = "fanal.desk.accounts.backend.AgentBackend"


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    limits.buckets.__init__()  # type: ignore[misc]


def a_key(agent: Agent, *, ends: timedelta = timedelta(days=1)) -> tuple[ApiKey, str]:
    now = timezone.now()
    return create_key(agent=agent, name="Shop", expires_at=now + ends, by=agent, now=now)


class Program:
    """Another program, with the key of an agent."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        self.key, self.secret = a_key(agent)
        self.client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {self.secret}"})

    def get(self, path: str, **asked: Any) -> Any:
        return self.client.get(f"/api/v1/{path}", asked)

    def post(self, path: str, **body: Any) -> Any:
        return self.client.post(f"/api/v1/{path}", body, content_type="application/json")


@pytest.fixture
def program() -> Program:
    return Program(an_agent())


@pytest.fixture
def ines() -> Customer:
    row = Customer.objects.create(
        name="Ines Okafor", external_id="C-7", born_on="1980-02-03", address="1 Quay", postcode="11000", city="Bay"
    )
    ContactPoint.objects.create(customer=row, kind="email", value="ines@example.com")
    ContactPoint.objects.create(customer=row, kind="phone", value="+33123456789")
    return row


@pytest.fixture
def kind() -> CaseType:
    return CaseType.objects.create(code="a-fault", name="Fault")


def a_case(kind: CaseType, **more: Any) -> Case:
    return open_case(**{"type": kind, "subject": "It leaks", "now": timezone.now(), "by": None, **more})


def an_order(customer: Customer, number: str = "A-1001") -> Order:
    order = Order.objects.create(
        customer=customer, number=number, placed_at=timezone.now(), total="12.50", deliver_to="1 Quay, Bay"
    )
    OrderLine.objects.create(order=order, product=Product.objects.get_or_create(code="lamp", name="Lamp")[0])
    return order


def test_a_key_opens_what_its_agent_may_see_and_notes_that_it_was_used(program: Program, ines: Customer) -> None:
    answer = program.get(f"customers/{ines.pk}")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["name"], body["born_on"], body["city"]) == ("Ines Okafor", "1980-02-03", "Bay")
    assert {point["value"] for point in body["contact_points"]} == {"ines@example.com", "+33123456789"}
    program.key.refresh_from_db()
    assert program.key.last_used_at is not None


def test_only_the_hash_of_a_key_is_kept_and_no_event_names_it(program: Program) -> None:
    stored = ApiKey.objects.values().get()
    assert program.secret not in str(stored)
    assert len(program.secret) > 40
    event = Event.objects.get(kind="api_key.created")
    assert event.data == {"key": program.key.pk, "agent": program.agent.pk}


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer fnl_wrong", "Bearer x", "Basic Zm5sOg==", "Bearer fnl_\u00e9"])
def test_without_a_key_that_works_there_is_nothing(ines: Customer, given: str) -> None:
    client = Client(raise_request_exception=False)
    answer = client.get(f"/api/v1/customers/{ines.pk}", headers={"Authorization": given} if given else {})
    assert answer.status_code == 401
    assert "Ines" not in answer.text


def test_a_revoked_key_is_refused_from_the_next_request_on(program: Program) -> None:
    assert program.get("cases/").status_code == 200
    revoke_key(key=program.key, by=None, now=timezone.now())
    answer = program.get("cases/")
    assert (answer.status_code, answer.json()["error"]) == (401, "key_not_valid")


def test_a_key_that_has_expired_is_refused(program: Program) -> None:
    past = timezone.now() - timedelta(seconds=1)
    ApiKey.objects.update(created_at=past - timedelta(days=1), expires_at=past)
    assert program.get("cases/").status_code == 401


def test_who_leaves_takes_the_keys_along_and_does_not_bring_them_back(program: Program) -> None:
    chief, now = an_agent("administrator"), timezone.now()
    set_active(agent=program.agent, active=False, by=chief, now=now)
    assert program.get("cases/").status_code == 401
    set_active(agent=program.agent, active=True, by=chief, now=now)
    assert program.get("cases/").status_code == 401
    assert Event.objects.filter(kind="api_key.revoked").count() == 1


def test_a_wrong_key_does_not_fall_back_on_the_browsers_sign_in(ines: Customer) -> None:
    client = Client()
    client.force_login(an_agent(), backend=BACKEND)
    assert client.get(f"/api/v1/customers/{ines.pk}", headers={"Authorization": "Bearer fnl_no"}).status_code == 401


def test_a_browser_may_ask_too_but_sees_no_more_than_a_page_outside_a_contact(ines: Customer) -> None:
    client = Client()
    client.force_login(an_agent(), backend=BACKEND)
    body = client.get(f"/api/v1/customers/{ines.pk}").json()
    assert body["name"] == "Ines Okafor"
    assert {body["born_on"], body["address"], *(point["value"] for point in body["contact_points"])} == {"••••"}


def test_a_browser_writes_only_with_the_pages_own_token(kind: CaseType) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(an_agent(), backend=BACKEND)
    body = {"type": kind.code, "subject": "Forged"}
    assert client.post("/api/v1/cases/", body, content_type="application/json").status_code == 403
    assert not Case.objects.exists()


def test_fields_are_masked_by_the_role_of_the_keys_agent(ines: Customer) -> None:
    role = Role.objects.create(
        code="shop", name="Shop", permissions=[Permission.HANDLE], field_classes=[FieldClass.PERSONAL]
    )
    agent = an_agent()
    agent.role = role
    agent.save()
    program = Program(agent)
    order = an_order(ines)
    body = program.get(f"customers/{ines.pk}").json()
    assert body["born_on"] == "1980-02-03"
    assert {body["address"], body["city"], *(point["value"] for point in body["contact_points"])} == {"••••"}
    assert program.get(f"orders/{order.number}").json()["deliver_to"] == "••••"
    assert program.get("customers/", email="ines@example.com").status_code == 403, "it cannot be probed either"
    assert program.get("customers/", external_id="C-7").status_code == 200


def test_that_somebodys_details_were_read_is_on_record(program: Program, ines: Customer) -> None:
    program.get(f"customers/{ines.pk}")
    event = Event.objects.get(kind="customer.opened")
    assert event.data == {"customer": ines.pk, "reason": "api", "key": program.key.pk}
    assert event.by == program.agent.pk


@pytest.mark.parametrize(
    "asked", [{"external_id": "C-7"}, {"email": "Ines@Example.com"}, {"phone": "+33 1 23 45 67 89"}]
)
def test_a_customer_is_found_by_one_thing_of_theirs(program: Program, ines: Customer, asked: dict[str, str]) -> None:
    Customer.objects.create(name="Somebody Else", external_id="C-8")
    assert [row["id"] for row in program.get("customers/", **asked).json()["rows"]] == [ines.pk]


def test_a_merged_customer_answers_as_the_one_who_stands_for_them(program: Program, ines: Customer) -> None:
    twin = Customer.objects.create(name="I. Okafor", external_id="C-9", survivor=ines)
    assert program.get(f"customers/{twin.pk}").json()["id"] == ines.pk
    assert program.get("customers/", external_id="C-9").json()["rows"][0]["id"] == ines.pk


@pytest.mark.parametrize("asked", [{}, {"email": "a@b.example", "phone": "1"}, {"mail": "a@b.example"}])
def test_a_customer_is_not_asked_for_in_another_way(program: Program, asked: dict[str, str]) -> None:
    assert program.get("customers/", **asked).status_code == 422


def test_a_misspelt_filter_is_refused_and_does_not_answer_with_everything(program: Program, kind: CaseType) -> None:
    a_case(kind)
    answer = program.get("cases/", sate="open")
    assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, "sate")
    assert program.get("cases/", state="opened").status_code == 422
    assert program.get("cases/", after="tomorrow").status_code == 422
    assert program.get("cases/", after="9" * 40 + "-1").status_code == 422
    assert program.get("cases/", customer="9" * 30).status_code == 422


def test_a_body_with_a_field_that_is_not_known_is_refused(program: Program, kind: CaseType) -> None:
    answer = program.post("cases/", type=kind.code, subject="It leaks", owner=1)
    assert (answer.status_code, answer.json()["fields"][0]["error"]) == (422, "extra_forbidden")
    assert not Case.objects.exists()


def test_cases_come_page_by_page_each_once_and_nothing_is_left_out(program: Program, kind: CaseType) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    numbers = [a_case(kind, now=now + timedelta(seconds=n // 3)).number for n in range(8)]
    found, after = [], ""
    for _page in range(10):
        body = program.get("cases/", limit=3, **({"after": after} if after else {})).json()
        found += [row["number"] for row in body["rows"]]
        after = body["next"]
        if after is None:
            break
    assert found == numbers
    since = program.get("cases/", changed_after=(now + timedelta(seconds=1)).isoformat()).json()
    assert [row["number"] for row in since["rows"]] == numbers[6:]


def test_cases_are_told_apart_by_state_and_customer(program: Program, kind: CaseType, ines: Customer) -> None:
    hers, settled = a_case(kind, customer=ines), a_case(kind, settled=True)
    assert [row["number"] for row in program.get("cases/", customer=ines.pk).json()["rows"]] == [hers.number]
    assert [row["number"] for row in program.get("cases/", state="settled").json()["rows"]] == [settled.number]


def test_a_colleagues_case_is_not_there_whatever_is_asked(program: Program, kind: CaseType) -> None:
    theirs = a_case(kind, owner=an_agent(team=Team.objects.create(code="x", name="X")))
    assert program.get("cases/").json()["rows"] == []
    assert program.get(f"cases/{theirs.number}").status_code == 404
    assert program.post(f"cases/{theirs.number}/notes", text="x").status_code == 404
    assert program.post(f"cases/{theirs.number}/settlement").status_code == 404
    assert not theirs.notes.exists()
    assert Program(an_agent("supervisor")).get(f"cases/{theirs.number}").status_code == 200


def test_a_program_opens_a_case_notes_on_it_and_settles_it(program: Program, kind: CaseType, ines: Customer) -> None:
    order = an_order(ines)
    opened = program.post("cases/", type=kind.code, subject="It leaks", order=order.number)
    assert opened.status_code == 201
    body = opened.json()
    assert (body["customer"], body["order"], body["state"], body["owner"]) == (ines.pk, order.number, "open", None)
    assert program.post(f"cases/{body['number']}/notes", text="Called the yard.").status_code == 201
    settled = program.post(f"cases/{body['number']}/settlement", note="Sealed.").json()
    assert settled["state"] == "settled"
    assert [note["text"] for note in settled["notes"]] == ["Called the yard.", "Sealed."]
    kinds = set(Event.objects.filter(data__case__isnull=False, by=program.agent.pk).values_list("kind", flat=True))
    assert kinds == {"case.opened", "note.added", "case.settled"}


def test_a_case_is_not_opened_for_what_does_not_go_together(program: Program, kind: CaseType, ines: Customer) -> None:
    order, other = an_order(ines), Customer.objects.create(name="Somebody Else")
    assert program.post("cases/", type="nothing", subject="x").status_code == 422
    assert program.post("cases/", type=kind.code, subject="x", customer=10**12).status_code == 404
    assert program.post("cases/", type=kind.code, subject="x", customer=other.pk, order=order.number).status_code == 422
    assert program.post("cases/", type=kind.code, subject="  ").json()["error"] == "subject_missing"
    assert program.post("cases/", type=kind.code, subject="a\x00b").status_code == 422
    assert not Case.objects.exists()


def test_who_only_supervises_reads_cases_but_opens_none(kind: CaseType) -> None:
    program = Program(an_agent("administrator"))
    assert program.get("cases/").status_code == 200
    answer = program.post("cases/", type=kind.code, subject="x")
    assert (answer.status_code, answer.json()["error"]) == (403, "not_allowed")


def a_contact(**more: Any) -> Interaction:
    now = timezone.now()
    account, _ = ChannelAccount.objects.get_or_create(kind="webchat", code="site", name="Site")
    source = f"visitor-{Interaction.objects.count()}"
    row = Interaction.objects.create(account=account, channel="webchat", source=source, started_at=now, **more)
    for n in range(3):
        Message.objects.create(interaction=row, author="customer", text=f"word {n}", external_id=str(n), at=now)
    return row


def test_a_contact_is_read_by_who_had_a_part_in_it(program: Program) -> None:
    row = a_contact()
    assert program.get(f"interactions/{row.pk}").status_code == 404
    Segment.objects.create(interaction=row, kind="agent", agent=program.agent, started_at=timezone.now())
    first = program.get(f"interactions/{row.pk}", limit=2).json()
    rest = program.get(f"interactions/{row.pk}", after=first["next"]).json()
    said = [message["text"] for message in first["messages"] + rest["messages"]]
    assert (said, rest["next"]) == (["word 0", "word 1", "word 2"], None)


def test_practice_and_the_real_thing_do_not_meet(program: Program, kind: CaseType, ines: Customer) -> None:
    learner = Program(an_agent(practising=True))
    order, case, contact = an_order(ines), a_case(kind), a_contact(customer=ines)
    real = (f"customers/{ines.pk}", f"orders/{order.number}", f"cases/{case.number}", f"interactions/{contact.pk}")
    assert [learner.get(path).status_code for path in real] == [404] * 4
    assert [program.get(path).status_code for path in real] == [200] * 4
    assert learner.get("customers/", external_id="C-7").json()["rows"] == []
    assert learner.get("cases/", customer=ines.pk).json()["rows"] == []
    number = learner.post("cases/", type=kind.code, subject="Trying").json()["number"]
    assert Case.objects.get(number=number).practice
    assert program.get(f"cases/{number}").status_code == 404


def test_a_key_that_asks_too_often_is_told_when_to_ask_again(program: Program) -> None:
    limit = limits.Limit(burst=1, per_minute=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fanal.api.callers.PER_CALLER", limit)
        assert program.get("cases/").status_code == 200
        answer = program.get("cases/")
        other = Program(an_agent()).get("cases/")
    assert (answer.status_code, other.status_code) == (429, 200)
    assert int(answer.headers["Retry-After"]) > 0


def test_guessing_keys_is_slowed_down() -> None:
    client = Client()
    answers = [client.get("/api/v1/cases/", headers={"Authorization": f"Bearer fnl_{n}"}) for n in range(25)]
    assert {answer.status_code for answer in answers} == {401, 429}


def test_what_is_too_large_is_refused_before_it_is_read(program: Program) -> None:
    assert program.post("cases/", type="x", subject="x" * 300_000).status_code == 413


def test_the_description_of_the_api_names_every_record_and_both_ways_in() -> None:
    described = api.get_openapi_schema()
    for path in ("customers/", "customers/{id}", "cases/", "cases/{number}", "cases/{number}/notes",
                 "cases/{number}/settlement", "interactions/{id}", "orders/{number}"):  # fmt: skip
        assert f"/api/v1/{path}" in described["paths"]
    assert {"KeyHolder", "SignedIn"} <= set(described["components"]["securitySchemes"])
    assert described["paths"]["/api/v1/cases/"]["post"]["security"]
