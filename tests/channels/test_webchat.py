"""The widget's API as its script uses it: tokens, contacts, messages, files; and everything that may go wrong."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from fanal.agents.models import Agent, Role
from fanal.api import limits, visitors
from fanal.api.widget import asking, sending
from fanal.channels.models import ChannelAccount, RawEvent, RawState
from fanal.events.models import Event
from fanal.interactions import actions as interactions
from fanal.interactions.models import Attachment, Author, Interaction, Message
from fanal.routing.models import Queue, QueueEntry

pytestmark = pytest.mark.django_db
SECRET = "of-the-shop-and-at-least-32-bytes-long"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """No limits and accounts remembered from another test; files in a folder of this one's own."""
    monkeypatch.setattr(limits, "buckets", limits.Buckets())
    asking._accounts.clear()
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def shop() -> ChannelAccount:
    Queue.objects.create(code="orders", name="Orders")
    return ChannelAccount.objects.create(
        kind="webchat",
        code="shop",
        name="Shop",
        settings={"queue": "orders", "identity_secret": SECRET, "sites": ["self"]},
    )


class Browser:
    """A visitor's frame: holds the token and sends what the script would send."""

    def __init__(self, account: str = "shop", **more: str) -> None:
        self.client = Client()
        self.account = account
        self.entered = self.enter(**more)

    def enter(self, **more: str) -> dict[str, Any]:
        body = {"account": self.account, **({"token": self.token} if hasattr(self, "token") else {}), **more}
        answer = self.client.post("/api/v1/widget/visitors", body, "application/json")
        assert answer.status_code == 200, answer.content
        self.token: str = answer.json()["token"]
        return answer.json()

    def send(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        return self.client.generic(
            method, f"/api/v1/widget{path}", json.dumps(body) if body is not None else b"", "application/json",
            headers={"Authorization": f"Bearer {self.token}"}, **more,
        )  # fmt: skip

    def say(self, text: str, name: str = "message-1", **more: Any) -> Any:
        return self.send("POST", "/messages", {"id": name, "text": text, **more})

    def see(self, **query: int) -> dict[str, Any]:
        answer = self.send("GET", "/conversation?" + "&".join(f"{key}={value}" for key, value in query.items()))
        assert answer.status_code == 200, answer.content
        return answer.json()

    def upload(self, name: str, content: bytes) -> Any:
        return self.client.post(
            "/api/v1/widget/attachments",
            {"file": SimpleUploadedFile(name, content)},
            headers={"Authorization": f"Bearer {self.token}"},
        )


def signed(**changes: Any) -> str:
    claims = {"aud": "shop", "sub": "c-17", "exp": datetime.now(UTC) + timedelta(minutes=5), "jti": visitors.fresh_id()}
    claims |= {key: value for key, value in changes.items() if key != "secret"}
    return jwt.encode({key: value for key, value in claims.items() if value}, changes.get("secret", SECRET), "HS256")


def test_a_first_message_begins_a_contact_that_waits_in_the_queue(shop: ChannelAccount) -> None:
    browser = Browser()
    assert browser.see()["state"]["phase"] == "none"
    assert browser.say("Where is my order?").status_code == 202
    seen = browser.see()
    assert [one["text"] for one in seen["messages"]] == ["Where is my order?"]
    assert seen["messages"][0]["client_id"] == "message-1"
    assert (seen["state"]["phase"], seen["state"]["position"]) == ("waiting", 1)
    assert QueueEntry.objects.get().interaction.source in str(RawEvent.objects.get().source)


def test_the_same_message_sent_again_is_one_message(shop: ChannelAccount) -> None:
    browser = Browser()
    first, again = browser.say("Hello"), browser.say("Hello")
    assert first.json() == again.json()
    assert (RawEvent.objects.count(), Message.objects.count()) == (1, 1)


def test_the_form_goes_into_the_contact_and_a_card_number_is_never_stored(shop: ChannelAccount) -> None:
    browser = Browser()
    given = {"name": "Ana", "order": "88102", "card": "4111 1111 1111 1111"}
    answer = browser.send(
        "POST", "/contacts", {"id": "contact-1", "given": given, "page": "https://shop.example/orders/"}
    )
    assert answer.status_code == 202
    interaction = Interaction.objects.get()
    assert interaction.given["order"] == "88102"
    assert interaction.entry_page == "https://shop.example/orders/"
    assert "4111" not in json.dumps(RawEvent.objects.get().body)


def test_a_demanded_field_that_is_missing_is_named(shop: ChannelAccount) -> None:
    shop.settings |= {"form": [{"name": "email", "required": True}, {"name": "order"}], "consent_text": "I agree."}
    shop.save()
    answer = Browser().send("POST", "/contacts", {"id": "contact-1", "given": {"order": "1"}})
    assert answer.status_code == 422
    assert [field["field"] for field in answer.json()["fields"]] == ["email", "consent"]
    assert not RawEvent.objects.exists()


def test_known_and_unknown_numbers_are_answered_alike_and_as_slowly(shop: ChannelAccount) -> None:
    import time

    answers, times = [], []
    for card in ("4111 1111 1111 1111", "5555 5555 5555 4444"):
        browser, began = Browser(), time.monotonic()
        answer = browser.send("POST", "/contacts", {"id": "contact-1", "given": {"card": card}})
        times.append((time.monotonic() - began) / sending.STEP_SECONDS)
        answers.append((answer.status_code, sorted(answer.json()), browser.see()["state"]))
    assert answers[0][:2] == answers[1][:2]
    assert all(abs(one - round(one)) < 0.25 for one in times), times


def test_what_fails_to_be_processed_is_kept_and_still_accepted(shop: ChannelAccount) -> None:
    Queue.objects.update(active=False)
    shop.settings = {}
    shop.save()
    assert Browser().say("Hello").status_code == 202
    raw = RawEvent.objects.get()
    assert raw.state == RawState.QUARANTINED
    assert raw.body["text"] == "Hello"


def test_marks_travel_both_ways(shop: ChannelAccount) -> None:
    browser = Browser()
    browser.say("Hello")
    interaction = Interaction.objects.get()
    agent = Agent.objects.create_user(
        "sara@example.org", name="Sara Haddad", role=Role.objects.create(code="agent", name="Agent")
    )
    now = datetime.now(UTC)
    own = Message.objects.get()
    interactions.mark(interaction=interaction, by_customer=False, delivered_up_to=own.pk, read_up_to=own.pk, now=now)
    reply = interactions.add_message(
        interaction=interaction, author=Author.AGENT, text="Hi", external_id="a1", agent=agent, now=now
    )
    seen = browser.see(after=own.pk, interaction=interaction.pk)
    assert [(one["text"], one["name"]) for one in seen["messages"]] == [("Hi", "Sara")]
    assert seen["read_up_to"] == own.pk
    answer = browser.send("POST", "/marks", {"delivered_up_to": reply.pk, "read_up_to": reply.pk})
    assert answer.status_code == 202
    reply.refresh_from_db()
    assert reply.read_at
    assert "Haddad" not in json.dumps(seen)


def test_leaving_ends_the_contact_and_a_new_message_begins_another(shop: ChannelAccount) -> None:
    browser = Browser()
    assert browser.send("DELETE", "/contacts/current").status_code == 404
    browser.say("Hello")
    assert browser.send("DELETE", "/contacts/current").status_code == 202
    seen = browser.see()
    assert seen["state"]["phase"] == "ended"
    browser.say("One more thing", name="message-2")
    again = browser.see(after=seen["messages"][-1]["id"], interaction=seen["interaction"])
    assert again["interaction"] != seen["interaction"]
    assert [one["text"] for one in again["messages"]] == ["One more thing"]


def test_another_visitor_sees_nothing_of_it(shop: ChannelAccount) -> None:
    one, other = Browser(), Browser()
    one.say("A secret")
    kept = one.upload("a.png", PNG).json()
    assert other.see()["messages"] == []
    assert other.send("GET", f"/attachments/{kept['id']}").status_code == 404
    assert other.send("DELETE", "/contacts/current").status_code == 404


def test_a_token_is_renewed_and_keeps_the_conversation(shop: ChannelAccount) -> None:
    browser = Browser()
    browser.say("Hello")
    assert browser.enter()["fresh"] is False
    assert len(browser.see()["messages"]) == 1


@pytest.mark.parametrize("token", ["", "nonsense", "a:b:c"])
def test_a_wrong_token_is_refused(shop: ChannelAccount, token: str) -> None:
    browser = Browser()
    browser.token = token
    answer = browser.say("Hello")
    assert answer.status_code == 401
    assert answer.json()["message"]
    assert not RawEvent.objects.exists()


def test_an_expired_token_is_refused_and_can_be_renewed(shop: ChannelAccount) -> None:
    browser = Browser()
    browser.say("Hello")
    name = RawEvent.objects.get().source
    browser.token = visitors.issue(
        visitor=name, account=shop.pk, signed_id="", now=datetime.now(UTC) - timedelta(days=3)
    )
    assert browser.say("Again", name="message-2").json()["error"] == "token_expired"
    browser.enter()
    assert browser.say("Again", name="message-2").status_code == 202
    assert len(browser.see()["messages"]) == 2


def test_a_token_of_another_account_is_no_token_here(shop: ChannelAccount) -> None:
    ChannelAccount.objects.create(kind="webchat", code="bank", name="Bank", settings={"queue": "orders"})
    browser = Browser()
    browser.say("Hello")
    browser.account = "bank"
    assert browser.enter()["fresh"] is True
    assert browser.see()["messages"] == []


def test_a_signed_identity_reaches_the_contact(shop: ChannelAccount) -> None:
    browser = Browser(identity=signed())
    assert browser.entered["signed_in"] is True
    browser.say("Hello")
    assert RawEvent.objects.get(kind="message").body["signed_id"] == "c-17"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"secret": "another-secret-that-is-32-bytes-long"}, "identity_wrong"),
        ({"aud": "bank"}, "identity_wrong"),
        ({"sub": None}, "identity_wrong"),
        ({"exp": None}, "identity_wrong"),
        ({"exp": 1}, "identity_expired"),
        ({"exp": datetime.now(UTC) + timedelta(hours=3)}, "identity_too_long"),
    ],
)
def test_a_wrong_identity_is_said_and_the_visitor_goes_on(shop: ChannelAccount, changes: Any, code: str) -> None:
    browser = Browser(identity=signed(**changes))
    assert browser.entered["identity"]["error"] == code
    assert browser.entered["identity"]["message"]
    assert browser.entered["signed_in"] is False
    assert browser.say("Hello").status_code == 202


