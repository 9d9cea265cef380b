"""What the server gives a phone in the browser: its line to its own sign-in alone, and a place for what it measures."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from deno import find_deno_bin
from django.test import Client
from django.utils import timezone

from fanal.agents.actions import enter_desk_phone
from fanal.agents.models import Agent, PhoneLine
from fanal.environment import Environment, environment
from fanal.events.models import Event
from fanal.interactions.models import Segment, SegmentQuality
from fanal.interactions.rules.quality import Measured, mos
from fanal.routing.models import Offer
from tests.office.everything import a_world
from tests.people import an_agent

BACKEND = "fanal.desk.accounts.backend.AgentBackend"
URL = "wss://pbx.example.org:8089/ws"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def exchange(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(environment, "pbx_public_url", URL)
    return URL


def browser_of(agent: Agent, **more: Any) -> Client:
    client = Client(**more)
    client.force_login(agent, backend=BACKEND)
    return client


@pytest.mark.django_db
def test_a_signed_in_agent_gets_the_line_of_this_sign_in_and_nothing_keeps_its_secret(
    exchange: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    agent = an_agent()
    client = browser_of(agent)
    answer = client.post("/phone/line/")
    told = answer.json()
    line = PhoneLine.objects.get()
    assert told == {"line": line.pk, "name": line.name, "secret": told["secret"], "url": exchange, "relays": []}
    assert "no-store" in answer.headers["Cache-Control"]
    assert client.post("/phone/line/").json() == told
    page = client.get("/").content.decode()
    assert (told["secret"] in page, told["name"] in page) == (False, False)
    assert told["secret"] not in caplog.text
    assert not any(told["secret"] in str(row) for rows in (Event, PhoneLine) for row in rows.objects.values())


@pytest.mark.django_db
def test_the_line_is_asked_for_by_our_own_page_alone(exchange: str) -> None:
    client = browser_of(an_agent(), enforce_csrf_checks=True)
    assert client.post("/phone/line/").status_code == 403
    assert client.get("/phone/line/").status_code == 405
    assert not PhoneLine.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("who", "code"), [("silent", "rights"), ("at a desk phone", "desk"), ("second", "elsewhere")])
def test_who_has_no_phone_here_is_told_why(who: str, code: str, exchange: str) -> None:
    agent = an_agent(capacity={"webchat": 3} if who == "silent" else {"voice": 1})
    match who:
        case "at a desk phone":
            enter_desk_phone(agent=agent, address="sip:1@192.0.2.7", by=agent, now=timezone.now())
        case "second":
            assert browser_of(agent).post("/phone/line/").status_code == 200
    client = browser_of(agent)
    answer = client.post("/phone/line/")
    assert (answer.status_code, answer.json()) == (409, {"code": code})
    assert client.post("/phone/line/", {"take": "1"}).status_code == (200 if who == "second" else 409)


@pytest.mark.django_db
def test_without_a_pbx_there_is_no_phone_and_no_page_may_use_a_microphone() -> None:
    client = browser_of(an_agent())
    answer = client.get("/")
    assert 'id="phone"' not in answer.content.decode()
    assert "microphone=()" in answer.headers["Permissions-Policy"]
    assert "ws" not in answer.headers["Content-Security-Policy"]
    assert client.post("/phone/line/").json() == {"code": "off"}
    assert not PhoneLine.objects.exists()


@pytest.mark.django_db
def test_with_one_a_page_may_connect_to_it_and_to_nothing_more(exchange: str) -> None:
    client = browser_of(an_agent())
    plain = client.get("/").headers["Content-Security-Policy"].split("connect-src ")[1].split(";")[0].split()
    assert plain[0] == "'self'"
    assert plain[2:] == ["wss://pbx.example.org:8089"]
    assert "microphone=(self)" in client.get("/").headers["Permissions-Policy"]
    assert 'id="phone"' in client.get("/").content.decode()
    assert 'id="phone"' not in browser_of(an_agent(capacity={})).get("/").content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        "ws://pbx.example.org/ws",
        "https://pbx.example.org",
        "wss://",
        "wss://pbx.example.org; script-src *",
        "wss://pbx.example.org *",
        "pbx.example.org",
    ],
)
def test_the_secret_of_a_line_never_goes_over_an_open_line_to_another_machine(wrong: str) -> None:
    with pytest.raises(ValueError, match="wss://"):
        Environment(pbx_public_url=wrong, secret="of the tests")
    assert Environment(pbx_public_url="ws://127.0.0.1:8088/ws", secret="s").pbx_origin == "ws://127.0.0.1:8088"


def a_call() -> tuple[Agent, Offer]:
    """Somebody's talk, and the offer that brought it."""
    world = a_world()
    offer = Offer.objects.get()
    offer.segment = Segment.objects.get(agent=world.owner)
    offer.save()
    return world.owner, offer


