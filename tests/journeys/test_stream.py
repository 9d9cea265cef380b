"""The event stream as browsers have it: real processes, real transactions, real cuts."""

import json
import random
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import psycopg
import pytest
from django.db import connection
from django.test import Client

from fanal.agents.models import Agent, Permission, Role
from fanal.api import visitors
from fanal.api.places import opened, sealed
from fanal.channels.models import ChannelAccount
from fanal.events.actions import hint, publish
from fanal.events.live import Cursor
from fanal.events.live.cursor import FORM
from tests.journeys.streams import ORIGIN, Stream, by_cookie, say
from tests.servers import address_of

pytestmark = pytest.mark.usefixtures("committed", "closed")


def agent_signed_in(*permissions: Permission) -> tuple[Agent, dict[str, str]]:
    name = visitors.fresh_id()
    role = Role.objects.create(code=name, name="R", permissions=list(permissions))
    agent = Agent.objects.create_user(f"{name}@example.org", "secret", name="One", role=role)
    client = Client()
    client.force_login(agent)
    return agent, by_cookie(client)


def chat() -> int:
    account, _ = ChannelAccount.objects.get_or_create(code="stream", defaults={"kind": "webchat", "name": "Chat"})
    return account.pk


def visitor(**changes: object) -> tuple[str, dict[str, str]]:
    name = visitors.fresh_id()
    token = visitors.issue(visitor=name, account=chat(), signed_id="", now=datetime.now(UTC), **changes)
    return name, {"Authorization": f"Bearer {token}"}


def insert(writer: psycopg.Connection, number: int, audience: str) -> None:
    writer.execute(
        "INSERT INTO events_event (kind, at, data, audience) VALUES ('message.added', now(), %s, %s)",
        [json.dumps({"interaction": number}), [audience]],
    )
    writer.execute("NOTIFY fanal_events")


def test_a_visitors_stream_ends_when_the_chat_is_switched_off_and_no_new_one_opens(port: int) -> None:
    name, headers = visitor()
    account = visitors.read(headers["Authorization"].removeprefix("Bearer "), now=datetime.now(UTC)).account
    stream = Stream(port, headers=headers)
    assert stream.next()[0] == "ready"
    say(1, f"visitor:{name}")
    assert stream.next()[1]["interaction"] == 1
    ChannelAccount.objects.filter(pk=account).update(active=False)
    try:
        assert stream.next() == ("revoked", {"reason": "switched_off"})
        assert stream.next() is None
        refused = Stream(port, headers=headers)
        assert (refused.status, refused.error()["error"]) == (403, "switched_off")
    finally:
        ChannelAccount.objects.filter(pk=account).update(active=True)
    assert Stream(port, headers=headers).status == 200


def test_two_events_that_commit_in_reverse_order_both_arrive(port: int) -> None:
    name, headers = visitor()
    stream = Stream(port, headers=headers)
    assert stream.next()[0] == "ready"
    with psycopg.connect(address_of()) as first, psycopg.connect(address_of()) as second:
        insert(first, 1, f"visitor:{name}")
        insert(second, 2, f"visitor:{name}")
        second.commit()
        time.sleep(0.3)
        first.commit()
    assert [stream.next()[1]["interaction"] for _ in range(2)] == [1, 2]
    stream.close()


def test_a_stream_cut_anywhere_misses_nothing_and_doubles_nothing(port: int) -> None:
    name, headers = visitor()
    chance, got, number = random.Random(7), [], 0
    stream = Stream(port, headers=headers)
    stream.next()
    while len(got) < 120:
        for _ in range(chance.randint(1, 12)):
            number += 1
            say(number, f"visitor:{name}")
        for _ in range(chance.randint(0, number - len(got))):
            if (came := stream.next()) and came[0] == "message.added":
                got.append(came[1]["interaction"])
        stream.close()
        stream = Stream(port, after=stream.cursor, headers=headers)
        assert stream.status == 200
    say(0, f"visitor:{name}", kind="interaction.ended")
    got += [data["interaction"] for kind, data in stream.until("interaction.ended") if kind == "message.added"]
    assert got == list(range(1, number + 1))
    stream.close()


