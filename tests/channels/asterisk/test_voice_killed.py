"""`fanal voice` is killed amid calls: talks go on, and when it is back the rows say what the exchange has."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from fanal.agents.models import PhoneKind, PhoneLine
from fanal.benches.telephones import Telephones
from fanal.channels.asterisk.ari import Address, Orders, path_of
from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.environment import environment
from fanal.interactions.models import Interaction, Leg, Segment
from fanal.routing import acd
from fanal.routing.models import QueueEntry
from fanal.running import pbx
from fanal.running.pbx.callers import Callers
from fanal.running.pbx.configuration import Pbx
from fanal.running.pbx.configuration.programs import ARI_USER
from fanal.running.pbx.installation import secret_of
from tests.channels.asterisk.conftest import exchange_in
from tests.channels.asterisk.phones import SIPP
from tests.routing_world import agent, queue
from tests.servers import address_of, free_ports, until

pytestmark = [pytest.mark.timeout(240), pytest.mark.django_db(transaction=True)]
NUMBER = "+4780012345"
AGENTS, CALLS, PER_S, STAYS = 8, 60, 2.0, 7.0
AGREES_WITHIN, STARTS_WITHIN = 10, 20  # seconds; on a busy machine
ON_ITS_WAY = timedelta(seconds=3)
"""What has happened since then may not have been told or carried out yet."""


@pytest.fixture
def connected(local: pbx.Local, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pbx]:
    """A PBX that knows this installation's secret, as `bin/pbx` makes it."""
    if SIPP is None:
        pytest.skip("NOT TESTED: there is no SIPp on this machine (Debian's package sip-tester)")
    asked = replace(exchange_in(local, tmp_path_factory.mktemp("pbx"), at=52000), secret=secret_of(environment))
    pbx.start(local, asked)
    yield asked
    pbx.stop(local, asked)


@pytest.fixture
def orders(connected: Pbx) -> Iterator[Orders]:
    orders = Orders(
        Address(url=f"ws://127.0.0.1:{connected.http_port}", user=ARI_USER, secret=connected.secret), "tests", lines=1
    )
    yield orders
    orders.close()


def voice(connected: Pbx) -> "subprocess.Popen[bytes]":
    env = {
        **os.environ,
        "DATABASE_URL": address_of(connection.settings_dict["NAME"]),
        "FANAL_PBX_URL": f"ws://127.0.0.1:{connected.http_port}",
        "FANAL_SECRET": environment.secret_key,
    }
    return subprocess.Popen([sys.executable, "-m", "fanal", "voice"], env=env, stdin=subprocess.DEVNULL)


@contextmanager
def matching() -> Iterator[None]:
    stop = threading.Event()

    def match() -> None:
        try:
            acd.run(stop)
        finally:
            connection.close()

    thread = threading.Thread(target=match)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(20)


def disagree(orders: Orders) -> set[str]:
    """Lines that only one side knows, but for what is on its way."""
    since = timezone.now() - ON_ITS_WAY
    channels = {
        one["id"]: datetime.fromisoformat(one["creationtime"]) for one in orders.ask("GET", path_of("channels"))
    }
    legs = dict(Leg.objects.filter(ended_at=None).values_list("line", "began_at"))
    return {line for line in channels.keys() ^ legs.keys() if (channels.get(line) or legs[line]) < since}


def test_killed_amid_calls_it_comes_back_and_both_sides_agree(connected: Pbx, orders: Orders, tmp_path: Path) -> None:
    calls = queue("calls", wrap_up_seconds=1)
    ChannelAccount.objects.create(
        kind=ChannelKind.VOICE, code="phone", name="Phone", address=NUMBER,
        settings={"queue": calls.code, "region": "NO"},
    )  # fmt: skip
    port, media_port = free_ports(2)
    for number in range(AGENTS):
        one = agent(capacity={"voice": 1}, available_at=timezone.now())
        PhoneLine.objects.create(
            agent=one, kind=PhoneKind.DESK, name=f"L-killed{number:07}", address=f"sip:desk{number}@127.0.0.1:{port}",
            issued_at=timezone.now(),
        )  # fmt: skip
    callers = Callers(
        folder=tmp_path, pbx_port=connected.sip_port, port=connected.trunks[0].port,
        numbers=[f"+4790{n:06}" for n in range(CALLS)],
    )  # fmt: skip
    running, lost = voice(connected), list[str]()
    try:
        with Telephones(port=port, media_port=media_port, lifted_after=0.3), matching():
            until(lambda: PhoneLine.objects.reachable().count() == AGENTS, seconds=60)
            with callers.calling(NUMBER, calls=CALLS, per_s=PER_S, seconds=STAYS, media=False) as calling:
                for _ in range(3):
                    time.sleep(4)
                    running.send_signal(signal.SIGKILL)
                    running.wait(10)
                    lost += [one["id"] for one in orders.ask("GET", path_of("channels")) if one["state"] == "Up"]
                    running = voice(connected)
                    until(lambda: not disagree(orders), seconds=STARTS_WITHIN + AGREES_WITHIN)
                seen = calling.wait()
            until(lambda: orders.ask("GET", path_of("channels")) == [], seconds=30)
            until(lambda: not Leg.objects.filter(ended_at=None).exists(), seconds=30)
            until(lambda: not Interaction.objects.filter(ended_at=None).exists(), seconds=30)
    finally:
        running.terminate()
        running.wait(20)
    assert lost, "there were calls to lose"
    assert not [call for call in seen if call.theirs], "nobody who was taken was cut off"
    assert not [call for call in seen if call.failed], "who called meanwhile was told so, or served"
    assert any(200 in call.told for call in seen)  # the others were told that nobody takes calls
    assert not Segment.objects.filter(ended_at=None).exists()
    assert not QueueEntry.objects.filter(left_at=None).exists()
    taken = Interaction.objects.filter(channel=ChannelKind.VOICE)
    assert taken.count() == len(set(taken.values_list("thread", flat=True)))
    assert {leg.line for leg in Leg.objects.filter(kind="customer")} == set(taken.values_list("thread", flat=True))
