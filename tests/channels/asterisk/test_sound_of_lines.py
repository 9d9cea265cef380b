"""How the lines of a talk sound: asked of a real Asterisk while they live, shown to whoever talks or reads it later."""

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from fanal.events.models import Event
from fanal.intake.voice import measuring
from fanal.intake.voice.room import Room
from fanal.interactions import actions as interactions
from fanal.interactions.models import Leg, LegKind, LineQuality, Segment, Way
from fanal.interactions.rules.quality import Measured
from tests import servers
from tests.channels.asterisk.phones import Caller, Telephone
from tests.channels.asterisk.test_room import OURS, THEIRS, call, nobody_calls_yet, number, room, telephone
from tests.channels.asterisk.voices import says
from tests.routing_world import agent

__all__ = ["nobody_calls_yet", "number", "room", "telephone"]
pytestmark = [pytest.mark.timeout(240), pytest.mark.django_db(transaction=True)]
until = partial(servers.until, seconds=60)


def test_the_lines_of_a_talk_without_a_browser_are_measured_while_it_lasts(
    monkeypatch: pytest.MonkeyPatch, room: Room, caller: Caller, telephone: Telephone, tmp_path: Path
) -> None:
    monkeypatch.setattr(measuring, "FIRST", 2.0)
    monkeypatch.setattr(measuring, "EVERY", 3.0)
    agent(capacity={"voice": 1}, available_at=timezone.now())
    voices = [says(tmp_path / f"{who}.al", [600.0] * 60) for who in ("caller", "agent")]
    with (
        telephone.there(says=voices[1]),
        caller.calls(OURS, of=THEIRS, seconds=20, says=voices[0]) as calling,
    ):
        until(lambda: LineQuality.objects.filter(way=Way.COMES, leg__kind=LegKind.CUSTOMER, seconds__gt=4).exists())
        until(lambda: LineQuality.objects.filter(way=Way.COMES, leg__kind=LegKind.AGENT).exists())
        assert calling.wait(60) == 0, caller.errors()
    until(lambda: call().ended_at)
    talk = Segment.objects.get(interaction=call(), agent__isnull=False)
    for row in LineQuality.objects.filter(way=Way.COMES):
        assert (row.segment_id, row.poor_since) == (talk.pk, None)
        assert row.mos > 4
        assert row.loss < 0.05
        assert row.jitter < 0.1, "Asterisk tells seconds"
    assert not Event.objects.filter(kind="leg.sounds").exists()
    page = Client()
    page.force_login(talk.agent, backend="fanal.desk.accounts.backend.AgentBackend")
    shown = page.get(f"/interactions/{call().pk}/lines/").content.decode()
    assert "Sound of the call: <b>Good</b>" in shown
    assert "from the customer" in shown


def test_a_poor_line_is_said_to_whoever_talks_until_it_is_well_again(
    room: Room, caller: Caller, telephone: Telephone
) -> None:
    robin = agent(capacity={"voice": 1}, available_at=timezone.now())
    with telephone.there(), caller.calls(OURS, of=THEIRS, seconds=60):
        until(lambda: Segment.objects.filter(agent=robin, ended_at=None).exists())
        until(lambda: Leg.objects.filter(agent=robin, answered_at__isnull=False).exists())
        talk = Segment.objects.get(agent=robin)
        leg = Leg.objects.get(kind=LegKind.CUSTOMER)
        page = Client()
        page.force_login(robin, backend="fanal.desk.accounts.backend.AgentBackend")
        for loss, says_so in ((0.0, False), (0.3, True), (0.3, True), (0.0, False)):
            interactions.note_line_quality(
                segment=talk.pk, leg=leg, way=Way.COMES, now=timezone.now() + timedelta(seconds=1),
                measured=Measured(seconds=10, loss=loss, jitter=0, round_trip=0),
            )  # fmt: skip
            strip = page.get(f"/interactions/{call().pk}/call/").content.decode()
            assert ("hard to understand" in strip) == says_so
    told = [event.data["poor"] for event in Event.objects.filter(kind="leg.sounds").order_by("pk")]
    assert told == [True, False]
