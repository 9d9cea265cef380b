"""The event stream in the authorisation matrix: which keys a role hears; no open stream outlives its rights."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client

from fanal.agents.models import Agent, Role, Team
from fanal.configuration import actions
from fanal.desk.audience import viewer_keys
from fanal.events.actions import publish
from fanal.routing.models import Queue
from tests.journeys.streams import ORIGIN, Stream, by_cookie, say
from tests.office.test_sign_in import PASSWORD, sign_in, somebody
from tests.people import ROLES, an_agent

pytestmark = pytest.mark.usefixtures("committed", "closed")

# Of the keys that events are written for, those that each role hears beside its own.
HEARS = {
    "agent": set(),
    "manager": {"own queue"},
    "supervisor": {"cases", "supervision", "own queue", "other queue"},
    "administrator": {"cases", "supervision", "own queue", "other queue", "admins"},
}


def a_place(agent: Agent) -> dict[str, str]:
    """Every kind of audience that there is, by a name; the person manages one of two queues and is in one team."""
    own, other = (Queue.objects.create(code=f"q{agent.pk}-{n}", name=n) for n in ("own", "other"))
    own.managers.add(agent)
    agent.team = Team.objects.create(code=f"t{agent.pk}", name="Own")
    agent.save(update_fields=["team"])
    return {
        "cases": "cases", "supervision": "supervision", "admins": "admins",
        "own queue": f"queue:{own.pk}", "other queue": f"queue:{other.pk}",
        "other team": f"team:{Team.objects.create(code=f'o{agent.pk}', name='Other').pk}",
        "other agent": f"agent:{an_agent().pk}", "a visitor": "visitor:somebody", "nobody": "",
    }  # fmt: skip


def test_every_role_of_the_matrix_is_in_this_one() -> None:
    assert set(HEARS) == set(ROLES)


@pytest.mark.parametrize("role", sorted(ROLES))
def test_the_keys_of_a_role_are_these_and_no_others(committed: None, role: str) -> None:
    agent = an_agent(role)
    place = a_place(agent)
    every_queue = {f"queue:{pk}" for pk in Queue.objects.values_list("pk", flat=True)}
    others = every_queue if "other queue" in HEARS[role] else set()
    assert viewer_keys(agent) == {
        f"agent:{agent.pk}", f"team:{agent.team_id}", *(place[name] for name in HEARS[role]), *others,
    }  # fmt: skip


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_stream_hears_what_its_role_hears(port: int, role: str) -> None:
    agent, client = somebody(role=role), Client()
    place = a_place(agent)
    sign_in(client, agent)
    stream = Stream(port, headers=by_cookie(client))
    stream.next()
    for number, key in enumerate(place.values(), start=1):
        publish(
            kind="message.added", data={"interaction": number}, audience=[key] if key else [], now=datetime.now(UTC)
        )
    say(0, f"agent:{agent.pk}", kind="note.added")
    heard = {event[1]["interaction"] for event in stream.until("note.added")[:-1]}
    assert {name for number, name in enumerate(place, start=1) if number in heard} == HEARS[role]


@pytest.mark.parametrize("who", ["nobody", "a made-up session", "an agent's session as a token", "a session of nobody"])
def test_a_stranger_gets_no_stream(port: int, who: str) -> None:
    agent, client = somebody(), Client()
    sign_in(client, agent)
    key, unsigned = client.session.session_key, Client()
    session = unsigned.session
    session.save()
    headers = {
        "nobody": {},
        "a made-up session": {"Cookie": f"{settings.SESSION_COOKIE_NAME}={'a' * 32}"},
        "an agent's session as a token": {"Authorization": f"Bearer {key}"},
        "a session of nobody": {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session.session_key}"},
    }[who]
    assert Stream(port, headers={**headers, "Origin": ORIGIN}).status == 401


def own_role(agent: Agent) -> Role:
    """The person's role as one of their own: changing it leaves the roles of other tests alone."""
    agent.role = Role.objects.create(code=f"r{agent.pk}", name="Own", permissions=list(agent.role.permissions))
    agent.save(update_fields=["role"])
    return agent.role


def reduce_role(agent: Agent, by: Agent, now: datetime) -> None:
    agent.role.permissions = ["handle"]
    actions.save(row=agent.role, by=by, now=now)


