"""What somebody tries at the doors where people sign in: guessing who is here, foreign links, old links, odd hosts."""

import os
import re
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings as django_settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from fanal.agents.actions import end_sign_ins
from fanal.agents.models import Agent, Invitation
from fanal.configuration.actions import people
from fanal.desk.audience import ended
from fanal.desk.audience import sign_in as stream_sign_in
from fanal.environment import ROOT, environment
from fanal.interactions.models import Notice
from tests.office.test_sign_in import PASSWORD, sign_in, signed_in, somebody
from tests.people import a_role, an_agent

pytestmark = pytest.mark.django_db
FRESH = "another lantern battery"


@pytest.fixture(autouse=True)
def uncounted() -> None:
    cache.clear()


def words(page: Any) -> str:
    """What a person reads on a page."""
    return " ".join(re.sub(r"<[^>]*>", " ", page.content.decode()).split())


class Counting(MD5PasswordHasher):
    """Counts how often a password is stretched: what makes a sign-in slow, and would tell who is here."""

    algorithm = "counting"
    work = 0

    def encode(self, password: str, salt: str) -> str:
        type(self).work += 1
        encoded: str = super().encode(password, salt)
        return encoded


def test_a_sign_in_costs_the_same_work_whether_somebody_is_here_or_not(settings: Any) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    here, gone = somebody(), somebody(is_active=False)
    spent = []
    for email in (here.email, gone.email, "nobody@test.example", "nobody" * 40):
        Counting.work = 0
        Client().post("/accounts/login/", {"login": email, "password": "not the password at all"})
        spent.append(Counting.work)
    assert spent[0] == spent[1] == spent[2] >= 1


def test_who_was_switched_off_is_answered_like_who_was_never_here() -> None:
    gone = somebody(is_active=False)
    told = []
    for email in (gone.email, "nobody@test.example"):
        page = Client().post("/accounts/login/", {"login": email, "password": "not the password"})
        told.append((page.status_code, words(page)))
    assert told[0] == told[1]


def test_a_late_beat_of_a_page_left_open_does_not_take_the_place_of_the_sign_ins_token() -> None:
    refused = Client(enforce_csrf_checks=True).post("/presence/heartbeat/")
    assert refused.status_code == 403
    assert not refused.cookies


def test_a_reset_costs_no_mail_server_and_reads_the_same() -> None:
    """The mail is a row that the worker sends, so its server's slowness tells nobody who is here."""
    pages = [
        Client().post("/accounts/password/reset/", {"email": email}, follow=True)
        for email in (somebody().email, somebody(is_active=False).email, "nobody@test.example")
    ]
    assert len({words(page) for page in pages}) == 1
    assert Notice.objects.get().state == "queued"


def test_guessing_one_persons_password_from_many_addresses_is_stopped() -> None:
    agent = somebody()
    for n in range(5):
        Client(REMOTE_ADDR=f"203.0.113.{n}").post("/accounts/login/", {"login": agent.email, "password": "wrong one"})
    late = Client(REMOTE_ADDR="203.0.113.77")
    sign_in(late, agent)
    assert not signed_in(late)


def test_trying_many_people_from_one_address_is_stopped() -> None:
    agent = somebody()
    spray = Client(REMOTE_ADDR="203.0.113.9")
    for n in range(10):
        spray.post("/accounts/login/", {"login": f"person-{n}@elsewhere.example", "password": "a common password"})
    sign_in(spray, agent)
    assert not signed_in(spray)
    other = Client(REMOTE_ADDR="198.51.100.1")
    sign_in(other, agent)
    assert signed_in(other), "and others are not in their way"


def test_an_address_that_a_stranger_makes_up_does_not_reset_the_count() -> None:
    agent = somebody()
    for n in range(6):
        liar = Client(headers={"x-forwarded-for": f"10.0.0.{n}", "x-real-ip": f"10.0.0.{n}"})
        sign_in(liar, agent, "not the password")
    liar = Client(headers={"x-forwarded-for": "10.0.0.99"})
    sign_in(liar, agent)
    assert not signed_in(liar)


def test_a_session_that_somebody_planted_is_not_the_one_that_is_signed_in() -> None:
    agent = somebody()
    client = Client()
    session = client.session
    session["planted"] = "by a stranger"
    session.save()
    planted = session.session_key
    client.cookies[django_settings.SESSION_COOKIE_NAME] = planted
    sign_in(client, agent)
    assert signed_in(client)
    assert client.session.session_key != planted
    assert stream_sign_in(planted) is None
    thief = Client()
    thief.cookies[django_settings.SESSION_COOKIE_NAME] = planted
    assert thief.get("/cases/").status_code == 302