def sample(**more: Any) -> dict[str, Any]:
    return {"seconds": 10, "loss": 0.01, "jitter": 0.004, "round_trip": 0.06} | more


@pytest.mark.django_db
def test_what_a_phone_measures_is_added_up_over_the_segment() -> None:
    owner, offer = a_call()
    client, address = browser_of(owner), f"/offers/{offer.pk}/quality/"
    assert client.post(address, sample()).status_code == 204
    assert client.post(address, sample(seconds=30, loss=0.09)).status_code == 204
    row = SegmentQuality.objects.get(segment=offer.segment)
    assert (row.seconds, round(row.loss, 4), round(row.jitter, 4)) == (40, 0.07, 0.004)
    good = mos(Measured(seconds=10, loss=0.01, jitter=0.004, round_trip=0.06))
    bad = mos(Measured(seconds=30, loss=0.09, jitter=0.004, round_trip=0.06))
    assert (round(row.mos, 4), row.worst_mos) == (round((10 * good + 30 * bad) / 40, 4), bad)


@pytest.mark.django_db
def test_nobody_measures_what_is_somebody_elses_and_nothing_impossible_is_kept() -> None:
    owner, offer = a_call()
    address = f"/offers/{offer.pk}/quality/"
    assert browser_of(an_agent()).post(address, sample()).status_code == 404
    for wrong in ({"loss": 2}, {"loss": "nan"}, {"jitter": -1}, {"seconds": 0}, {"seconds": "inf"}, {"round_trip": ""}):
        assert browser_of(owner).post(address, sample(**wrong)).status_code == 400
    assert browser_of(owner).post(address, {"seconds": 5}).status_code == 400
    assert not SegmentQuality.objects.exists()


@pytest.mark.parametrize(
    ("loss", "jitter", "round_trip", "least", "most"),
    [
        (0, 0, 0, 4.38, 4.42),  # as good as a telephone is
        (0, 0.005, 0.05, 4.3, 4.42),
        (0.01, 0.005, 0.05, 4.2, 4.4),
        (0.05, 0.01, 0.1, 3.4, 3.9),
        (0, 0, 0.6, 3.4, 3.9),  # a satellite
        (0.2, 0.03, 0.3, 1.5, 2.6),
        (1, 1, 5, 1, 1),
    ],
)
def test_the_score_falls_with_loss_and_delay(
    loss: float, jitter: float, round_trip: float, least: float, most: float
) -> None:
    assert least <= mos(Measured(seconds=5, loss=loss, jitter=jitter, round_trip=round_trip)) <= most


def test_the_phone_shows_the_score_that_is_kept() -> None:
    tried = [
        {"loss": loss, "jitter": jitter, "roundTrip": round_trip}
        for loss in (0, 0.003, 0.02, 0.3)
        for jitter in (0, 0.002, 0.05)
        for round_trip in (0, 0.04, 0.3, 2)
    ]
    script = (
        f'import {{ mos }} from "./assets/phone/quality.ts"; console.log(JSON.stringify({json.dumps(tried)}.map(mos)));'
    )
    shown = subprocess.run(
        [find_deno_bin(), "eval", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    ).stdout
    kept = [
        mos(Measured(seconds=5, loss=one["loss"], jitter=one["jitter"], round_trip=one["roundTrip"])) for one in tried
    ]
    assert json.loads(shown) == pytest.approx(kept)
