"""How calls sounded is a figure of talks: what was measured, what was poor and on whose side, and what nobody knows."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from fanal.agents.models import Agent, Permission
from fanal.channels.models import ChannelAccount
from fanal.events.models import Event
from fanal.interactions import actions as interactions
from fanal.interactions.models import Hold, Interaction, Leg, LegKind, LineQuality, Segment, SegmentKind, Way
from fanal.interactions.rules.quality import POOR, Measured, mos
from fanal.kpis import actions
from fanal.kpis.actions.figures import Figure, Filters
from fanal.kpis.catalogue import GROUPS
from fanal.kpis.models import Handling
from fanal.kpis.periods import Period, hour_of, named
from fanal.routing.models import Queue
from tests.day import MORNING, Contact, absorb_all, after, agent, numbers, queue

pytestmark = pytest.mark.django_db
EVENING = MORNING + timedelta(hours=10)
TODAY = named("today", EVENING)
IDS = [kpi.id for kpi in GROUPS["sound"][1]]
CLEAR, BROKEN = 0.0, 0.3
Talk = Callable[..., "Call"]


class Call(Contact):
    """One call that an agent took, with the rows that the lower packages would have kept of it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        phone, _ = ChannelAccount.objects.get_or_create(code="phone", defaults={"kind": "voice", "name": "Phone"})
        Interaction.objects.filter(pk=self.interaction.pk).update(channel="voice", account=phone)

    def taken(self, by: Agent, at: float, until: float) -> "Call":
        self.talk = Segment.objects.create(
            pk=self.segment, interaction=self.interaction, kind=SegmentKind.AGENT, agent=by,
            started_at=after(at), ended_at=after(until),
        )  # fmt: skip
        self.answered(by, at).finished(by, until)
        return self

    def line(self, kind: LegKind) -> Leg:
        whose = {"agent": self.talk.agent} if kind == LegKind.AGENT else {}
        return Leg.objects.create(
            interaction=self.interaction, kind=kind, line=f"line-{next(numbers)}", began_at=after(self.at), **whose
        )

    def heard(self, kind: LegKind, loss: float, way: Way = Way.COMES) -> "Call":
        """Ten seconds of one line, told while they talked."""
        measured = Measured(seconds=10, loss=loss, jitter=0.01, round_trip=0.05)
        row = {"seconds": 10, "mos": mos(measured), "worst_mos": mos(measured), "loss": loss}
        LineQuality.objects.create(
            segment=self.talk, leg=self.line(kind), way=way, jitter=0.01, round_trip=0.05, updated_at=after(0), **row
        )
        return self

    def held(self, since: float, until: float) -> "Call":
        Hold.objects.create(
            interaction=self.interaction, segment=self.talk, by=self.talk.agent,
            began_at=after(since), ended_at=after(until),
        )  # fmt: skip
        return self


@pytest.fixture
def supervisor() -> Agent:
    return agent("simone", Permission.SUPERVISE)


@pytest.fixture
def amal() -> Agent:
    return agent("amal", Permission.HANDLE)


@pytest.fixture
def orders() -> Queue:
    return queue("orders", answer_within_seconds=20)


def asked(viewer: Agent, period: Period = TODAY, by: str | None = None, **only: Any) -> list[Figure]:
    return actions.figures(kpi_ids=IDS, period=period, by=by, filters=Filters(**only), viewer=viewer, now=EVENING)


def told(viewer: Agent, **more: Any) -> dict[str, tuple[float, float | None]]:
    return {one.kpi.id: (one.numerator, one.denominator) for one in asked(viewer, **more)}


@pytest.fixture
def seven(orders: Queue, amal: Agent) -> list[Call]:
    """One good, one poor on each side, one poor on both, one that nobody measured, one that goes on, and a chat."""
    customer, ours, outside = LegKind.CUSTOMER, LegKind.AGENT, LegKind.OUTSIDE
    calls = [Call(orders, n * 1000).taken(amal, n * 1000 + 10, n * 1000 + 110) for n in range(5)]
    calls[0].heard(customer, CLEAR).heard(ours, CLEAR).heard(outside, CLEAR)
    calls[1].heard(customer, BROKEN, Way.GOES).heard(ours, CLEAR)
    calls[2].heard(customer, CLEAR).heard(ours, BROKEN)
    calls[3].heard(outside, BROKEN).heard(ours, BROKEN)
    Call(orders, 6000).answered(amal, 6010)
    Contact(orders, 7000).answered(amal, 7010).finished(amal, 7100)
    return calls