def test_the_cookie_of_a_sign_in_is_for_the_server_alone() -> None:
    client = Client()
    sign_in(client, somebody())
    cookie = client.cookies[django_settings.SESSION_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")
    assert not cookie["max-age"], "it ends with the browser"


def test_behind_https_cookies_belong_to_this_host_and_django_finds_nothing_to_warn_of() -> None:
    program = (
        "import django; django.setup(); from django.conf import settings as s; from django.core.management import"
        " call_command; call_command('check', deploy=True, fail_level='WARNING'); print(s.SESSION_COOKIE_NAME,"
        " s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 9**7, s.DEBUG)"
    )
    outside = {key: value for key, value in os.environ.items() if key != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    asked = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=False, capture_output=True, text=True, timeout=120,
        env={**outside, "FANAL_PUBLIC_URL": "https://desk.example.org", "FANAL_SECRET": "s" * 40 + "0123456789"},
    )  # fmt: skip
    assert asked.returncode == 0, asked.stderr[-2000:]
    assert asked.stdout.split()[-6:] == ["__Host-fanal", "__Host-csrftoken", "True", "True", "True", "False"]


def reset_link(agent: Agent, client: Client | None = None, **more: Any) -> str:
    (client or Client()).post("/accounts/password/reset/", {"email": agent.email}, **more)
    found = re.search(r"https?://\S+/accounts/password/reset/key/\S+", Notice.objects.latest("id").text)
    assert found
    return found[0]


def offers_a_form(link: str) -> bool:
    page = Client().get(re.sub(r"^https?://[^/]+", "", link), follow=True)
    return b"password1" in page.content


def test_the_link_of_a_reset_leads_to_us_whatever_host_the_asker_names(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    agent = somebody()
    evil = {"host": "evil.example", "x-forwarded-host": "evil.example", "x-forwarded-proto": "https"}
    assert reset_link(agent, Client(headers=evil)).startswith(environment.origin + "/")


def test_a_link_of_a_reset_is_over_once_the_password_or_the_day_has_changed(settings: Any) -> None:
    agent = somebody()
    link = reset_link(agent)
    assert offers_a_form(link)
    agent.set_password(FRESH)
    agent.save()
    assert not offers_a_form(link)
    again = reset_link(agent)
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert not offers_a_form(again)


def test_the_token_of_one_persons_reset_opens_nobody_elses() -> None:
    mine, other = somebody(), somebody()
    token = default_token_generator.make_token(mine)
    for whose, opens in ((mine, True), (other, False)):
        assert offers_a_form(f"/accounts/password/reset/key/{user_pk_to_url_str(whose)}-{token}/") == opens
    for odd in ("-", "0-" + token, "9" * 500 + "-x", "%00-x", token):
        assert Client(raise_request_exception=False).get(f"/accounts/password/reset/key/{odd}/").status_code < 500


def test_a_reset_ends_every_other_sign_in() -> None:
    agent = somebody()
    thief = Client()
    sign_in(thief, agent)
    stream = stream_sign_in(thief.session.session_key)
    assert stream is not None
    client = Client()
    form = client.get(re.sub(r"^https?://[^/]+", "", reset_link(agent)), follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": FRESH, "password2": FRESH})
    assert thief.get("/cases/").status_code == 302
    assert thief.get("/api/v1/figures/").status_code == 401
    assert ended([stream]) == {stream.session: "signed_out"}


def test_changing_the_password_keeps_this_browser_and_ends_the_others() -> None:
    agent = somebody()
    here, elsewhere = Client(), Client()
    sign_in(here, agent)
    sign_in(elsewhere, agent)
    here.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": FRESH, "password2": FRESH})
    assert here.get("/cases/").status_code == 200
    assert elsewhere.get("/cases/").status_code == 302


ELSEWHERE = (
    "https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
    "https:evil.example", "/%09/evil.example", "\t//evil.example", "http:///evil.example", "data:text/html,x",
    "https://testserver@evil.example/", "https://testserver.evil.example/", "///evil.example", "/\t/evil.example",
)  # fmt: skip


@pytest.mark.parametrize(
    "door", ["/accounts/login/", "/accounts/logout/", "/accounts/reauthenticate/", "/i18n/setlang/"]
)
def test_no_door_sends_people_to_a_foreign_page(door: str) -> None:
    agent = somebody()
    for elsewhere in ELSEWHERE:
        cache.clear()
        client = Client()
        if "login" not in door:
            client.force_login(agent, backend="fanal.desk.accounts.backend.AgentBackend")
        form = {"next": elsewhere, "login": agent.email, "password": PASSWORD, "language": "fr"}
        for said in ({}, {"referer": "https://evil.example/"}):
            answer = client.post(door, form, headers=said)
            to = answer.headers.get("Location", "/")
            assert to.startswith("/"), (door, elsewhere, to)
            assert not re.match(r"/[/\\\t]", to), (door, elsewhere, to)


def test_a_host_that_is_not_ours_is_refused() -> None:
    for host in (
        "evil.example",
        "testserver.evil.example",
        "testserver@evil.example",
        "testserver:80@evil.example",
        "",
    ):
        client = Client(raise_request_exception=False, headers={"host": host or " "})
        assert client.get("/accounts/login/").status_code == 400


def test_an_invitation_is_used_once_and_makes_nobody_more_than_was_meant() -> None:
    boss = an_agent("administrator")
    role = a_role("agent")
    now = timezone.now()
    people.invite(email="new@test.example", name="New", role=role, team=None, language="en", by=boss, now=now)
    link = re.search(r"/invitations/\S+/", Notice.objects.latest("id").text)
    assert link
    form = {
        "name": "New", "password": FRESH, "language": "en", "role": boss.role_id, "is_active": "1", "authority": "9",
        "email": "other@test.example", "practising": "1", "capacity": '{"webchat": 99}', "team": "1",
    }  # fmt: skip
    assert Client().post(link[0], form).status_code == 302
    made = Agent.objects.get(email="new@test.example")
    assert (made.role, made.authority, made.practising, made.team) == (role, 1, False, None)
    assert Client().post(link[0], form).status_code == 404
    Invitation.objects.update(accepted_at=None, expires_at=now - timedelta(seconds=1))
    assert Client().get(link[0]).status_code == 404


def test_after_the_sign_ins_were_ended_nothing_of_them_works() -> None:
    agent = somebody()
    EmailAddress.objects.get_or_create(user=agent, email=agent.email)
    client = Client()
    sign_in(client, agent)
    key = client.session.session_key
    end_sign_ins(agent=agent, by=None, now=timezone.now())
    assert client.get("/cases/").status_code == 302
    assert client.put("/presence/", "state=available").status_code == 302
    assert stream_sign_in(key) is None
