"""Signing in with an authenticator app and with recovery codes: every code once, a few tries, and nothing around it."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from fanal.agents.models import Agent
from fanal.desk.audience import sign_in as stream_sign_in
from fanal.interactions.models import Notice
from tests.office.test_sign_in import PASSWORD, sign_in, signed_in, somebody

pytestmark = pytest.mark.django_db
APP = "/accounts/2fa/totp/activate/"
SECOND = "/accounts/2fa/authenticate/"


class Clock:
    """Authenticator apps go by the clock; the tests hold it."""

    def __init__(self) -> None:
        self.now = 1_800_000_000

    def time(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    held = Clock()
    monkeypatch.setattr(totp, "time", SimpleNamespace(time=held.time))
    cache.clear()
    return held


def code(secret: str, clock: Clock) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, clock.now // 30))


def wrong(secret: str, clock: Clock) -> str:
    return f"{(int(code(secret, clock)) + 1) % 1_000_000:06}"


def enrol(agent: Agent, clock: Clock) -> str:
    """As the person does it: sign in, read the secret, type what the app shows."""
    client = Client()
    sign_in(client, agent)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.get(APP)
    secret: str = client.session[totp.SECRET_SESSION_KEY]
    assert client.post(APP, {"code": wrong(secret, clock)}).status_code == 200
    assert not Authenticator.objects.exists()
    assert client.post(APP, {"code": code(secret, clock)}).status_code == 302
    return secret


@pytest.fixture
def agent() -> Agent:
    return somebody()


@pytest.fixture
def secret(agent: Agent, clock: Clock) -> str:
    secret = enrol(agent, clock)
    clock.now += 60
    return secret


def with_password(agent: Agent) -> Client:
    client = Client()
    answer: Any = sign_in(client, agent)
    assert answer.headers["Location"] == SECOND
    return client


def test_the_password_alone_is_no_sign_in_any_more(agent: Agent, secret: str) -> None:
    client = with_password(agent)
    assert not signed_in(client)
    for page in ("/", "/cases/", "/accounts/2fa/", "/accounts/password/change/"):
        assert client.get(page).headers["Location"].startswith(("/accounts/login/", SECOND))
    assert client.get("/api/v1/figures/").status_code == 401
    assert stream_sign_in(client.session.session_key) is None


def test_the_code_of_the_app_signs_in_and_a_wrong_one_does_not(agent: Agent, secret: str, clock: Clock) -> None:
    client = with_password(agent)
    before = client.session.session_key
    for refused in (wrong(secret, clock), "", "000", "a" * 6, "٠" * 6, "9" * 5000):
        assert client.post(SECOND, {"code": refused}).status_code == 200
        assert not signed_in(client)
        cache.clear()
    assert client.post(SECOND, {"code": code(secret, clock)}).status_code == 302
    assert signed_in(client)
    assert client.session.session_key != before


def test_a_code_that_was_used_is_used_up(agent: Agent, secret: str, clock: Clock) -> None:
    used = code(secret, clock)
    with_password(agent).post(SECOND, {"code": used})
    thief = with_password(agent)
    assert thief.post(SECOND, {"code": used}).status_code == 200
    assert not signed_in(thief)
    clock.now += 30
    assert thief.post(SECOND, {"code": used}).status_code == 200
    assert not signed_in(thief)
    thief.post(SECOND, {"code": code(secret, clock)})
    assert signed_in(thief), "otherwise the above would prove nothing"


def test_guessing_codes_is_stopped_for_the_person_wherever_it_comes_from(
    agent: Agent, secret: str, clock: Clock
) -> None:
    for n in range(5):
        guesser = Client(REMOTE_ADDR=f"203.0.113.{n}")
        sign_in(guesser, agent)
        guesser.post(SECOND, {"code": wrong(secret, clock)})
    late = Client(REMOTE_ADDR="203.0.113.99")
    sign_in(late, agent)
    assert late.post(SECOND, {"code": code(secret, clock)}).status_code == 200
    assert not signed_in(late)


def test_the_code_that_set_the_app_up_is_used_up(agent: Agent, clock: Clock) -> None:
    secret = enrol(agent, clock)
    client = with_password(agent)
    assert client.post(SECOND, {"code": code(secret, clock)}).status_code == 200
    assert not signed_in(client)
    clock.now += 30
    client.post(SECOND, {"code": code(secret, clock)})
    assert signed_in(client)


def at_once(agent: Agent, given: str, times: int = 6) -> int:
    """How many of so many browsers get in when all send the same code at the same moment."""
    browsers = [with_password(agent) for _ in range(times)]
    together = Barrier(times)

    def send(client: Client) -> None:
        try:
            together.wait(20)
            client.post(SECOND, {"code": given})
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as threads:
        list(threads.map(send, browsers))
    return sum(signed_in(client) for client in browsers)


@pytest.mark.django_db(transaction=True)
def test_a_code_that_is_sent_many_times_at_once_lets_one_in(clock: Clock) -> None:
    agent = somebody()
    secret = enrol(agent, clock)
    clock.now += 60
    row = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES)
    for given in (RecoveryCodes(row).generate_codes()[0], code(secret, clock)):
        cache.clear()
        assert at_once(agent, given, times=4) == 1


def test_each_recovery_code_works_once(agent: Agent, secret: str) -> None:
    row = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES)
    first, second, *_rest = RecoveryCodes(row).generate_codes()
    for used, works in ((first, True), (first, False), (second, True)):
        client = with_password(agent)
        client.post(SECOND, {"code": used})
        assert signed_in(client) == works


def test_what_is_kept_of_a_second_factor_opens_nothing_for_who_reads_the_database(agent: Agent, secret: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(data::text, ' ') FROM mfa_authenticator")
        kept = cursor.fetchone()[0]
    assert secret not in kept
    seed = decrypt(Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES).data["seed"])
    assert seed not in kept
    assert decrypt(Authenticator.objects.get(type=Authenticator.Type.TOTP).data["secret"]) == secret


def test_after_the_secret_of_the_installation_changed_no_code_fits_and_nothing_breaks(
    agent: Agent, secret: str, clock: Clock, settings: Any
) -> None:
    settings.SECRET_KEY = "another secret of at least thirty-two characters"
    settings.SECRET_KEY_FALLBACKS = []
    client = with_password(agent)
    for tried in (code(secret, clock), code("", clock)):
        assert client.post(SECOND, {"code": tried}).status_code == 200
        assert not signed_in(client)


def test_a_reset_of_the_password_does_not_go_around_the_second_factor(agent: Agent, secret: str) -> None:
    client = Client()
    client.post("/accounts/password/reset/", {"email": agent.email})
    link = re.search(r"http://[^/]+(/accounts/password/reset/key/\S+)", Notice.objects.latest("id").text)
    assert link
    form = client.get(link[1], follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": "another lantern battery", "password2": "another lantern battery"})
    assert not signed_in(client)
    agent.refresh_from_db()
    assert agent.check_password("another lantern battery")
    sign_in(client, agent, "another lantern battery")
    assert not signed_in(client)


def test_the_second_factor_is_taken_away_only_by_who_has_just_proved_who_they_are(
    agent: Agent, secret: str, clock: Clock
) -> None:
    client = with_password(agent)
    client.post(SECOND, {"code": code(secret, clock)})
    session = client.session
    session["account_authentication_methods"] = [
        {**method, "at": method["at"] - 3600} for method in session["account_authentication_methods"]
    ]
    session.save()
    for page in ("totp/deactivate/", "recovery-codes/", "recovery-codes/generate/", "webauthn/add/"):
        answer = client.post(f"/accounts/2fa/{page}")
        assert answer.status_code in (302, 405), page
        if answer.status_code == 302:
            assert "reauthenticate" in answer.headers["Location"]
    assert Authenticator.objects.filter(user=agent).count() == 2
    assert client.post(reverse("account_reauthenticate"), {"password": PASSWORD}).status_code == 302
    client.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.filter(user=agent).exists()


def test_the_person_is_told_when_a_second_factor_comes_or_goes(
    agent: Agent, clock: Clock, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        secret = enrol(agent, clock)
    notices = Notice.objects.filter(to=agent.email)
    assert notices.count() == 1
    assert secret not in notices.get().text


def test_a_made_up_passkey_signs_nobody_in(agent: Agent) -> None:
    client = Client(raise_request_exception=False)
    assert client.get("/accounts/2fa/webauthn/login/", headers={"Accept": "application/json"}).status_code == 200
    made_up = '{"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {"authenticatorData": "AAAA", '
    made_up += '"clientDataJSON": "e30", "signature": "AAAA", "userHandle": "MQ"}}'
    for credential in ("", "{}", "[]", "null", made_up, "x" * 5000):
        answer = client.post("/accounts/2fa/webauthn/login/", {"credential": credential})
        assert answer.status_code < 500, credential[:40]
        assert not signed_in(client)


def test_a_sign_in_that_was_half_finished_is_no_way_into_anybody_elses(agent: Agent, secret: str) -> None:
    """The second step belongs to the browser in which the first was done."""
    with_password(agent)
    stranger = Client()
    assert stranger.get(SECOND).headers["Location"].startswith("/accounts/login/")
    assert stranger.post(SECOND, {"code": "123456"}).status_code == 302
    assert not signed_in(stranger)
    assert Session.objects.count() >= 1
