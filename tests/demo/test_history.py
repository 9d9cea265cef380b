"""The demo's history keeps everything fanal promises of its data."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from django.db.models import Count

from fanal.cases.models import Case, CaseState
from fanal.demo.dialogues import dialogue
from fanal.demo.history.shifts import Worker, plan
from fanal.demo.loading import NotEmpty, load
from fanal.events.models import Event
from fanal.interactions.models import Interaction, Message
from fanal.kpis.actions import recompute
from fanal.kpis.models import QueueStay
from fanal.routing.models import Offer, QueueEntry, Transfer
from fanal.running.verify import verify
from tests.day import fold_all

NOW = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)


@pytest.fixture
def history(transactional_db: None) -> None:
    load(people=600, days=8, seed=7, now=NOW)
    fold_all()


def test_the_history_keeps_every_invariant_and_holds_everything_there_is_to_see(history: None) -> None:
    broken = {verdict.invariant.name: verdict.first for verdict in verify() if not verdict.holds}
    assert broken == {}

    contacts = Interaction.objects.all()
    assert not contacts.filter(ended_at=None).exists()
    assert not contacts.filter(started_at__gt=NOW).exists()
    assert set(contacts.values_list("recognition", flat=True)) == {"known", "ambiguous", "unknown"}
    assert set(contacts.values_list("language", flat=True)) == {"en", "fr", "ru", "ar"}
    assert set(contacts.values_list("end_reason", flat=True)) == {"agent", "customer", "abandoned", "closed"}
    assert contacts.annotate(matters=Count("topics__case", distinct=True)).filter(matters=5).exists()
    assert set(Case.objects.values_list("state", flat=True)) >= {CaseState.OPEN, CaseState.SETTLED}
    assert Case.objects.filter(reopened_count__gt=0).exists()
    assert set(Offer.objects.values_list("state", flat=True)) == {"accepted", "declined", "expired", "withdrawn"}
    assert Transfer.objects.exists()

    # The figures: every stay is told by its events, a day computed again is the same day.
    assert QueueStay.objects.count() == QueueEntry.objects.count()
    answered = QueueEntry.objects.filter(state="answered").count()
    assert 0.8 < answered / QueueEntry.objects.count() < 0.99
    assert recompute(day=NOW - timedelta(days=2), now=NOW) == []
    assert not Message.objects.filter(text__startswith=">").exists()

    # What happened is in the order in which it happened.
    moments = list(Event.objects.exclude(kind="config.changed").order_by("id").values_list("at", flat=True))
    assert moments == sorted(moments)

    with pytest.raises(NotEmpty):
        load(people=100, days=1, now=NOW)


@pytest.mark.parametrize("language", ["en", "fr", "ru", "ar"])
def test_both_sides_speak_in_every_dialogue(language: str) -> None:
    for matter in ("whereabouts", "balance", "fault", "complaint"):
        lines = dialogue(matter, language)
        assert lines[0].by_customer
        assert not all(line.by_customer for line in lines)


def test_the_stretches_of_a_shift_follow_each_other_whatever_the_dice_say() -> None:
    for seed in range(300):
        worker = Worker(id=1, name="A", team=1, role="agent", shift="day", skills={}, hands=[NOW])
        plan([worker], first=NOW.date() - timedelta(days=9), days=9, until=NOW, rng=Random(seed))
        for one, following in pairwise(worker.stretches):
            assert one.start < one.end <= following.start, seed
