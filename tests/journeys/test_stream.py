"""The event stream as browsers have it: real processes, real transactions, real cuts."""

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from fanal.agents.models import Agent, Permission, Role
from fanal.api import visitors
from fanal.channels.models import ChannelAccount
from fanal.environment import environment
from fanal.events.actions import hint, publish

ORIGIN = environment.origin


def database_url() -> str:
    of = settings.DATABASES["default"]
    return (
        f"postgresql://{of['USER']}:{of['PASSWORD']}@/{connection.settings_dict['NAME']}?host={quote(of['HOST'])}"
        + (f"&port={of['PORT']}" if of["PORT"] else "")
    )


@pytest.fixture(scope="module", autouse=True)
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """What these tests write is really committed, and emptied once at the end."""
    name = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        ours = not name.startswith("test_")  # no other test of this run asked for a database
        if ours:
            connection.creation.create_test_db(verbosity=0, autoclobber=True)
        yield
        if ours:
            connection.creation.destroy_test_db(name, verbosity=0)
        else:
            call_command("flush", interactive=False, verbosity=0)
            connection.close()


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    while Stream.opened:
        Stream.opened.pop().close()


@pytest.fixture(scope="module")
def port(committed: None) -> Iterator[int]:
    """A real stream process on a free port, ended by its id."""
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "fanal.asgi:application", "--port", str(number), "--lifespan", "off",
         "--log-level", "warning", "--timeout-graceful-shutdown", "1"],
        env={**os.environ, "DATABASE_URL": database_url()},
    )  # fmt: skip
    try:
        for _ in range(200):
            try:
                with socket.create_connection(("127.0.0.1", number), 1):
                    break
            except OSError:
                time.sleep(0.05)
        yield number
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


class Stream:
    """A browser's end of the stream, reading event by event."""

    opened: ClassVar[list["Stream"]] = []

    def __init__(self, port: int, *, after: str = "", headers: dict[str, str] | None = None) -> None:
        self.opened.append(self)
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        self.connection.request("GET", f"/live?after={after}", headers=headers or {})
        self.response = self.connection.getresponse()
        self.status = self.response.status
        self.cursor = after

    def next(self) -> tuple[str, dict[str, object]] | None:
        """The next event, None at the end of the stream."""
        kind, data, place = "", "", ""
        while line := self.response.readline().decode():
            name, _, value = line.rstrip("\n").partition(": ")
            match name:
                case "event":
                    kind = value
                case "data":
                    data = value
                case "id":
                    place = value
            if line == "\n" and kind:
                self.cursor = place or self.cursor
                return kind, json.loads(data)
        return None

    def until(self, kind: str, *, within: float = 5) -> list[tuple[str, dict[str, object]]]:
        """Every event up to and including the first of this kind."""
        deadline, got = time.monotonic() + within, []
        while time.monotonic() < deadline and (came := self.next()):
            got.append(came)
            if came[0] == kind:
                return got
        raise AssertionError(f"no {kind} within {within} s, only {got}")

    def error(self) -> dict[str, str]:
        return json.loads(self.response.read())

    def close(self) -> None:
        self.response.close()
        self.connection.close()


def agent_signed_in(*permissions: Permission) -> tuple[Agent, dict[str, str]]:
    name = visitors.fresh_id()
    role = Role.objects.create(code=name, name="R", permissions=list(permissions))
    agent = Agent.objects.create_user(f"{name}@example.org", "secret", name="One", role=role)
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(agent.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = agent.get_session_auth_hash()
    session.create()
    return agent, {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session.session_key}", "Origin": ORIGIN}


def chat() -> int:
    account, _ = ChannelAccount.objects.get_or_create(code="stream", defaults={"kind": "webchat", "name": "Chat"})
    return account.pk


def visitor(**changes: object) -> tuple[str, dict[str, str]]:
    name = visitors.fresh_id()
    token = visitors.issue(visitor=name, account=chat(), signed_id="", now=datetime.now(UTC), **changes)
    return name, {"Authorization": f"Bearer {token}"}


def say(number: int, audience: str, kind: str = "message.added") -> None:
    publish(kind=kind, data={"interaction": number}, audience=[audience], now=datetime.now(UTC))


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
    with psycopg.connect(database_url()) as first, psycopg.connect(database_url()) as second:
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
    _, headers = visitor()
    stream = Stream(port, after=quote(after), headers=headers)
    assert stream.status == status
    assert stream.error()["error"] == code


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
    with psycopg.connect(database_url(), autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid NOT IN (pg_backend_pid(), %s)",
            [connection.connection.info.backend_pid],
        )
        insert(other, 9, f"visitor:{name}")
    assert stream.next()[1]["interaction"] == 9
    stream.close()
