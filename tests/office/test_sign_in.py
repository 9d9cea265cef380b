"""Signing in, out and being signed out; the mail that belongs to it."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from fanal.agents.actions import end_sign_ins
from fanal.agents.models import Agent, AgentState
from fanal.events.models import Event
from fanal.interactions.models import Notice
from fanal.routing.actions import set_presence
from tests.people import an_agent

pytestmark = pytest.mark.django_db
PASSWORD = "correct lantern battery"


def somebody(**more: object) -> Agent:
    agent = an_agent(**more)  # type: ignore[arg-type]
    agent.set_password(PASSWORD)
    agent.save()
    EmailAddress.objects.create(user=agent, email=agent.email, verified=True, primary=True)
    return agent


def sign_in(client: Client, agent: Agent, password: str = PASSWORD) -> object:
    return client.post("/accounts/login/", {"login": agent.email, "password": password})


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_person_signs_in_by_e_mail_and_password_and_out_again(client: Client) -> None:
    agent = somebody()
    assert sign_in(client, agent).status_code == 302
    assert signed_in(client)
    client.post("/accounts/logout/")
    assert not signed_in(client)
    assert Event.objects.filter(kind="session.ended", audience=[f"agent:{agent.pk}"]).count() == 1


def test_the_last_sign_out_takes_the_agent_out_of_routing(client: Client) -> None:
    agent = somebody()
    sign_in(client, agent)
    elsewhere = Client()
    sign_in(elsewhere, agent)
    set_presence(agent=agent, state="available", by=agent, now=timezone.now())
    client.post("/accounts/logout/")
    assert AgentState.objects.get(agent=agent, ended_at=None).state == "available"
    elsewhere.post("/accounts/logout/")
    assert AgentState.objects.get(agent=agent, ended_at=None).state == "offline"


def test_a_wrong_password_and_an_unknown_address_read_the_same(client: Client) -> None:
    agent = somebody()
    wrong = client.post("/accounts/login/", {"login": agent.email, "password": "something else entirely"})
    stranger = client.post("/accounts/login/", {"login": "nobody@test.example", "password": "something else entirely"})
    told = [re.findall(r'class="problem".*?</div>', page.content.decode(), re.S) for page in (wrong, stranger)]
    assert told[0] == told[1] != []


def test_too_many_wrong_passwords_stop_the_right_one_too(client: Client) -> None:
    agent = somebody()
    for _ in range(5):
        sign_in(client, agent, "not the password")
    assert sign_in(client, agent).status_code == 200
    assert not signed_in(client)
    cache.clear()


def test_nobody_signs_up_or_changes_their_own_address(client: Client) -> None:
    client.force_login(somebody())
    for address in ("signup/", "email/", "password/set/", "confirm-email/x/"):
        assert client.get(f"/accounts/{address}").status_code == 404


def test_a_reset_is_a_notice_with_a_clearance_and_its_link_works_once(client: Client) -> None:
    agent = somebody(language="fr")
    client.post("/accounts/password/reset/", {"email": agent.email})
    notice = Notice.objects.get()
    assert (notice.to, notice.state, notice.clearance.purpose) == (agent.email, "queued", "security")
    link = re.search(r"http://[^/]+(/accounts/password/reset/key/\S+)", notice.text)
    assert link
    fresh = "another lantern battery"
    form = client.get(link[1], follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": fresh, "password2": fresh})
    agent.refresh_from_db()
    assert agent.check_password(fresh)
    assert b"password1" not in Client().get(link[1], follow=True).content


def test_a_reset_for_a_stranger_answers_the_same_and_writes_to_nobody(client: Client) -> None:
    known = client.post("/accounts/password/reset/", {"email": somebody().email})
    Notice.objects.all().delete()
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@test.example"})
    assert (unknown.status_code, unknown.headers["Location"]) == (known.status_code, known.headers["Location"])
    assert not Notice.objects.exists()


def test_an_inactive_person_cannot_sign_in_and_gets_no_reset(client: Client) -> None:
    agent = somebody(is_active=False)
    sign_in(client, agent)
    assert not signed_in(client)
    client.post("/accounts/password/reset/", {"email": agent.email})
    assert not Notice.objects.exists()


def test_ended_sign_ins_are_over_at_once_and_the_stream_is_told(client: Client) -> None:
    agent = somebody()
    sign_in(client, agent)
    before = agent.authority
    end_sign_ins(agent=agent, by=None, now=timezone.now())
    assert not Session.objects.filter(expire_date__gt=timezone.now() - timedelta(days=1)).exists()
    assert client.get("/accounts/password/change/").status_code == 302
    agent.refresh_from_db()
    assert agent.authority == before + 1
    assert Event.objects.filter(kind="rights.changed", data={"agent": agent.pk}).exists()


def test_a_sign_in_leads_to_our_own_pages_only(client: Client) -> None:
    agent = somebody()
    for elsewhere in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
        answer = Client().post("/accounts/login/", {"login": agent.email, "password": PASSWORD, "next": elsewhere})
        assert answer.headers["Location"] == "/"
        answer = client.post("/i18n/setlang/", {"language": "ar", "next": elsewhere})
        assert "evil" not in answer.headers.get("Location", "")


def test_the_language_of_the_screens_stays_with_the_person(client: Client) -> None:
    agent = somebody()
    sign_in(client, agent)
    client.post("/i18n/setlang/", {"language": "ar", "next": "/"})
    agent.refresh_from_db()
    assert agent.language == "ar"
    elsewhere = Client()
    sign_in(elsewhere, agent)
    assert elsewhere.cookies["language"].value == "ar"


@pytest.mark.parametrize("password", ["lantern", "password123456", "{email}", "Person {n}"])
def test_a_short_common_or_personal_password_is_refused(client: Client, password: str) -> None:
    agent = somebody()
    sign_in(client, agent)
    password = password.format(email=agent.email, n=agent.name.split()[1])
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": password, "password2": password})
    agent.refresh_from_db()
    assert agent.check_password(PASSWORD)


def test_a_long_password_is_welcome(client: Client) -> None:
    agent = somebody()
    sign_in(client, agent)
    long = "a lantern on a ship, and " * 4
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": long, "password2": long})
    agent.refresh_from_db()
    assert agent.check_password(long)
    assert Notice.objects.count() == 1, "and the person is told that it was changed"
