"""A back office is set up in a form, tried out, written into the file without its secret, and read from it again."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from fanal.configuration.actions import applying
from fanal.demo.back_office import describing
from fanal.demo.back_office.server import SECRET
from fanal.holdings.models import HoldingSource
from tests.people import an_agent

BACKEND = "fanal.desk.accounts.backend.AgentBackend"


@pytest.fixture
def office_desk(db: None) -> Client:
    client = Client()
    client.force_login(an_agent("administrator"), backend=BACKEND)
    return client


GIVEN = {
    "name": "Bank", "kinds": ["account"], "address": f"{describing.AT}/accounts/{{number}}", "within_ms": "2000",
    "retries": "0", "fresh_seconds": "60", "at_once": "4", "active": "on", "credential_header": "Authorization",
    "credential_value": f"Bearer {SECRET}", "path_lines": "balance = account.balance.amount\nas_of = as_of",
    "word_lines": "in use = active",
}  # fmt: skip


def test_a_back_office_is_set_up_tried_out_and_never_shows_its_secret(
    office: Any, shop: Any, office_desk: Client
) -> None:
    assert office_desk.post("/administration/sources/new/", GIVEN).status_code == 302
    source = HoldingSource.objects.get()
    assert SECRET not in str(source.credential)
    page = office_desk.get(f"/administration/sources/{source.pk}/").content.decode()
    assert SECRET not in page
    assert "balance = account.balance.amount" in page
    asked = {"kind": "account", "number": shop.account.number}
    trial = office_desk.post(f"/administration/sources/{source.pk}/trial/", asked).content.decode()
    assert "99.10" in trial
    assert "account.balance.amount" in trial
    assert SECRET not in trial
    unknown = office_desk.post(f"/administration/sources/{source.pk}/trial/", {**asked, "number": "no-such"})
    assert "It answered with status 404." in unknown.content.decode()


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("address", "https://{number}.example/", "a host that holds no name in braces"),
        ("address", "https://a.example/{password}", "{password} is not known here"),
        ("header_lines", "Host: other", "is set by the program itself"),
        ("header_lines", "no colon", "lacks a"),
        ("path_lines", "colour = x", "is no field of what it knows"),
        ("path_lines", "balance = a..b", "is no path"),
        ("cancel_order__body", "{", "This is no JSON"),
    ],
)
def test_what_cannot_work_is_said_beside_its_field(office_desk: Client, field: str, value: str, sentence: str) -> None:
    given = {**GIVEN, "cancel_order__address": "https://a.example/{number}/x", "cancel_order__method": "POST"}
    answer = office_desk.post("/administration/sources/new/", {**given, field: value})
    assert answer.status_code == 422
    assert sentence in answer.content.decode().replace("&quot;", '"')
    assert not HoldingSource.objects.exists()


def test_the_trial_leads_nowhere_it_should_not(office_desk: Client, db: None) -> None:
    source = HoldingSource.objects.create(
        code="x", name="X", kinds=["order"], address="http://169.254.169.254/latest/{number}"
    )
    asked = {"kind": "order", "number": "meta-data"}
    answer = office_desk.post(f"/administration/sources/{source.pk}/trial/", asked)
    assert "Only https is asked" in answer.content.decode()


def test_a_credential_goes_to_the_place_it_was_given_for_alone(office: Any, shop: Any, office_desk: Client) -> None:
    office_desk.post("/administration/sources/new/", GIVEN)
    source = HoldingSource.objects.get()
    elsewhere = {**GIVEN, "credential_value": "", "address": "https://evil.example/{number}"}
    answer = office_desk.post(f"/administration/sources/{source.pk}/", elsewhere)
    assert answer.status_code == 422
    assert "Give it again" in answer.content.decode()
    # Not by the configuration file either: the address changes, and the credential stays at home.
    data = {"fanal": 1, "sources": [{"code": source.code, "address": "https://evil.example/{number}"}]}
    report = applying.apply(data=data, by=None, now=timezone.now())
    assert report.problems == []
    from fanal.holdings.sources.http.adapter import HttpSource
    from fanal.holdings.sources.opening import setup_of

    source.refresh_from_db()
    assert HttpSource(setup_of(source))._headers("https://evil.example/1") == {}
    assert HttpSource(setup_of(source))._headers(f"{describing.AT}/accounts/1") != {}


def test_the_file_holds_all_of_it_but_the_secret_and_reads_back(sources: Any) -> None:
    written = applying.export()["sources"]
    assert SECRET not in str(written)
    assert all("sealed" not in row["credential"] for row in written)
    kept = {row.pk: row.credential for row in HoldingSource.objects.all()}
    report = applying.apply(data={"fanal": 1, "sources": written}, by=None, now=timezone.now())
    assert (report.problems, report.differences) == ([], [])
    assert {row.pk: row.credential for row in HoldingSource.objects.all()} == kept
    written[0]["address"] = "https://{number}/"
    written[0]["actions"] = [{"action": "dance", "address": "https://a.example/"}]
    report = applying.apply(data={"fanal": 1, "sources": written}, by=None, now=timezone.now())
    assert {problem.path.split(".", 2)[2] for problem in report.problems} == {"address", "actions"}
