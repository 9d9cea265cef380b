"""Administration: keys for other programs, and the configuration as a file that is looked at before it is applied."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from fanal.agents.models import Agent, ApiKey, Team
from fanal.configuration import files
from fanal.configuration.actions import applying
from fanal.configuration.models import ConfigurationChange
from fanal.events.models import Event
from tests.people import an_agent

pytestmark = pytest.mark.django_db
BACKEND = "fanal.desk.accounts.backend.AgentBackend"


@pytest.fixture
def admin() -> Agent:
    return an_agent("administrator")


@pytest.fixture
def office(admin: Agent) -> Client:
    client = Client()
    client.force_login(admin, backend=BACKEND)
    return client


def hand_in(office: Client, text: str | bytes) -> Any:
    content = text.encode() if isinstance(text, str) else text
    return office.post("/administration/file/", {"file": SimpleUploadedFile("fanal.yaml", content)})


def test_a_key_is_shown_once_works_and_is_revoked(office: Client, admin: Agent) -> None:
    agent = an_agent()
    answer = office.post(
        "/administration/api-keys/", {"agent": agent.pk, "name": "Shop", "rights": ["read"], "days": 30}
    )
    (secret,) = re.findall(r"fnl_[-\w]{43}", answer.text)
    assert "no-store" in answer.headers["Cache-Control"]
    listed = office.get("/administration/api-keys/").text
    assert "Shop" in listed
    assert secret not in listed
    bearer = {"Authorization": f"Bearer {secret}"}
    assert Client().get("/api/v1/cases/", headers=bearer).status_code == 200
    office.post(f"/administration/api-keys/{ApiKey.objects.get().pk}/revocation/")
    assert Client().get("/api/v1/cases/", headers=bearer).status_code == 401
    assert Event.objects.filter(kind__startswith="api_key.", by=admin.pk).count() == 2


def test_a_key_needs_a_person_who_is_here_and_a_name(office: Client) -> None:
    gone = an_agent(is_active=False)
    whole = {"agent": an_agent().pk, "name": "Shop", "rights": ["figures"], "days": 30}
    for wrong in ({"agent": gone.pk}, {"name": ""}, {"rights": []}, {"rights": ["everything"]}):
        assert office.post("/administration/api-keys/", whole | wrong).status_code == 422, wrong
    assert not ApiKey.objects.exists()


def test_the_configuration_is_downloaded_as_one_file(office: Client) -> None:
    answer = office.get("/administration/file/download/")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert files.read(answer.content.decode()) == files.read(files.write(applying.export()))


def test_a_file_changes_nothing_until_its_differences_were_seen(office: Client, admin: Agent) -> None:
    Team.objects.create(code="east", name="East")
    text = "fanal: 1\nteams:\n- code: east\n  name: Far east\n- code: west\n  name: West\n"
    answer = hand_in(office, text)
    assert answer.status_code == 200
    assert "Far east" in answer.text
    assert "teams.west" in answer.text
    assert Team.objects.get().name == "East"
    sent_along = answer.context["form"]["text"].value()
    office.post("/administration/file/application/", {"text": sent_along.replace("\n", "\r\n")})
    assert set(Team.objects.values_list("name", flat=True)) == {"Far east", "West"}
    assert set(ConfigurationChange.objects.values_list("by", flat=True)) == {admin.pk}


def test_a_file_that_says_what_is_there_offers_nothing_to_do(office: Client) -> None:
    answer = hand_in(office, files.write(applying.export()))
    assert answer.status_code == 200
    assert not answer.context["may_apply"]


@pytest.mark.parametrize(
    "text",
    [
        "just words", "fanal: 1\nnothing: []\n", "fanal: [", b"\xff\xfe", "fanal: 1\nteams: [" + "[" * 3000,
        "fanal: 1\na: &a [1]\nb: [*a, *a]\n", "x" * 600_000, "",
        "fanal: 1\ntiers:\n- {code: a, name: A, rank: 1}\n- {code: b, name: B, rank: 1}\n",
        "fanal: 1\nteams:\n- {code: a, name: [1, {b: c}]}\n- {code: {a: b}}\n- 7\n",
    ],
    ids=["words", "kind", "half", "binary", "deep", "references", "large", "empty", "clash", "shapes"],
)  # fmt: skip
def test_a_file_that_is_wrong_says_so_and_changes_nothing(office: Client, text: str | bytes) -> None:
    before = files.write(applying.export())
    answer = hand_in(office, text)
    assert answer.status_code == 422
    assert files.write(applying.export()) == before


def test_nobody_applies_a_file_that_takes_their_own_right_away(office: Client, admin: Agent) -> None:
    text = f"fanal: 1\nroles:\n- code: {admin.role.code}\n  name: x\n  permissions: [handle]\n  field_classes: []\n"
    answer = hand_in(office, text)
    assert answer.status_code == 422
    assert not answer.context["may_apply"]
    office.post("/administration/file/application/", {"text": text})
    admin.role.refresh_from_db()
    assert "administer" in admin.role.permissions


def test_the_file_is_for_administrators_alone() -> None:
    client = Client()
    client.force_login(an_agent("supervisor"), backend=BACKEND)
    assert client.get("/administration/file/download/").status_code == 403
    assert client.post("/administration/file/application/", {"text": "fanal: 1"}).status_code == 403
