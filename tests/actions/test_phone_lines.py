"""The phones of agents: one each, issued to one sign-in, and ended with whatever ends that."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from fanal.agents.actions import (
    NoLine,
    change_rights,
    end_lines,
    end_lines_left,
    end_sign_ins,
    enter_desk_phone,
    issue_line,
    note_reachable,
    note_unreachable,
    phone_of,
    wanted_lines,
)
from fanal.agents.models import Agent, PhoneKind, PhoneLine
from fanal.configuration.actions.people import set_active, sign_out_everywhere
from fanal.events.models import Event
from tests.people import an_agent

pytestmark = pytest.mark.django_db
BACKEND = "fanal.desk.accounts.backend.AgentBackend"
DESK = "sip:101@192.0.2.7:5060"


def signed_in(agent: Agent) -> tuple[Client, str]:
    """A browser, and the key of its sign-in."""
    client = Client()
    client.force_login(agent, backend=BACKEND)
    return client, client.session.session_key or ""


def issued(agent: Agent, session: str = "", *, take: bool = False, **later: Any) -> tuple[PhoneLine, str]:
    return issue_line(agent=agent, session=session, take=take, now=timezone.now() + timedelta(**later))


def open_lines() -> list[PhoneLine]:
    return list(PhoneLine.objects.open())


def test_one_sign_in_has_one_line_and_gets_its_secret_again() -> None:
    agent = an_agent()
    _, session = signed_in(agent)
    line, secret = issued(agent, session)
    assert issued(agent, session) == (line, secret)
    assert len(secret) >= 40
    assert secret not in line.secret, "it is kept sealed"
    assert [(one.name, one.secret, one.address) for one in wanted_lines()] == [(line.name, secret, "")]


def test_the_next_sign_in_gets_another_name_and_another_secret() -> None:
    agent = an_agent()
    client, session = signed_in(agent)
    line, secret = issued(agent, session)
    client.logout()
    _, session = signed_in(agent)
    other, another = issued(agent, session)
    assert (other.name != line.name, another != secret, open_lines()) == (True, True, [other])


def test_a_second_browser_takes_the_phone_only_when_asked_to() -> None:
    agent = an_agent()
    (_, first), (_, second) = signed_in(agent), signed_in(agent)
    line, _ = issued(agent, first)
    with pytest.raises(NoLine) as refused:
        issued(agent, second)
    assert refused.value.code == "elsewhere"
    assert open_lines() == [line]
    other, _ = issued(agent, second, take=True)
    assert open_lines() == [other]
    with pytest.raises(NoLine):
        issued(agent, first)
    note_reachable(seen={other.name: True}, now=timezone.now())
    with pytest.raises(NoLine):
        issued(agent, first, hours=1)


def test_a_phone_that_cannot_be_rung_any_more_comes_to_the_next_browser_by_itself() -> None:
    agent = an_agent()
    (_, first), (_, second) = signed_in(agent), signed_in(agent)
    issued(agent, first)
    other, _ = issued(agent, second, minutes=1)
    assert open_lines() == [other]


def test_only_who_takes_calls_has_a_line() -> None:
    for agent in (
        an_agent(capacity={"webchat": 3, "voice": 0}),
        an_agent(capacity={"webchat": 3}),
        an_agent("administrator"),
        an_agent(is_active=False),
    ):
        with pytest.raises(NoLine) as refused:
            issued(agent, "a sign-in")
        assert refused.value.code == "rights"
    assert open_lines() == []


def test_signing_out_ends_the_line_of_this_browser_alone() -> None:
    agent = an_agent()
    (client, first), (other, _second) = signed_in(agent), signed_in(agent)
    issued(agent, first)
    other.post("/accounts/logout/")
    assert len(open_lines()) == 1
    client.post("/accounts/logout/")
    assert open_lines() == []
    ended = PhoneLine.objects.get()
    assert (ended.secret, ended.reachable, ended.ended_at is None) == ("", False, False)


@pytest.mark.parametrize("how", ["rights", "sign-ins", "everywhere", "left", "password"])
def test_whatever_ends_a_stream_ends_the_phone(how: str) -> None:
    agent, boss, now = an_agent(), an_agent("administrator"), timezone.now()
    client, session = signed_in(agent)
    issued(agent, session)
    match how:
        case "rights":
            change_rights(agent=agent, by=boss, now=now)
        case "sign-ins":
            end_sign_ins(agent=agent, by=boss, now=now)
        case "everywhere":
            sign_out_everywhere(agent=agent, by=boss, now=now)
        case "left":
            set_active(agent=agent, active=False, by=boss, now=now)
        case "password":
            new = {
                "oldpassword": "pass",
                "password1": "a-new-one-of-27-letters",
                "password2": "a-new-one-of-27-letters",
            }
            assert client.post("/accounts/password/change/", new).status_code == 302
    assert open_lines() == []
    assert wanted_lines() == []


def test_a_sign_in_that_ran_out_leaves_no_line() -> None:
    agent = an_agent()
    client, session = signed_in(agent)
    issued(agent, session)
    assert end_lines_left(now=timezone.now()) == 0
    assert end_lines_left(now=timezone.now() + timedelta(days=2)) == 1
    assert open_lines() == []
    assert client.session.session_key


def test_a_phone_on_the_desk_serves_instead_of_the_browser_and_outlives_sign_outs() -> None:
    agent, boss, now = an_agent(), an_agent("administrator"), timezone.now()
    client, session = signed_in(agent)
    issued(agent, session)
    line = enter_desk_phone(agent=agent, address="sip:101@192.0.2.7", by=boss, now=now)
    assert (open_lines(), line.address) == ([line], DESK)
    assert enter_desk_phone(agent=agent, address=DESK, by=boss, now=now) == line
    with pytest.raises(NoLine) as refused:
        issued(agent, session)
    assert refused.value.code == "desk"
    client.post("/accounts/logout/")
    assert open_lines() == [line]
    set_active(agent=agent, active=False, by=boss, now=now)
    assert open_lines() == []


def test_a_phone_on_the_desk_has_an_address_that_can_be_one() -> None:
    agent = an_agent()
    with pytest.raises(ValueError, match="address"):
        enter_desk_phone(agent=agent, address="sip:1@192.0.2.7;x=y", by=agent, now=timezone.now())
    assert open_lines() == []


def test_who_can_be_rung_is_what_the_pbx_says() -> None:
    agent, other = an_agent(), an_agent()
    _, session = signed_in(agent)
    line, _ = issued(agent, session)
    assert phone_of(agent) is None, "issued, and not registered yet"
    note_reachable(seen={line.name: True, "carrier": True}, now=timezone.now())
    assert (phone_of(agent), phone_of(other)) == (line, None)
    note_reachable(seen={line.name: True}, now=timezone.now())
    assert Event.objects.filter(kind="line.changed").count() == 1, "nothing new, nothing told"
    note_unreachable(now=timezone.now())
    assert phone_of(agent) is None
    note_reachable(seen={line.name: True}, now=timezone.now())
    end_lines(agent=agent, by=None, now=timezone.now())
    note_reachable(seen={line.name: True}, now=timezone.now())
    assert phone_of(agent) is None


def test_nothing_of_a_secret_is_told() -> None:
    agent = an_agent()
    _, session = signed_in(agent)
    line, secret = issued(agent, session)
    end_lines(agent=agent, by=agent, now=timezone.now())
    told = list(Event.objects.filter(kind__startswith="line.").order_by("pk").values_list("kind", "data", "audience"))
    ids = {"line": line.pk, "agent": agent.pk}
    assert told == [("line.issued", ids, [f"agent:{agent.pk}"]), ("line.ended", ids, [f"agent:{agent.pk}"])]
    assert not any(secret in str(row) for row in Event.objects.values())


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": PhoneKind.BROWSER, "secret": ""},
        {"kind": PhoneKind.BROWSER, "secret": "x", "address": DESK},
        {"kind": PhoneKind.DESK, "secret": "x", "address": DESK},
        {"kind": PhoneKind.DESK, "address": ""},
        {"kind": PhoneKind.BROWSER, "secret": "x", "ended_at": timezone.now() + timedelta(days=1)},
        {"kind": PhoneKind.BROWSER, "secret": "", "ended_at": timezone.now() + timedelta(days=1), "reachable": True},
    ],
)
def test_the_database_keeps_no_line_that_cannot_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        PhoneLine.objects.create(agent=an_agent(), name="L-abcdefgh", issued_at=timezone.now(), **wrong)


def test_the_database_keeps_one_open_line_of_a_kind() -> None:
    agent = an_agent()
    issued(agent, "a sign-in")
    with pytest.raises(IntegrityError):
        PhoneLine.objects.create(
            agent=agent, kind=PhoneKind.BROWSER, secret="x", name="L-second00", issued_at=timezone.now()
        )
