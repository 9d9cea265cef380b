"""The lines to a real Asterisk: what happens is told once, what is asked is answered, and what is cut says so."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from fanal.channels.asterisk.ari import Address, Cut, Declined, Events, Orders, path_of
from fanal.running import pbx
from fanal.running.pbx.configuration import Pbx
from fanal.running.pbx.configuration.dialplan import APP
from fanal.running.pbx.configuration.programs import ARI_USER
from tests.channels.asterisk.conftest import SECRET, exchange_in
from tests.channels.asterisk.phones import Caller, answered_at_once
from tests.servers import until

pytestmark = pytest.mark.timeout(120)


def first(events: Events, kind: str) -> dict[str, Any]:
    return next(one for one in events if one["type"] == kind)


def test_a_call_from_the_trunk_is_told_answered_and_ends(exchange: Pbx, address: Address, caller: Caller) -> None:
    events, orders = Events(address, APP), Orders(address, APP)
    try:
        with caller.calls("+4780012345", of="+4722334455", seconds=0.5) as phone:
            begun = first(events, "StasisStart")
            assert begun["args"] == ["in", "+4780012345", "carrier"]
            assert begun["channel"]["caller"]["number"] == "+4722334455"
            channel = begun["channel"]["id"]
            orders.ask("POST", path_of("applications", APP, "subscription"), {"eventSource": f"channel:{channel}"})
            orders.ask("POST", path_of("channels", channel, "answer"))
            since = [one["type"] for one in _until(events, "ChannelDestroyed")]
            assert "StasisStart" not in since, "it came to us once"
            assert phone.wait(20) == 0, caller.errors()
        with pytest.raises(Declined) as gone:
            orders.ask("GET", path_of("channels", channel))
        assert gone.value.status == 404
    finally:
        events.close()
        orders.close()


def test_many_threads_ask_at_once_and_each_gets_its_own_answer(address: Address) -> None:
    orders = Orders(address, APP, lines=3)
    try:
        with ThreadPoolExecutor(12) as threads:
            made = list(
                threads.map(
                    lambda n: orders.ask("POST", path_of("bridges", f"b {n}/é"), {"type": "mixing"})["id"], range(60)
                )
            )
        assert made == [f"b {n}/é" for n in range(60)]
        for name in made:
            orders.ask("DELETE", path_of("bridges", name))
        until(lambda: orders.ask("GET", path_of("bridges")) == [])
    finally:
        orders.close()


def test_a_line_that_ends_says_so_and_the_next_question_connects_anew(local: pbx.Local, tmp_path: Path) -> None:
    asked = exchange_in(local, tmp_path, at=50000)
    pbx.start(local, asked)
    address = Address(url=f"ws://127.0.0.1:{asked.http_port}", user=ARI_USER, secret=SECRET)
    try:
        events, orders = Events(address, APP), Orders(address, APP, lines=1)
        before = orders.ask("GET", path_of("asterisk", "info"))["status"]["startup_time"]
        assert pbx.stop(local, asked)
        with pytest.raises(Cut):
            list(events)
        with pytest.raises(Cut):
            orders.ask("GET", path_of("channels"))
        with pytest.raises(Cut):
            Events(address, APP)
        time.sleep(1)  # its beginning is told in whole seconds
        pbx.start(local, asked)
        assert orders.ask("GET", path_of("asterisk", "info"))["status"]["startup_time"] != before
        orders.close()
    finally:
        pbx.stop(local, asked)


def test_a_wrong_secret_and_a_plain_line_to_another_machine_are_refused(address: Address, exchange: Pbx) -> None:
    with pytest.raises(Cut, match="401"):
        Events(Address(url=address.url, user=ARI_USER, secret="another-secret-of-the-tests"), APP)
    for url in ("ws://192.0.2.1:8088", "http://127.0.0.1:8088", "wss://"):
        with pytest.raises(ValueError, match="wss://"):
            Address(url=url, user=ARI_USER, secret=SECRET)


def test_while_nobody_takes_calls_the_carrier_is_told_to_try_elsewhere(exchange: Pbx) -> None:
    assert (
        answered_at_once("INVITE", "+4780012345", pbx_port=exchange.sip_port, port=exchange.trunks[0].port)[-1] == 503
    )


@pytest.mark.parametrize("method", ["INVITE", "REGISTER", "SUBSCRIBE", "MESSAGE"])
def test_whoever_is_not_the_trunk_is_let_in_nowhere(method: str, exchange: Pbx, address: Address) -> None:
    events = Events(address, APP)
    heard: list[dict[str, Any]] = []
    listening = threading.Thread(target=lambda: heard.extend(_until_cut(events)), daemon=True)
    listening.start()
    answer = answered_at_once(method, "+4780012345", pbx_port=exchange.sip_port)
    events.close()
    listening.join(10)
    assert answer[-1:] in ([401], [489], [405], [])
    assert [one for one in heard if one["type"] == "StasisStart"] == []


def _until(events: Events, kind: str) -> Iterator[dict[str, Any]]:
    for one in events:
        yield one
        if one["type"] == kind:
            return


def _until_cut(events: Events) -> list[dict[str, Any]]:
    heard = []
    try:
        for one in events:
            heard.append(one)
    except Cut:
        pass
    return heard