def test_an_unsigned_identity_is_refused(shop: ChannelAccount) -> None:
    claims = {"aud": "shop", "sub": "c-17", "exp": datetime.now(UTC) + timedelta(minutes=5)}
    browser = Browser(identity=jwt.encode(claims, "", "none"))
    assert browser.entered["identity"]["error"] == "identity_wrong"


def test_an_identity_shown_by_somebody_else_is_refused(shop: ChannelAccount) -> None:
    identity = signed()
    first = Browser(identity=identity)
    assert first.entered["signed_in"] is True
    assert first.enter(identity=identity)["signed_in"] is True
    thief = Browser(identity=identity)
    assert thief.entered["identity"]["error"] == "identity_replayed"
    assert thief.entered["signed_in"] is False


def test_after_the_host_signs_out_the_conversation_is_not_the_next_ones(shop: ChannelAccount) -> None:
    browser = Browser(identity=signed())
    browser.say("About my account")
    assert browser.enter(identity=signed(sub="c-18"))["fresh"] is True
    assert browser.see()["messages"] == []


def test_a_page_that_stays_open_longer_than_its_signature_keeps_its_visitor(shop: ChannelAccount) -> None:
    browser = Browser(identity=signed())
    browser.say("Hello")
    kept = browser.enter(identity=signed(exp=datetime.now(UTC) - timedelta(hours=1)))
    assert (kept["signed_in"], kept["fresh"]) == (True, False)


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


def test_typing_reaches_nobody_while_nobody_is_there_and_stores_nothing(shop: ChannelAccount) -> None:
    browser = Browser()
    browser.say("Hello")
    before = Event.objects.count()
    assert browser.send("POST", "/typing", {"on": True}).status_code == 204
    assert Event.objects.count() == before


def test_an_account_that_does_not_exist_is_said(shop: ChannelAccount) -> None:
    answer = Client().post("/api/v1/widget/visitors", {"account": "nowhere"}, "application/json")
    assert (answer.status_code, answer.json()["error"]) == (404, "no_account")


def test_an_error_is_said_in_the_readers_language(shop: ChannelAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.utils import translation

    said: list[str] = []
    monkeypatch.setattr(asking, "_", lambda text: said.append(translation.get_language()) or text)
    Client().post(
        "/api/v1/widget/visitors", {"account": "nowhere"}, "application/json", headers={"Accept-Language": "ar"}
    )
    assert said == ["ar"]


def test_the_state_is_told_before_anybody_writes(shop: ChannelAccount) -> None:
    state = Client().get("/api/v1/widget/state?account=shop").json()
    assert (state["phase"], state["open"], state["available"]) == ("none", True, False)


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