def test_a_talk_is_as_good_as_its_worst_line_and_one_that_was_not_measured_is_not_good(
    seven: list[Call], supervisor: Agent
) -> None:
    absorb_all()
    assert told(supervisor) | {"mean_sound_of_measured": None} == {
        "spoken": (5, None),
        "sound_measured_of_spoken": (4, 5),
        "sound_not_measured": (1, None),
        "poor_sound_of_measured": (3, 4),
        "poor_on_our_side_of_poor": (2, 3),
        "poor_on_their_side_of_poor": (2, 3),
        "mean_sound_of_measured": None,
    }
    mean = asked(supervisor)[-1]
    clear, broken = (mos(Measured(seconds=10, loss=x, jitter=0.01, round_trip=0.05)) for x in (CLEAR, BROKEN))
    assert mean.denominator == 4
    assert mean.value == pytest.approx((clear + 3 * broken) / 4, abs=0.001)


@pytest.mark.parametrize("kpi", IDS)
def test_each_figure_of_sound_opens_its_talks(kpi: str, seven: list[Call], supervisor: Agent) -> None:
    absorb_all()
    figure = next(one for one in asked(supervisor) if one.kpi.id == kpi)
    rows = list(actions.rows(kpi_id=kpi, period=TODAY, viewer=supervisor))
    thousand = 1000 if kpi.startswith("mean") else 1
    assert sum(row.in_numerator for row in rows) / thousand == figure.numerator  # type: ignore[attr-defined]
    assert sum(row.in_denominator for row in rows) == (figure.denominator or 0)  # type: ignore[attr-defined]
    assert {row.interaction_id for row in rows} <= {call.interaction.pk for call in seven}
    above = list(actions.rows(kpi_id=kpi, period=TODAY, viewer=supervisor, part="numerator"))
    found = [n for n, call in enumerate(seven) if call.interaction.pk in {row.interaction_id for row in above}]
    assert (
        found
        == {
            "spoken": [0, 1, 2, 3, 4],
            "sound_measured_of_spoken": [0, 1, 2, 3],
            "sound_not_measured": [4],
            "poor_sound_of_measured": [1, 2, 3],
            "poor_on_our_side_of_poor": [2, 3],
            "poor_on_their_side_of_poor": [1, 3],
            "mean_sound_of_measured": [0, 1, 2, 3],
        }[kpi]
    )


def test_the_sound_of_talks_is_told_apart_by_queue_agent_channel_and_time(
    seven: list[Call], orders: Queue, amal: Agent, supervisor: Agent
) -> None:
    cards, boris = queue("cards"), agent("boris", Permission.HANDLE)
    Call(cards, 3700).taken(boris, 3710, 3800).heard(LegKind.CUSTOMER, BROKEN)
    absorb_all()

    def poor(by: str, **only: Any) -> dict[Any, tuple[float, float | None]]:
        found = (one for one in asked(supervisor, by=by, **only) if one.kpi.id == "poor_sound_of_measured")
        return {one.key: (one.numerator, one.denominator) for one in found if one.denominator}

    assert poor("queue") == {orders.pk: (3, 4), cards.pk: (1, 1)}
    assert poor("agent") == {amal.pk: (3, 4), boris.pk: (1, 1)}
    assert poor("channel") == {"voice": (4, 5)}
    assert poor("hour") == {hour_of(after(0)): (3, 4), hour_of(after(3700)): (1, 1)}
    assert poor("hour", agents=(boris.pk,)) == {hour_of(after(3700)): (1, 1)}
    quarters = {MORNING: (0, 1), after(900): (1, 1), after(1800): (1, 1), after(2700): (1, 1), after(3600): (1, 1)}
    assert poor("interval") == quarters
    last_minutes = Period(start=after(3600), end=after(4500))
    assert told(supervisor, period=last_minutes)["poor_sound_of_measured"] == (1, 1)
    assert list(poor("day").values()) == [(4, 5)]


