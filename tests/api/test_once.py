"""An Idempotency-Key makes a request that is sent twice count once; and a key for figures reads nothing else."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from fanal.agents.actions import create_key
from fanal.agents.actions.answers import KEPT_FOR
from fanal.agents.models import Agent, KeptAnswer
from fanal.api import limits
from fanal.api.frame import api
from fanal.cases.models import Case, CaseNote, CaseType
from tests.people import an_agent


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    limits.buckets.__init__()  # type: ignore[misc]


def a_secret(agent: Agent, *rights: str) -> str:
    now = timezone.now()
    more: dict[str, Any] = {"rights": rights} if rights else {}
    return create_key(agent=agent, name="Shop", expires_at=now + timedelta(days=1), by=agent, now=now, **more)[1]


def send(secret: str, path: str, body: dict[str, Any], key: str | None = None, language: str = "en") -> Any:
    headers = {"Authorization": f"Bearer {secret}", "Accept-Language": language}
    headers |= {"Idempotency-Key": key} if key is not None else {}
    client = Client(raise_request_exception=False)
    return client.post(f"/api/v1/{path}", body, content_type="application/json", headers=headers)


def read(secret: str, path: str) -> Any:
    return Client().get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {secret}"})


@pytest.fixture
def kind() -> CaseType:
    return CaseType.objects.create(code="fault", name="Fault")


@pytest.mark.django_db
def test_a_repeat_opens_no_second_case_and_gets_the_same_answer(kind: CaseType) -> None:
    secret, body = a_secret(an_agent()), {"type": "fault", "subject": "It leaks"}
    first, again = send(secret, "cases/", body, "a1"), send(secret, "cases/", body, "a1", language="ar")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert Case.objects.count() == 1
    assert send(secret, "cases/", body, "a2").json()["number"] != first.json()["number"]
    assert send(secret, "cases/", body).status_code == 201
    assert Case.objects.count() == 3


@pytest.mark.django_db
def test_another_body_under_the_same_key_is_refused_and_does_nothing(kind: CaseType) -> None:
    secret = a_secret(an_agent())
    number = send(secret, "cases/", {"type": "fault", "subject": "It leaks"}, "a1").json()["number"]
    other = send(secret, "cases/", {"type": "fault", "subject": "It hums"}, "a1")
    assert (other.status_code, other.json()["error"]) == (422, "idempotency_key_used")
    elsewhere = send(secret, f"cases/{number}/notes", {"text": "Seen."}, "a1")
    assert (elsewhere.status_code, elsewhere.json()["error"]) == (422, "idempotency_key_used")
    assert (Case.objects.count(), CaseNote.objects.count()) == (1, 0)


@pytest.mark.django_db
def test_notes_and_settlements_are_written_once_too(kind: CaseType) -> None:
    secret = a_secret(an_agent())
    number = send(secret, "cases/", {"type": "fault", "subject": "It leaks"}).json()["number"]
    notes = [send(secret, f"cases/{number}/notes", {"text": "Seen."}, "n1").json() for _ in range(3)]
    settled = [send(secret, f"cases/{number}/settlement", {"note": "Sealed."}, "s1") for _ in range(2)]
    assert notes[0] == notes[1] == notes[2]
    assert settled[0].json() == settled[1].json()
    assert [answer.status_code for answer in settled] == [200, 200]
    assert sorted(CaseNote.objects.values_list("text", flat=True)) == ["Sealed.", "Seen."]


@pytest.mark.django_db
def test_what_was_refused_may_be_sent_again_once_it_is_mended() -> None:
    secret, body = a_secret(an_agent()), {"type": "fault", "subject": "It leaks"}
    assert send(secret, "cases/", body, "a1").status_code == 422
    assert not KeptAnswer.objects.exists()
    CaseType.objects.create(code="fault", name="Fault")
    assert send(secret, "cases/", body, "a1").status_code == 201


@pytest.mark.django_db
def test_keys_of_two_senders_do_not_meet_and_old_answers_are_forgotten(kind: CaseType) -> None:
    one, other, body = an_agent(), an_agent(), {"type": "fault", "subject": "It leaks"}
    send(a_secret(one), "cases/", body, "a1")
    send(a_secret(other), "cases/", body, "a1")
    assert Case.objects.count() == 2
    KeptAnswer.objects.filter(agent=one).update(at=timezone.now() - KEPT_FOR - timedelta(minutes=1))
    send(a_secret(one), "cases/", body, "a2")
    assert sorted(KeptAnswer.objects.values_list("agent", "key")) == sorted([(one.pk, "a2"), (other.pk, "a1")])


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x" * 201, "a\tb"])
def test_a_key_that_is_none_is_refused(kind: CaseType, key: str) -> None:
    answer = send(a_secret(an_agent()), "cases/", {"type": "fault", "subject": "It leaks"}, key)
    assert (answer.status_code, answer.json()["error"]) == (422, "idempotency_key_not_valid")
    assert not Case.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_request_sent_at_once_opens_one_case() -> None:
    CaseType.objects.create(code="fault", name="Fault")
    secret, answers = a_secret(an_agent()), []

    def one() -> None:
        try:
            answers.append(send(secret, "cases/", {"type": "fault", "subject": "It leaks"}, "a1").json())
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(answers) == 4
    assert all(answer == answers[0] for answer in answers)
    assert Case.objects.count() == 1


def test_the_header_is_described() -> None:
    paths = api.get_openapi_schema()["paths"]
    for path in ("cases/", "cases/{number}/notes", "cases/{number}/settlement"):
        named = [one["name"] for one in paths[f"/api/v1/{path}"]["post"]["parameters"]]
        assert "Idempotency-Key" in named, path
        assert "number" in named or "{" not in path


# what a key is for


@pytest.mark.django_db
def test_a_key_for_figures_reads_figures_and_nothing_else(kind: CaseType) -> None:
    secret = a_secret(an_agent("supervisor"), "figures")
    assert read(secret, "figures/offered").json()["rows"][0]["value"] == 0
    assert read(secret, "figures/").status_code == 200
    rows = read(secret, "figures/offered/rows").json()
    assert (rows["count"], rows["rows"]) == (0, [])
    refused = read(secret, "cases/")
    assert (refused.status_code, refused.json()["error"]) == (403, "key_not_for_this")
    assert send(secret, "cases/", {"type": "fault", "subject": "x"}).json()["error"] == "key_not_for_this"


@pytest.mark.django_db
def test_a_key_to_read_neither_writes_nor_shows_figures(kind: CaseType) -> None:
    secret = a_secret(an_agent("supervisor"), "read")
    assert read(secret, "cases/").status_code == 200
    assert send(secret, "cases/", {"type": "fault", "subject": "x"}).json()["error"] == "key_not_for_this"
    assert read(secret, "figures/offered").json()["error"] == "key_not_for_this"


@pytest.mark.django_db
def test_a_key_for_figures_shows_no_more_than_its_person_may_see() -> None:
    refused = read(a_secret(an_agent(), "figures"), "figures/offered")
    assert (refused.status_code, refused.json()["error"]) == (403, "not_allowed")


def test_the_figures_are_described_with_both_ways_in() -> None:
    described = api.get_openapi_schema()
    for path in ("figures/", "figures/{figure}", "figures/{figure}/rows"):
        security = described["paths"][f"/api/v1/{path}"]["get"]["security"]
        assert {name for way in security for name in way} == {"KeyHolder", "SignedIn"}