def give_a_lesser_role(agent: Agent, by: Agent, now: datetime) -> None:
    agent.role = an_agent("agent").role
    actions.save(row=agent, by=by, now=now)


def remove_factor(agent: Agent, by: Agent, now: datetime) -> None:
    Authenticator.objects.create(user=agent, type="totp", data={"secret": "s"})
    actions.remove_second_factor(agent=agent, by=by, now=now)


# What is done to a supervisor whose stream is open: whether the same browser may open another one afterwards.
CHANGES: dict[str, tuple[Callable[[Agent, Agent, datetime], Any], bool]] = {
    "role reduced": (reduce_role, True),
    "lesser role": (give_a_lesser_role, False),
    "switched off": (lambda agent, by, now: actions.set_active(agent=agent, active=False, by=by, now=now), False),
    "signed out": (lambda agent, by, now: actions.sign_out_everywhere(agent=agent, by=by, now=now), False),
    "second factor removed": (remove_factor, False),
}


@pytest.mark.parametrize("what", list(CHANGES))
def test_an_open_stream_tells_nothing_that_came_after_its_rights_were_taken(port: int, what: str) -> None:
    """Not even what follows at once: the next event after the change is not for this browser any more."""
    change, may_come_back = CHANGES[what]
    agent, client, boss = somebody(role="supervisor"), Client(), an_agent("administrator")
    own_role(agent)
    sign_in(client, agent)
    headers = by_cookie(client)
    stream = Stream(port, headers=headers)
    stream.next()
    say(1, "supervision")
    while stream.next()[1]["interaction"] != 1:
        pass  # what the test before said last may come first
    change(agent, boss, datetime.now(UTC))
    for number in range(2, 12):
        say(number, "supervision", kind="case.changed")
    began = time.monotonic()
    told = stream.until("revoked")
    assert [kind for kind, _data in told if kind == "case.changed"] == []
    assert stream.next() is None
    assert time.monotonic() - began < 5
    again = Stream(port, after=stream.cursor, headers=headers)
    assert again.status == (200 if may_come_back else 401)
    if may_come_back:
        say(99, "supervision", kind="case.changed")
        say(0, f"agent:{agent.pk}", kind="note.added")
        assert "case.changed" not in [kind for kind, _data in again.until("note.added")]


@pytest.mark.parametrize("how", ["a new password", "this session revoked", "signed out in this browser"])
def test_an_open_stream_ends_with_what_the_person_does_themselves(port: int, how: str) -> None:
    agent, lost, here = somebody(role="supervisor"), Client(), Client()
    sign_in(lost, agent)
    sign_in(here, agent)
    headers = by_cookie(lost)
    stream, stays = Stream(port, headers=headers), Stream(port, headers=by_cookie(here))
    stream.next()
    stays.next()
    match how:
        case "a new password":
            form = {"oldpassword": PASSWORD, "password1": "another lantern", "password2": "another lantern"}
            assert here.post("/accounts/password/change/", form).status_code == 302
        case "this session revoked":
            here.post("/accounts/sessions/")
        case _:
            lost.post("/accounts/logout/")
    assert stream.until("revoked")[-1][1]["reason"] == "signed_out"
    assert stream.next() is None
    assert Stream(port, headers=headers).status == 401
    if how != "a new password":
        say(5, "supervision", kind="case.changed")
        assert stays.until("case.changed")[-1][1]["interaction"] == 5, "and the other browser goes on"


def test_an_open_stream_begins_anew_when_somebody_gets_a_queue(port: int) -> None:
    agent, client, boss = somebody(role="manager"), Client(), an_agent("administrator")
    queue = Queue.objects.create(code=f"g{agent.pk}", name="Given")
    sign_in(client, agent)
    headers = by_cookie(client)
    stream = Stream(port, headers=headers)
    stream.next()
    actions.save(row=queue, many={"managers": [agent]}, by=boss, now=datetime.now(UTC))
    assert stream.until("revoked")[-1][1]["reason"] == "rights_changed"
    again = Stream(port, after=stream.cursor, headers=headers)
    say(7, f"queue:{queue.pk}", kind="case.changed")
    assert again.until("case.changed")[-1][1]["interaction"] == 7