def test_what_is_measured_after_the_end_of_a_talk_restates_it(
    seven: list[Call], amal: Agent, supervisor: Agent
) -> None:
    absorb_all()
    unknown = seven[4]
    worst = Measured(seconds=5, loss=BROKEN, jitter=0.01, round_trip=0.05)
    interactions.note_quality(segment=unknown.talk, measured=worst, now=after(4200))
    assert list(Event.objects.filter(kind="segment.sounded").values_list("data__segment", flat=True)) == [
        unknown.segment
    ]
    absorb_all()
    assert told(supervisor)["sound_not_measured"] == (0, None)
    assert told(supervisor)["poor_on_our_side_of_poor"] == (3, 4)
    line = unknown.line(LegKind.CUSTOMER)
    interactions.note_line_quality(segment=unknown.segment, leg=line, way=Way.COMES, measured=worst, now=after(4201))
    absorb_all()
    assert told(supervisor)["poor_on_their_side_of_poor"] == (3, 4)
    assert actions.recompute(day=MORNING, now=timezone.now()) == []


def test_while_they_talk_measurements_are_no_events(orders: Queue, amal: Agent) -> None:
    call = Call(orders, 0).taken(amal, 10, 100)
    Segment.objects.filter(pk=call.segment).update(ended_at=None)
    well = Measured(seconds=5, loss=CLEAR, jitter=0.01, round_trip=0.05)
    interactions.note_quality(segment=call.talk, measured=well, now=after(20))
    line = call.line(LegKind.CUSTOMER)
    interactions.note_line_quality(segment=call.segment, leg=line, way=Way.COMES, measured=well, now=after(20))
    assert not Event.objects.filter(kind="segment.sounded").exists()


def test_a_talk_just_below_the_bound_is_poor_and_one_on_it_is_not(
    orders: Queue, amal: Agent, supervisor: Agent
) -> None:
    for n, score in enumerate((POOR, POOR - 1e-9)):
        call = Call(orders, n * 1000).taken(amal, n * 1000 + 10, n * 1000 + 100).heard(LegKind.CUSTOMER, CLEAR)
        LineQuality.objects.filter(segment=call.segment).update(mos=score, worst_mos=1)
    absorb_all()
    assert told(supervisor)["poor_sound_of_measured"] == (1, 2)


def test_hold_is_a_part_of_handling_time_and_not_of_the_talk(orders: Queue, amal: Agent, supervisor: Agent) -> None:
    Call(orders, 0).taken(amal, 10, 110).held(20, 50).held(100, 110)
    Call(orders, 1000).taken(amal, 1010, 1040)
    absorb_all()
    (row,) = Handling.objects.exclude(hold_ms=0)
    assert (row.talk_ms, row.hold_ms) == (60_000, 40_000)
    ask = {"kpi_ids": ["average_handling_time_of_handled"], "period": TODAY, "viewer": supervisor, "now": EVENING}
    (whole,) = actions.figures(**ask)
    assert (whole.numerator, whole.denominator) == (100 + 30, 2)


def test_a_call_is_answered_when_it_is_lifted_though_nothing_is_written(
    orders: Queue, amal: Agent, supervisor: Agent
) -> None:
    Call(orders, 0).taken(amal, 15, 110)  # within the 20 seconds
    Call(orders, 1000).taken(amal, 1030, 1100)  # later
    Call(orders, 2000).abandoned(2060)
    out = Call(orders, 3000).taken(amal, 3001, 3100)
    Interaction.objects.filter(pk=out.interaction.pk).update(direction="out")
    absorb_all()
    ids = ["average_first_reply_of_replied", "first_reply_level_of_replied_and_left"]
    found = actions.figures(kpi_ids=ids, period=TODAY, viewer=supervisor, now=EVENING)
    assert [(one.numerator, one.denominator) for one in found] == [(15 + 30, 2), (1, 3)]
