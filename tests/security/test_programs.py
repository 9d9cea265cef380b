"""The API for programs, reached by a foreign page with somebody's cookie, or with odd values in its address."""

import pytest
from django.test import Client

from fanal.api import limits
from fanal.cases.models import Case, CaseType
from tests.people import an_agent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "buckets", limits.Buckets())


def test_a_foreign_page_cannot_open_a_case_with_the_cookie_of_whoever_looks_at_it() -> None:
    CaseType.objects.create(code="enquiry", name="Enquiry")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(an_agent())
    for kind in ("application/json", "text/plain"):
        answer = browser.post("/api/v1/cases/", '{"type": "enquiry", "subject": "Hello"}', content_type=kind)
        assert answer.status_code == 403
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    "address",
    [
        "cases/?changed_after=0001-01-01T00:00:00%2B23:00",
        "cases/?changed_after=9999-12-31T23:59:59-23:00",
        "cases/?changed_after=99999999999999999",
        "cases/?after=-99999999999999999-1",
        "cases/?after=1--9",
        "cases/?after=" + "9" * 40 + "-1",
        "customers/?phone=%00",
        "customers/?email=" + "a" * 240,
        "orders/%00",
        "interactions/9223372036854775808",
        "cases/" + "9" * 5000,
    ],
)
def test_an_odd_address_is_refused_and_breaks_nothing(address: str) -> None:
    browser = Client(raise_request_exception=False)
    browser.force_login(an_agent("supervisor"))
    assert browser.get(f"/api/v1/{address}").status_code < 500


def test_a_note_with_a_nul_in_it_breaks_nothing() -> None:
    agent = an_agent("supervisor")
    case = Case.objects.create(
        type=CaseType.objects.create(code="enquiry", name="Enquiry"), subject="S", opened_at="2026-01-01T00:00Z",
        updated_at="2026-01-01T00:00Z",
    )  # fmt: skip
    case.refresh_from_db()
    browser = Client(raise_request_exception=False)
    browser.force_login(agent)
    for part, body in (("notes", '{"text": "a\\u0000b"}'), ("settlement", '{"note": "a\\u0000b"}')):
        answer = browser.post(f"/api/v1/cases/{case.number}/{part}", body, content_type="application/json")
        assert answer.status_code < 500
