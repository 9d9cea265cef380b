"""A phone on the desk: its account is shown once to whoever administers, and the person says where it rings."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from fanal.agents.actions import (
    NoLine,
    issue_line,
    make_desk_phone,
    note_place,
    note_reachable,
    phone_of,
    ring_at,
    wanted_lines,
)
from fanal.agents.models import Agent, PhoneKind, PhoneLine
from fanal.configuration.actions.people import set_active
from fanal.events.models import Event
from tests.people import an_agent

pytestmark = pytest.mark.django_db
BACKEND = "fanal.desk.accounts.backend.AgentBackend"


def browser_of(agent: Agent) -> Client:
    client = Client()
    client.force_login(agent, backend=BACKEND)
    return client


def administrator() -> Agent:
    return an_agent("administrator")


def made(agent: Agent, **later: Any) -> tuple[PhoneLine, str]:
    return make_desk_phone(agent=agent, by=agent, now=timezone.now() + timedelta(**later))


def there(line: PhoneLine) -> None:
    note_reachable(seen={line.name: True}, now=timezone.now())


def test_the_password_is_shown_once_and_kept_by_nothing_in_clear() -> None:
    agent, client = an_agent(), browser_of(administrator())
    address = f"/administration/agents/{agent.pk}/desk-phone/"
    answer = client.post(address)
    secret = answer.context["secret"]
    line = PhoneLine.objects.get()
    page = answer.content.decode()
    assert (secret in page, line.name in page) == (True, True)
    assert "no-store" in answer.headers["Cache-Control"]
    assert secret not in client.get(address).content.decode()
    assert not any(secret in str(row) for rows in (Event, PhoneLine) for row in rows.objects.values())
    assert [(one.name, one.secret, one.on_desk) for one in wanted_lines()] == [(line.name, secret, True)]
    assert secret not in repr(wanted_lines())


def test_a_new_password_ends_the_one_before_and_revoking_ends_it_all() -> None:
    agent, client = an_agent(), browser_of(administrator())
    address = f"/administration/agents/{agent.pk}/desk-phone/"
    first, second = (client.post(address).context["line"] for _ in range(2))
    first.refresh_from_db()
    assert (bool(first.ended_at), first.secret) == (True, "")
    assert first.name != second.name
    client.post(f"{address}revocation/")
    assert wanted_lines() == []
    assert "No desk phone" in client.get(address).content.decode()


def test_nothing_rings_elsewhere_until_somebody_says_so() -> None:
    agent = an_agent()
    client = browser_of(agent)
    browser, _ = issue_line(agent=agent, session=client.session.session_key or "", take=False, now=timezone.now())
    desk, _ = made(agent)
    there(browser)
    there(desk)
    assert phone_of(agent) == browser
    assert client.post("/phone/ringing/", {"kind": "desk"}).status_code == 302
    assert phone_of(agent) == desk
    browser.refresh_from_db()
    assert browser.ended_at, "and the browser is rung no more"
    with pytest.raises(NoLine, match="desk"):
        issue_line(agent=agent, session="another", take=True, now=timezone.now())
    client.post("/phone/ringing/", {"kind": "browser"})
    assert phone_of(agent) is None
    assert issue_line(agent=agent, session="another", take=False, now=timezone.now())
    assert (
        list(Event.objects.filter(kind="line.chosen").values_list("data", flat=True))
        == [{"line": desk.pk, "agent": agent.pk}] * 2
    )


def test_a_new_password_leaves_it_where_it_rings() -> None:
    agent = an_agent()
    made(agent)
    ring_at(agent=agent, kind=PhoneKind.DESK, by=agent, now=timezone.now())
    line, _ = made(agent)
    assert line.rings


def test_where_it_signed_in_is_seen_by_the_person_and_by_whoever_administers() -> None:
    agent = an_agent()
    line, _ = made(agent)
    there(line)
    note_place(name=line.name, place="192.0.2.20:5062")
    page = browser_of(agent).get("/phone/").content.decode()
    assert ("192.0.2.20:5062" in page, "signed in" in page) == (True, True)
    page = browser_of(administrator()).get(f"/administration/agents/{agent.pk}/desk-phone/").content.decode()
    assert "192.0.2.20:5062" in page
    assert line.secret not in page


def test_who_takes_no_calls_gets_no_phone_and_it_says_what_to_do() -> None:
    silent, gone = an_agent(capacity={"webchat": 3}), an_agent()
    client = browser_of(administrator())
    set_active(agent=gone, active=False, by=administrator(), now=timezone.now())
    for agent in (silent, gone):
        answer = client.post(f"/administration/agents/{agent.pk}/desk-phone/", follow=True)
        assert not PhoneLine.objects.exists()
        assert "takes no calls" in answer.content.decode()
    assert browser_of(silent).post("/phone/ringing/", {"kind": "desk"}, follow=True).status_code == 200
    assert browser_of(silent).post("/phone/ringing/", {"kind": "moon"}).status_code == 400


def test_who_leaves_has_no_phone_on_the_desk() -> None:
    agent = an_agent()
    made(agent)
    set_active(agent=agent, active=False, by=administrator(), now=timezone.now())
    assert wanted_lines() == []


def test_only_who_administers_makes_one() -> None:
    agent = an_agent()
    client = browser_of(agent)
    for address in ("", "ringing/", "revocation/"):
        assert client.post(f"/administration/agents/{agent.pk}/desk-phone/{address}").status_code == 403
    assert not PhoneLine.objects.exists()