def test_a_stream_hears_only_what_is_meant_for_it(port: int) -> None:
    name, headers = visitor()
    stream = Stream(port, headers=headers)
    stream.next()
    say(1, "visitor:somebody-else")
    say(2, "agent:1")
    say(3, f"visitor:{name}")
    publish(kind="note.added", data={"note": 1}, audience=[f"visitor:{name}"], now=datetime.now(UTC))
    say(4, f"visitor:{name}")
    told = [stream.next()[1] for _ in range(2)]
    assert [one["interaction"] for one in told] == [3, 4]
    assert "by" not in told[0]
    stream.close()


def test_hints_arrive_and_are_not_kept(port: int) -> None:
    name, headers = visitor()
    stream = Stream(port, headers=headers)
    stream.next()
    hint(kind="typing", data={"interaction": 5}, audience=[f"visitor:{name}"])
    assert stream.next()[0] == "typing"
    cursor = stream.cursor
    stream.close()
    again = Stream(port, after=cursor, headers=headers)
    say(6, f"visitor:{name}")
    assert [again.next()[0] for _ in range(2)] == ["ready", "message.added"]
    again.close()


def test_a_supervisor_hears_supervision_and_an_agent_does_not(port: int) -> None:
    agent, headers = agent_signed_in(Permission.HANDLE)
    stream = Stream(port, headers=headers)
    stream.next()
    say(1, "supervision")
    say(2, f"agent:{agent.pk}")
    assert stream.next()[1]["interaction"] == 2
    stream.close()
    Role.objects.filter(agent=agent).update(permissions=[Permission.SUPERVISE])
    supervisor = Stream(port, headers=headers)
    supervisor.next()
    say(3, "supervision")
    assert supervisor.next()[1]["interaction"] == 3
    supervisor.close()


@pytest.mark.parametrize("how", ["signed out", "deactivated", "rights", "password"])
def test_a_stream_ends_with_the_sign_in_within_two_seconds(port: int, how: str) -> None:
    agent, headers = agent_signed_in()
    stream = Stream(port, headers=headers)
    stream.next()
    began = time.monotonic()
    with connection.cursor() as cursor:
        match how:
            case "signed out":
                cursor.execute("DELETE FROM django_session")
            case "deactivated":
                Agent.objects.filter(pk=agent.pk).update(is_active=False)
            case "rights":
                Agent.objects.filter(pk=agent.pk).update(authority=agent.authority + 1)
                say(0, f"agent:{agent.pk}", kind="rights.changed")
            case "password":
                agent.set_password("another")
                agent.save()
    revoked = stream.until("revoked")[-1]
    assert revoked[1]["reason"] == ("rights_changed" if how == "rights" else "signed_out")
    assert time.monotonic() - began < 2
    assert stream.next() is None
    if how != "rights":
        assert Stream(port, headers=headers).status == 401


@pytest.mark.parametrize(
    ("after", "status", "code"),
    [("nonsense", 400, "bad_cursor"), ("1-2-3", 400, "bad_cursor"), ("9000000000000000000-1", 409, "foreign_cursor"),
     ("99999999999999999999-1", 400, "bad_cursor"), ("-1-1", 400, "bad_cursor")],
)  # fmt: skip
def test_a_forged_or_foreign_place_is_refused_clearly(port: int, after: str, status: int, code: str) -> None:
    _, headers = agent_signed_in()
    stream = Stream(port, after=quote(after), headers=headers)
    assert stream.status == status
    assert stream.error()["error"] == code


