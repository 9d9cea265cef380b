"""What every answer tells the browser, and whom we believe about where a request came from."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from fanal.environment import environment
from fanal.interactions.mailing import send
from fanal.interactions.models import Notice
from fanal.running import mail
from fanal.running.security import LARGEST_BODY, strict_headers, trusted_proxies

pytestmark = pytest.mark.django_db


def test_a_page_runs_only_our_own_scripts_and_stands_in_no_foreign_frame(client: Client) -> None:
    headers = client.get("/accounts/login/").headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == policy["worker-src"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["connect-src"].startswith("'self' http")
    assert (headers["X-Frame-Options"], headers["X-Content-Type-Options"]) == ("DENY", "nosniff")
    assert (headers["Cross-Origin-Opener-Policy"], headers["Referrer-Policy"]) == ("same-origin", "same-origin")
    assert "no-store" in headers["Cache-Control"]
    assert "geolocation=()" in headers["Permissions-Policy"]


def test_a_view_may_set_a_policy_of_its_own() -> None:
    own = HttpResponse(headers={"Content-Security-Policy": "default-src 'none'"})
    assert (
        strict_headers(lambda request: own)(RequestFactory().get("/"))["Content-Security-Policy"]
        == "default-src 'none'"
    )


def test_a_body_larger_than_anything_is_refused_unread() -> None:
    request = RequestFactory().post("/")
    request.META["CONTENT_LENGTH"] = str(LARGEST_BODY + 1)
    assert strict_headers(lambda request: pytest.fail("read"))(request).status_code == 413


@pytest.mark.parametrize(
    ("peer", "said", "believed"),
    [
        ("203.0.113.9", "10.1.1.1", "203.0.113.9"),
        ("10.0.0.2", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.2", "1.2.3.4, 198.51.100.7, 10.0.0.3", "198.51.100.7"),
        ("10.0.0.2", "not an address", "10.0.0.2"),
    ],
)
def test_only_our_proxies_say_who_the_client_is(
    monkeypatch: pytest.MonkeyPatch, peer: str, said: str, believed: str
) -> None:
    monkeypatch.setattr(environment, "trusted_proxies", ["10.0.0.0/24"])
    seen: list[HttpRequest] = []
    request = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=said, HTTP_X_FORWARDED_PROTO="https")
    trusted_proxies(lambda request: seen.append(request) or HttpResponse())(request)  # type: ignore[func-returns-value]
    assert seen[0].META["REMOTE_ADDR"] == believed
    assert ("HTTP_X_FORWARDED_PROTO" in seen[0].META) == (peer == "10.0.0.2")


def test_a_mail_server_is_given_as_one_address() -> None:
    found = mail.settings("smtps://me:p%40ss@mail.example", "fanal@x.example")
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"], found["EMAIL_HOST_PASSWORD"]) == ("mail.example", 465, "p@ss")
    with pytest.raises(ValueError, match="smtp://"):
        mail.settings("mail.example", "fanal@x.example")


def test_a_mail_server_that_is_away_is_asked_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "smtp_url", "smtp://127.0.0.1:9")
    notice = Notice(pk=1, to="a@test.example", subject="S", text="T", message_id="<1@test.example>")
    assert send(notice).state == "queued"
