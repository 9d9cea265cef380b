"""Played visitors come in through the widget's interface, and robots answer them."""

import asyncio
import threading
from collections import Counter
from random import Random

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer
from typer.testing import CliRunner

from fanal.channels.models import RawEvent
from fanal.demo import traffic
from fanal.demo.loading import load
from fanal.demo.playing.customers import roles
from fanal.demo.traffic import Course, play
from fanal.environment import environment
from fanal.interactions.models import Interaction, Message
from fanal.running import program
from tests.servers import free_ports


@pytest.fixture
def company(transactional_db: None) -> None:
    load(people=150, days=1, seed=5, now=timezone.now())


def test_visitors_come_through_the_doors_repeat_themselves_and_all_go_in_the_end(
    company: None, live_server: LiveServer
) -> None:
    begun = RawEvent.objects.filter(state="processed", kind="contact")
    before, said, came = Interaction.objects.count(), Message.objects.count(), begun.count()
    tally: Counter[str] = Counter()
    drawn = roles(Random(4), number=8)
    course = Course(rate=300, minutes=0.03, hurry=0.05)
    # In a thread of its own: Django does not let the database be asked where an event loop runs.
    player = threading.Thread(
        target=lambda: asyncio.run(play(course=course, roles=drawn, url=live_server.url, rng=Random(4), tally=tally))
    )
    player.start()
    player.join(timeout=60)
    assert not player.is_alive()

    assert tally["visitors"] >= 3, tally
    assert not [what for what in tally if what.startswith(("refused", "no connection"))], tally
    assert Interaction.objects.count() - before == tally["visitors"]
    assert Message.objects.count() - said == tally["messages"]
    assert not Interaction.objects.filter(ended_at=None).exists()
    assert begun.count() - came == tally["visitors"]


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        ([], "http://127.0.0.1:8000"),
        (["--port", "9321"], "http://127.0.0.1:9321"),
        (["--url", "https://shop.example", "--port", "9"], "https://shop.example"),
    ],
)
def test_customers_go_where_the_command_says(
    company: None, monkeypatch: pytest.MonkeyPatch, arguments: list[str], where: str
) -> None:
    asked: list[str] = []

    async def only_look(*, url: str, **_: object) -> None:
        asked.append(url)

    monkeypatch.setattr(traffic, "play", only_look)
    monkeypatch.setattr(program, "begin", lambda: None)
    monkeypatch.setattr(environment, "port", 8000)
    assert CliRunner().invoke(traffic.app, arguments).exit_code == 0
    assert asked == [where]


def test_the_command_says_at_once_that_nobody_answers(company: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "begin", lambda: None)
    [port] = free_ports(1)
    ended = CliRunner().invoke(traffic.app, ["--port", str(port)])
    assert ended.exit_code == 1
    assert f"Nobody answers at http://127.0.0.1:{port}" in ended.output


def test_roles_are_drawn_alike_for_a_seed_and_spare_the_people_of_the_tour(company: None) -> None:
    assert roles(Random(1), number=20) == roles(Random(1), number=20)
    from fanal.demo import cast

    names = {player.name for player in cast.PLAYERS}
    assert not names & {role.given.get("name") for role in roles(Random(2), number=60)}


def test_calls_without_a_pbx_of_this_installation_are_refused_with_what_to_do(company: None) -> None:
    told = CliRunner().invoke(traffic.app, ["--voice", "6", "--minutes", "0.1", "--mail", "no"])
    assert told.exit_code == 1
    assert "bin/pbx" in told.output or "sip-tester" in told.output
