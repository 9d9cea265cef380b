"""The demo's history keeps everything fanal promises of its data."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from django.db.models import Count

from fanal.cases.alike import alike, matter_of
from fanal.cases.models import Case, CaseState, Notice
from fanal.clocks import actions as clocks
from fanal.clocks.models import Clock
from fanal.demo.dialogues import dialogue
from fanal.demo.history.shifts import Worker, plan
from fanal.demo.loading import NotEmpty, load
from fanal.escalation import actions as escalation
from fanal.escalation.models import Escalation
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


def test_the_company_begins_with_a_normal_working_day(history: None) -> None:
    """A handful waits, a few are late: what was opened long ago was settled, or handed on in its own time."""
    while clocks.follow():
        pass
    clocks.foresee(now=NOW)
    while escalation.follow() or escalation.sweep():
        pass
    while escalation.act_on_due(now=NOW):
        pass
    opened = Case.objects.exclude(state=CaseState.SETTLED).filter(withdrawn_at=None)
    late = {clock.case_id: clock.due_at for clock in Clock.objects.filter(ended_at=None, due_at__lt=NOW)}
    waiting = QueueEntry.objects.filter(state="waiting").count()
    assert opened.count() >= 8, "there is something to do"
    assert Clock.objects.filter(ended_at=None, due_at__gt=NOW).count() >= 5, "and time to do it"
    assert waiting <= 8
    assert QueueEntry.objects.filter(state="waiting", queue__tier__code="second", case__owner__isnull=False).exists()
    assert 1 <= len(late) <= 6
    soon = Clock.objects.filter(ended_at=None, due_at__gt=NOW, due_at__lt=NOW + timedelta(hours=4))
    assert soon.exists(), "a promise that is nearly over"
    today = opened.filter(holding__kind="device", opened_at__gt=NOW - timedelta(hours=4))
    of_one = Counter(today.values_list("holding__product", flat=True)).most_common(1)[0]
    assert of_one[1] >= 3, "three that are alike"
    one = today.filter(holding__product=of_one[0]).latest("opened_at")
    assert len(alike(matter_of(one), among=opened, but=one.pk, now=NOW)) >= 2
    assert all(due > NOW - timedelta(days=3) for due in late.values()), "nobody was forgotten"
    assert Notice.objects.count() <= 12
    assert Escalation.objects.count() <= 8
