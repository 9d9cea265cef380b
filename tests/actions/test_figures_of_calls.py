"""Callbacks that were offered, taken and reached, and calls that were refused, counted by hand."""

from datetime import timedelta
from typing import Any

import pytest

from fanal.agents.models import Agent, Permission
from fanal.channels.asterisk.wire import Kept
from fanal.channels.models import ChannelAccount, RawEvent
from fanal.events.actions import publish
from fanal.events.models import Event
from fanal.intake.voice.admitting import FULL, OFTEN, keep
from fanal.kpis import actions
from fanal.kpis.catalogue import GROUPS
from fanal.kpis.periods import Period, named
from fanal.routing.models import Callback, CallbackEnd, Queue
from tests.day import MORNING, Contact, absorb_all, after, agent, numbers, queue

pytestmark = pytest.mark.django_db
EVENING = MORNING + timedelta(hours=10)
TODAY = named("today", EVENING)
IDS = [kpi.id for kpi in GROUPS["calls"][1]]


@pytest.fixture
def orders() -> Queue:
    return queue("orders", answer_within_seconds=20)


@pytest.fixture
def supervisor() -> Agent:
    return agent("simone", Permission.SUPERVISE)


def phone() -> ChannelAccount:
    about = {"kind": "voice", "name": "Phone", "address": "+33199001122"}
    return ChannelAccount.objects.get_or_create(code="phone", defaults=about)[0]


def told(viewer: Agent, period: Period = TODAY, by: str | None = None) -> dict[Any, tuple[float, float | None]]:
    """What is counted; its rows add up to it."""
    absorb_all()
    found = actions.figures(kpi_ids=IDS, period=period, by=by, viewer=viewer, now=EVENING)
    for one in found if by is None else ():
        behind = list(actions.rows(kpi_id=one.kpi.id, period=period, viewer=viewer))
        assert sum(row.in_numerator for row in behind) == one.numerator  # type: ignore[attr-defined]
        assert sum(row.in_denominator for row in behind) == (one.denominator or 0)  # type: ignore[attr-defined]
    return {(one.kpi.id, one.key) if by else one.kpi.id: (one.numerator, one.denominator) for one in found}


def wished(line: Queue, at: float, how: str = "", *, until: float = 0) -> Callback:
    """Somebody wishes to be called; without a `how` it is still to come."""
    over = {"how": how, "ended_at": after(until or at + 600)} if how else {}
    row = Callback.objects.create(
        number=f"+3314567{next(numbers):04}", account=phone(), queue=line, wished_at=after(at), due_at=after(at),
        place_at=after(at), wished_in=Contact(line, at).interaction, **over,
    )  # fmt: skip
    said = {"callback": row.pk, "queue": line.pk, "interaction": None}
    publish(kind="callback.wished", data=said, audience=[], now=after(at))
    publish(kind="callback.begun", data=said | {"interaction": row.wished_in_id}, audience=[], now=after(at + 60))
    if how:
        publish(kind="callback.ended", data=said | {"how": how}, audience=[], now=after(until or at + 600))
    return row


def test_who_chooses_to_be_called_instead_of_waiting(orders: Queue, supervisor: Agent) -> None:
    for n, left in enumerate(("callback", "callback", "abandoned", "answered")):
        one = Contact(orders, n * 100)
        one.say("callback.offered", n * 100 + 30, entry=one.entry, queue=orders.pk)
        one.say("callback.offered", n * 100 + 60, entry=one.entry, queue=orders.pk)
        outcome = "withdrawn" if left == "callback" else left
        one.say("queue.left", n * 100 + 70, entry=one.entry, queue=orders.pk, outcome=outcome, reason=left)
    Contact(orders, 900).abandoned(960)  # nobody offered them anything
    figures = told(supervisor)
    assert figures["callback_offered"] == (4, None)
    assert figures["callback_taken_of_offered"] == (2, 4)


def test_what_came_of_callbacks_counts_when_they_were_wished(orders: Queue, supervisor: Agent) -> None:
    cards = queue("cards")
    wished(orders, 0, CallbackEnd.REACHED)
    wished(orders, 100, CallbackEnd.REACHED, until=90_000)  # on the next day: still of the day of the wish
    wished(orders, 200, CallbackEnd.SERVED)
    wished(orders, 300, CallbackEnd.GIVEN_UP)
    wished(orders, 400, CallbackEnd.WITHDRAWN)
    wished(cards, 500)
    figures = told(supervisor)
    assert {name: counted for name, counted in figures.items() if name.startswith("callbacks_")} == {
        "callbacks_wished": (6, None),
        "callbacks_reached_of_wished": (2, 6),
        "callbacks_served_of_wished": (1, 6),
        "callbacks_given_up_of_wished": (1, 6),
        "callbacks_open": (1, None),
    }
    by_queue = told(supervisor, by="queue")
    assert by_queue["callbacks_reached_of_wished", orders.pk] == (2, 5)
    assert by_queue["callbacks_open", cards.pk] == (1, None)
    assert actions.recompute(day=MORNING, now=EVENING) == []


def test_a_callback_counts_in_the_queue_that_has_it_now_and_practice_in_none(orders: Queue, supervisor: Agent) -> None:
    row, cards = wished(orders, 0), queue("cards")
    Callback.objects.filter(pk=row.pk).update(queue=cards)
    said = {"callback": row.pk, "queue": cards.pk, "interaction": None}
    publish(kind="callback.moved", data=said, audience=[], now=after(50))
    wished(queue("practice", practice=True), 100, CallbackEnd.REACHED)
    by_queue = told(supervisor, by="queue")
    assert by_queue["callbacks_wished", cards.pk] == (1, None)
    assert {key for name, key in by_queue if name == "callbacks_wished" and by_queue[name, key][0]} == {cards.pk}


def test_each_refused_call_counts_once_and_tells_why(supervisor: Agent) -> None:
    phone()
    body = {"number": "+33145678901", "called": "+33199001122"}
    calls = [(Kept(line=f"line-{n}", key=f"key-{n}", body=body), why) for n, why in enumerate((FULL, FULL, OFTEN))]
    keep(calls[:2])
    keep(calls)  # the first two are told once more
    assert RawEvent.objects.filter(reason__in=(FULL, OFTEN)).count() == 3
    assert [event.data for event in Event.objects.filter(kind="call.refused").order_by("pk")] == [
        {"why": FULL}, {"why": FULL}, {"why": OFTEN},
    ]  # fmt: skip
    Event.objects.filter(kind="call.refused").update(at=after(60))
    assert told(supervisor)["blocked_calls"] == (3, None)
    assert told(supervisor, by="channel")["blocked_calls", "voice"] == (3, None)
