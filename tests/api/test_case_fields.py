"""The fields of a case, its clocks, and where a merged one is read on, for programs."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from fanal.agents.models import Agent, FieldClass
from fanal.cases import actions
from fanal.cases.models import Case, CaseField, CaseType
from fanal.clocks.models import Clock, Target
from tests.people import an_agent

BACKEND = "fanal.desk.accounts.backend.AgentBackend"
pytestmark = pytest.mark.django_db


@pytest.fixture
def kind() -> CaseType:
    made = CaseType.objects.create(code="fault", name="Fault")
    CaseField.objects.create(code="serial", name="Serial number", case_type=made, required="to_open")
    CaseField.objects.create(
        code="born", name="Born", case_type=made, kind="date", field_class=FieldClass.PERSONAL, position=1
    )
    return made


@pytest.fixture
def agent() -> Agent:
    return an_agent()


def asked(agent: Agent, path: str, body: dict[str, Any] | None = None) -> Any:
    client = Client()
    client.force_login(agent, backend=BACKEND)
    if body is None:
        return client.get(f"/api/v1/{path}")
    return client.post(f"/api/v1/{path}", body, content_type="application/json")


def test_a_program_gives_what_the_type_needs_and_reads_what_its_role_shows(kind: CaseType, agent: Agent) -> None:
    given = {"type": "fault", "subject": "No light", "values": {"serial": "A-7", "born": "1980-02-03"}}
    answer = asked(agent, "cases/", given)
    assert answer.status_code == 201
    assert answer.json()["values"] == {"serial": "A-7", "born": "1980-02-03"}
    role = agent.role
    role.field_classes = []
    role.save()
    assert asked(agent, f"cases/{answer.json()['number']}").json()["values"] == {"serial": "A-7"}


@pytest.mark.parametrize(
    ("values", "why"),
    [({}, "missing_to_open"), ({"serial": "A-7", "born": "soon"}, "value_no_date"), ({"size": "7"}, "value_unknown")],
)
def test_what_does_not_fit_is_refused_and_opens_nothing(
    kind: CaseType, agent: Agent, values: dict[str, str], why: str
) -> None:
    answer = asked(agent, "cases/", {"type": "fault", "subject": "No light", "values": values})
    assert (answer.status_code, answer.json()["error"]) == (409, why)
    assert not Case.objects.exists()


def test_a_merged_case_names_the_one_in_which_it_is_read_on(agent: Agent) -> None:
    now, kind = timezone.now(), CaseType.objects.create(code="enquiry", name="Enquiry")
    double, lasting = (
        actions.open_case(type=kind, subject="Wet box", owner=agent, now=now, by=agent) for _ in range(2)
    )
    actions.merge(case=double, into=lasting, now=now, by=agent)
    assert asked(agent, f"cases/{double.number}").json()["merged_into"] == lasting.number
    assert asked(agent, f"cases/{lasting.number}").json()["merged_into"] is None


def test_a_case_says_by_when_it_is_promised_and_how_its_clocks_stand(agent: Agent) -> None:
    target = Target.objects.create(code="day", name="A day", resolution_minutes=1440)
    kind, now = CaseType.objects.create(code="enquiry", name="Enquiry"), timezone.now()
    case, began = actions.open_case(type=kind, subject="It leaks", now=now, by=None), now - timedelta(hours=20)
    risk, due = began + timedelta(hours=18), began + timedelta(hours=24)
    Clock.objects.create(
        case=case, kind="resolution", target=target, seconds=86_400, at_risk_percent=75, started_at=began,
        at_risk_at=risk, due_at=due,
    )  # fmt: skip
    Case.objects.filter(pk=case.pk).update(due_at=due, at_risk_at=risk)
    body = asked(agent, f"cases/{case.number}").json()
    assert datetime.fromisoformat(body["due_at"]) - due < timedelta(milliseconds=1)
    (clock,) = body["clocks"]
    assert (clock["kind"], clock["target"], clock["state"], clock["ended_at"]) == ("resolution", "day", "at_risk", None)
    assert [row["due_at"] for row in asked(agent, "cases/").json()["rows"]] == [body["due_at"]]
