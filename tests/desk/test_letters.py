"""A mail on the desk: laid out where nothing runs and nothing is fetched, downloadable as it came, honest if parked."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from fanal.channels.models import ChannelAccount
from fanal.desk.workplace import pictures
from fanal.intake.actions import process
from fanal.intake.mail.taking import take
from fanal.interactions.models import Letter
from tests.channels.email.letters import an_account, letter
from tests.people import an_agent
from tests.servers import free_ports

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db
HOSTILE = (
    '<p>Hello</p><script>alert(1)</script><img src="https://evil.example/seen.gif" alt="a&gt;b">'
    '<a href="javascript:alert(2)">x</a><form action="https://evil.example"><input></form><style>*{display:none}</style>'
)


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def account() -> ChannelAccount:
    return an_account()


@pytest.fixture
def desk() -> Client:
    client = Client()
    client.force_login(an_agent("supervisor"), backend="fanal.desk.accounts.backend.AgentBackend")
    return client


def came(account: ChannelAccount, content: bytes) -> Letter:
    raw = take(account=account, content=content, way="imap", now=NOW)
    process(raw_id=raw.pk, now=NOW)
    return Letter.objects.select_related("message").latest("pk")


def lines(desk: Client, one: Letter) -> str:
    return str(desk.get(f"/interactions/{one.message.interaction_id}/lines/").content.decode())


def test_the_layout_runs_nothing_and_the_browser_fetches_nothing_even_when_asked(
    account: ChannelAccount, desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "OPENINGS", (f"evil.example=127.0.0.1:{free_ports(1)[0]}",))  # nobody is there
    one = came(account, letter(HOSTILE, content_type="text/html; charset=utf-8"))
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in lines(desk, one)
    answer = desk.get(f"/letters/{one.pk}/layout/")
    page = answer.content.decode()
    assert "Hello" in page
    for unwanted in ("script", "javascript:", "evil.example", "<form", "<style", "<img"):
        assert unwanted not in page, unwanted
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "https:" not in policy
    assert "allow-scripts" not in policy
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    asked = desk.get(f"/letters/{one.pk}/layout/?pictures=1")
    assert "evil.example" not in asked.content.decode()
    assert "img-src data:" in asked["Content-Security-Policy"]
    assert "https:" not in asked["Content-Security-Policy"]
    assert "script" not in asked.content.decode()
    assert "could not be fetched" in asked.content.decode()


def test_the_mail_itself_is_a_download(account: ChannelAccount, desk: Client) -> None:
    content = letter()
    one = came(account, content)
    answer = desk.get(f"/letters/{one.pk}/original/")
    assert b"".join(answer.streaming_content) == content  # type: ignore[attr-defined]
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "message/rfc822"


def test_a_mail_that_could_not_be_parsed_says_so_and_can_be_downloaded(account: ChannelAccount, desk: Client) -> None:
    one = came(account, b"\xff\xfe no mail at all \x00\x01")
    page = lines(desk, one)
    assert "could not be parsed" in page
    assert f"/letters/{one.pk}/original/" in page


def test_a_subject_that_is_markup_is_shown_as_text(account: ChannelAccount, desk: Client) -> None:
    one = came(account, letter(subject="<script>alert(1)</script>", sender='"<b>x</b>" <ana@customer.example>'))
    page = lines(desk, one)
    assert "<script>alert" not in page
    assert "<b>x</b>" not in page


def test_an_answer_that_is_asked_to_go_to_another_domain_is_marked(account: ChannelAccount, desk: Client) -> None:
    assert "another domain" in lines(desk, came(account, letter(reply_to="ana@evil.example")))
    assert "another domain" not in lines(desk, came(account, letter(reply_to="other@customer.example")))


def test_files_of_any_kind_are_downloads(account: ChannelAccount, desk: Client) -> None:
    content = (
        b"From: ana@customer.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nLook\r\n"
        b'--b\r\nContent-Type: text/html\r\nContent-Disposition: attachment; filename="x.html"\r\n\r\n'
        b"<script>1</script>\r\n--b--\r\n"
    )
    one = came(account, content)
    file = one.message.attachments.get()
    answer = desk.get(f"/attachments/{file.pk}/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert b"".join(answer.streaming_content).strip() == b"<script>1</script>"  # type: ignore[attr-defined]


def test_no_link_and_no_picture_of_a_mail_leads_to_pages_of_ours(account: ChannelAccount, desk: Client) -> None:
    """A mail stands nowhere, so an address without a host would be one of our own, opened by whoever is signed in."""
    html = '<p>Hi <a href="/accounts/logout/">a</a> <a href="//evil.example/b">b</a> <img src="/cases/1/"> <a href="https://shop.example/c">c</a></p>'
    one = came(account, letter(html, content_type="text/html; charset=utf-8"))
    page = desk.get(f"/letters/{one.pk}/layout/?pictures=1").content.decode()
    assert "https://shop.example/c" in page
    for unwanted in ("/accounts/", "//evil.example", "/cases/"):
        assert unwanted not in page
