"""Who writes in the widget: tokens, and identities that the host site signed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from fanal.api import visitors
from fanal.channels.models import ChannelAccount, RawEvent
from tests.channels.visitors import Browser, signed

pytestmark = pytest.mark.django_db


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
