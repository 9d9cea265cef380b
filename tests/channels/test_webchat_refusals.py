"""What the widget's doors let in, and how they refuse: files, bodies, rates, sites."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from fanal.agents.models import Agent, Role
from fanal.api.widget import asking
from fanal.channels.models import ChannelAccount, RawEvent
from fanal.interactions import actions as interactions
from fanal.interactions.models import Attachment, Interaction
from tests.channels.visitors import PNG, Browser

pytestmark = pytest.mark.django_db


def test_a_file_is_kept_and_given_back_only_as_a_download(shop: ChannelAccount) -> None:
    browser = Browser()
    assert browser.upload("a.png", PNG).status_code == 409
    browser.say("Look at this")
    kept = browser.upload("../../ev\u202ei\x00l.png", PNG)
    assert kept.status_code == 201
    assert browser.say("", name="message-2", attachments=[kept.json()["id"]]).status_code == 202
    shown = browser.see()["messages"][-1]["attachments"][0]
    assert shown["media_type"] == "image/png"
    assert "/" not in shown["name"]
    assert "\u202e" not in shown["name"]
    got = browser.send("GET", f"/attachments/{shown['id']}")
    assert b"".join(got.streaming_content) == PNG
    assert got["Content-Disposition"].startswith("attachment")
    assert got["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.png", b"", "file_empty"),
        ("a.png", b"<script>alert(1)</script>", "file_type"),
        ("a.html", b"<p>hello</p>", "file_type"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "file_type"),
        ("a.exe", b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff", "file_type"),
        ("a.txt", b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff", "file_type"),
        ("a.pdf", PNG, "file_type"),
        ("a.png", b"x" * 11 * 1024 * 1024, "too_large"),
    ],
)
def test_a_file_that_is_too_large_or_not_what_it_says_is_refused(
    shop: ChannelAccount, name: str, content: bytes, code: str
) -> None:
    browser = Browser()
    browser.say("Look")
    answer = browser.upload(name, content)
    assert answer.json()["error"] == code
    assert answer.json()["message"]
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "malformed"),
        (b"\xff\xfe", 400, "malformed"),
        (b"[]", 422, "invalid"),
        (b'{"id": "message-1"}', 422, "empty"),
        (b'{"id": "x", "text": "short id"}', 422, "invalid"),
        (b'{"id": "message-1", "text": "a", "interaction": 7}', 422, "invalid"),
        (b'{"id": "message-1", "text": 5}', 422, "invalid"),
        (json.dumps({"id": "message-1", "text": "a" * 4001}).encode(), 422, "invalid"),
        (json.dumps({"id": "message-1", "text": "a" * 70_000}).encode(), 413, "too_large"),
        (b'{"id": "message-1", "text": "a", "attachments": [-1]}', 422, "invalid"),
    ],
)
def test_a_malformed_message_is_refused_clearly(shop: ChannelAccount, body: bytes, status: int, code: str) -> None:
    browser = Browser()
    answer = browser.client.generic(
        "POST",
        "/api/v1/widget/messages",
        body,
        "application/json",
        headers={"Authorization": f"Bearer {browser.token}"},
    )
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert answer.json()["message"]
    assert not RawEvent.objects.exists()


def test_a_message_that_is_too_long_is_refused_with_the_limit_and_none_of_it_is_kept(shop: ChannelAccount) -> None:
    browser = Browser()
    answer = browser.say("x" * 4001)
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid")
    assert "4000 characters" in answer.json()["message"]
    assert not RawEvent.objects.exists()
    assert browser.say("x" * 4000, name="message-2").status_code == 202
    assert len(browser.see()["messages"][0]["text"]) == 4000


def test_odd_text_arrives_as_a_person_would_read_it(shop: ChannelAccount) -> None:
    browser = Browser()
    browser.say("مرحبا \u202e<b>bold</b>\x00 👩‍👩‍👧")
    assert browser.see()["messages"][0]["text"] == "مرحبا <b>bold</b> 👩‍👩‍👧"


def test_too_much_at_once_is_refused_with_the_time_to_wait(shop: ChannelAccount) -> None:
    browser = Browser()
    answers = [browser.say("Hello", name=f"message-{number}") for number in range(25)]
    assert {answer.status_code for answer in answers} == {202, 429}
    assert int(answers[-1]["Retry-After"]) >= 1
    assert RawEvent.objects.count() == sum(answer.status_code == 202 for answer in answers)


def test_an_account_that_does_not_exist_is_said(shop: ChannelAccount) -> None:
    answer = Client().post("/api/v1/widget/visitors", {"account": "nowhere"}, "application/json")
    assert (answer.status_code, answer.json()["error"]) == (404, "no_account")


def test_an_error_is_said_in_the_readers_language(shop: ChannelAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.utils import translation

    said: list[str | None] = []

    def translated(text: str) -> str:
        said.append(translation.get_language())
        return text

    monkeypatch.setattr(asking, "_", translated)
    Client().post(
        "/api/v1/widget/visitors", {"account": "nowhere"}, "application/json", headers={"Accept-Language": "ar"}
    )
    assert said == ["ar"]


@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://testserver", 200), ("https://evil.example", 403), ("", 403), ("https://shop.example", 403)],
)
def test_only_allowed_sites_may_show_the_frame(shop: ChannelAccount, origin: str, status: int) -> None:
    answer = Client().get("/widget/frame/", {"account": "shop", "origin": origin})
    assert answer.status_code == status
    if status == 200:
        policy = answer["Content-Security-Policy"]
        assert "frame-ancestors http://testserver" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "X-Frame-Options" not in answer
        assert not answer.cookies


def test_the_script_is_small_and_for_any_site() -> None:
    answer = Client().get("/widget/v1.js")
    assert answer.status_code == 200
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert len(answer.content) < 6000
    assert Client().get("/widget/v1.js", headers={"If-None-Match": answer["ETag"]}).status_code == 304


def test_health_and_metrics_answer() -> None:
    assert Client().get("/healthz").json()["status"] == "ok"
    assert b"fanal_raw_received 0.0" in Client().get("/metrics").content
    assert Client(REMOTE_ADDR="203.0.113.9").get("/metrics").status_code == 403


def test_the_api_describes_itself(shop: ChannelAccount) -> None:
    described = Client().get("/api/v1/openapi.json").json()
    assert "/api/v1/widget/messages" in described["paths"]
    assert described["components"]["schemas"]["MessageIn"]["additionalProperties"] is False


def test_a_block_is_said_with_its_end(shop: ChannelAccount) -> None:
    browser = Browser()
    browser.say("Rude words")
    agent = Agent.objects.create_user("a@example.org", name="A", role=Role.objects.create(code="agent", name="Agent"))
    until = datetime.now(UTC) + timedelta(days=1)
    interactions.block(
        interaction=Interaction.objects.get(), reason="abuse", until=until, by=agent, now=datetime.now(UTC)
    )
    assert browser.see()["state"]["blocked_until"]