def test_a_visitor_comes_back_only_with_a_place_of_their_own(port: int) -> None:
    name, headers = visitor()
    here = sealed(Cursor(xid=1, id=1), visitor=name)
    forged = here[:30] + ("B" if here[30] == "A" else "A") + here[31:]
    foreign, future = sealed(Cursor(xid=1, id=1), visitor="x"), sealed(Cursor(xid=9 * 10**18, id=1), visitor=name)
    for after, code in (
        ("1-1", "bad_cursor"),
        ("nonsense", "bad_cursor"),
        ("", ""),
        (forged, "bad_cursor"),
        (foreign, "bad_cursor"),
        (future, "foreign_cursor"),
    ):
        stream = Stream(port, after=quote(after), headers=headers)
        assert (stream.status == 200) == (code == "")
        assert not code or stream.error()["error"] == code
        stream.close()


def test_a_visitor_learns_nothing_from_the_places_of_what_happens_to_others(port: int) -> None:
    """Whether anything was written in between, or nothing at all, looks the same."""
    name, headers = visitor()
    places = []
    for others in (0, 0, 5):
        for number in range(others):
            say(number, "agent:1")
        stream = Stream(port, headers=headers)
        kind, ready = stream.next()
        assert (kind, ready["cursor"]) == ("ready", stream.cursor)
        places.append(stream.cursor)
        say(1, f"visitor:{name}")
        _, told = stream.next()
        assert told["id"] == stream.cursor
        places.append(stream.cursor)
        stream.close()
    assert len({len(place) for place in places}) == 1
    assert len(set(places)) == len(places)
    assert not [place for place in places if FORM.fullmatch(place)]
    assert opened(places[0], visitor=name) < opened(places[1], visitor=name) <= opened(places[2], visitor=name)


def test_wrong_expired_and_missing_tokens_are_refused_clearly(port: int) -> None:
    old = visitors.issue(visitor="x", account=1, signed_id="", now=datetime.now(UTC) - timedelta(days=2))
    for token, code in (("forged", "token_unknown"), (old + "x", "token_unknown"), (old, "token_expired")):
        refused = Stream(port, headers={"Authorization": f"Bearer {token}"})
        assert (refused.status, refused.error()["error"]) == (401, code)
    assert Stream(port, headers={"Origin": ORIGIN}).status == 401


def test_a_foreign_page_gets_no_stream_with_somebodys_cookie(port: int) -> None:
    _, headers = agent_signed_in()
    for origin in ("https://evil.example", "null", ORIGIN + ".evil.example", ORIGIN + "0"):
        refused = Stream(port, headers={**headers, "Origin": origin})
        assert refused.status == 403
        assert refused.response.getheader("access-control-allow-origin") is None
    del headers["Origin"]
    assert Stream(port, headers=headers).status == 403
    same = Stream(port, headers={**headers, "Sec-Fetch-Site": "same-origin"})
    assert same.status == 200
    same.close()


def test_too_many_windows_of_one_visitor_are_refused(port: int) -> None:
    _, headers = visitor()
    streams = [Stream(port, headers=headers) for _ in range(6)]
    assert all(one.status == 200 for one in streams)
    assert Stream(port, headers=headers).status == 429
    for one in streams:
        one.close()


def test_who_was_away_too_long_is_told_to_load_anew(port: int) -> None:
    name, headers = visitor()
    stream = Stream(port, headers=headers)
    stream.next()
    cursor = stream.cursor
    stream.close()
    with connection.cursor() as rows:
        rows.execute(
            "INSERT INTO events_event (kind, at, data, audience)"
            " SELECT 'x', now(), '{}', '{}' FROM generate_series(1, 20100)"
        )
    again = Stream(port, after=cursor, headers=headers)
    assert [again.next()[0] for _ in range(2)] == ["ready", "resync"]
    say(1, f"visitor:{name}")
    assert again.next()[0] == "message.added"
    again.close()


def test_the_stream_goes_on_after_its_database_connections_were_ended(port: int) -> None:
    name, headers = visitor()
    stream = Stream(port, headers=headers)
    stream.next()
    connection.ensure_connection()
    with psycopg.connect(address_of(), autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid NOT IN (pg_backend_pid(), %s)",
            [connection.connection.info.backend_pid],
        )
        insert(other, 9, f"visitor:{name}")
    assert stream.next()[1]["interaction"] == 9
    stream.close()
