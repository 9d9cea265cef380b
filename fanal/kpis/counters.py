"""The counters: which fact counts in which, and how much. Cells are sums of these, and so are the rows of a figure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import F, IntegerField, Q, Value
from django.db.models.expressions import Combinable

from fanal.channels.models import ChannelKind
from fanal.interactions.rules.quality import POOR
from fanal.kpis import models
from fanal.kpis.rules import SHORT_ABANDON, milliseconds, thousandths

SHORT = milliseconds(SHORT_ABANDON)
POOR_MOS = thousandths(POOR)


@dataclass(frozen=True, kw_only=True)
class Counter:
    """How much each fact adds: `amount` of those that meet `where`."""

    where: Q
    amount: Combinable = field(default_factory=lambda: Value(1, output_field=IntegerField()))


@dataclass(frozen=True, kw_only=True)
class Source:
    """A table of facts, what its counters can be told apart by, and the counters."""

    model: type[models.Fact]
    by: tuple[str, ...]
    counters: Mapping[str, Counter]


def each(**where: object) -> Counter:
    return Counter(where=Q(**where) if where else Q(pk__isnull=False))


def amount(column: str, **where: object) -> Counter:
    return Counter(where=Q(**where) if where else Q(pk__isnull=False), amount=F(column))


OVER: dict[str, object] = {"ended_at__isnull": False}
ABANDONED: dict[str, object] = {"outcome": "abandoned"}
CLOCK_ENDS: dict[str, dict[str, object]] = {"ended": {}, "met": {"outcome": "met"}}
ANSWERED: dict[str, object] = {"outcome": "answered"}
SPOKEN: dict[str, object] = {**OVER, "channel": ChannelKind.VOICE}

SOURCES: dict[str, Source] = {
    "stay": Source(
        model=models.QueueStay,
        by=("queue", "channel"),
        counters={
            "offered": each(),
            "answered": each(**ANSWERED),
            "answered_in_time": Counter(where=Q(**ANSWERED, wait_ms__lte=F("within_ms"))),
            "answered_wait_ms": amount("wait_ms", **ANSWERED),
            "abandoned": each(**ABANDONED),
            "abandoned_short": each(**ABANDONED, wait_ms__lte=SHORT),
            "abandoned_in_time": Counter(where=Q(**ABANDONED, wait_ms__lte=F("within_ms"))),
            "overflowed": each(outcome="overflowed"),
            "closed": each(outcome="closed"),
            "withdrawn": each(outcome="withdrawn"),
            "still_waiting": each(left_at=None),
            "callback_offered": each(callback_offered_at__isnull=False),
            "callback_taken": each(callback_offered_at__isnull=False, callback_taken_at__isnull=False),
        },
    ),
    "handling": Source(
        model=models.Handling,
        by=("queue", "channel", "agent"),
        counters={
            "handled": each(**OVER),
            "talk_ms": amount("talk_ms", **OVER),
            "hold_ms": amount("hold_ms", **OVER),
            "wrap_up_ms": amount("wrap_up_ms", **OVER),
            "active_ms": amount("active_ms", **OVER),
            "transferred_out": each(**OVER, transferred=True),
            "spoken": each(**SPOKEN),
            "sound_measured": each(**SPOKEN, sound_mos__isnull=False),
            "sound_not_measured": each(**SPOKEN, sound_mos=None),
            "sound_mos": amount("sound_mos", **SPOKEN, sound_mos__isnull=False),
            "sound_poor": each(**SPOKEN, sound_mos__lt=POOR_MOS),
            "sound_poor_ours": each(**SPOKEN, our_mos__lt=POOR_MOS),
            "sound_poor_theirs": each(**SPOKEN, their_mos__lt=POOR_MOS),
        },
    ),
    "offer": Source(
        model=models.OfferMade,
        by=("queue", "channel", "agent"),
        counters={
            "rung": each(),
            "accepted": each(accepted_at__isnull=False),
            "declined": each(declined_at__isnull=False),
            "expired": each(expired_at__isnull=False),
        },
    ),
    "contact": Source(
        model=models.ContactFact,
        by=("queue", "channel"),
        counters={
            "started": each(),
            "replied": each(reply_ms__isnull=False),
            "reply_ms": amount("reply_ms", reply_ms__isnull=False),
            "replied_in_time": each(reply_ms__lte=F("within_ms")),
            "replied_late": each(reply_ms__gt=F("within_ms")),
            "unreplied_late": each(unreplied_ms__gt=F("within_ms")),
        },
    ),
    "issue": Source(
        model=models.IssueFact,
        by=("queue", "channel", "agent", "type"),
        counters={"issues": each(), "issues_again": each(again=True)},
    ),
    "case": Source(
        model=models.CaseFact,
        by=("queue", "channel", "agent", "type"),
        counters={
            "cases_opened": each(),
            "cases_self_made": each(self_made=True),
            "cases_settled_since": each(settled=True),
            "cases_settled_first_line": each(settled=True, first_line=True),
            "cases_one_contact": each(settled=True, contacts__lte=1),
        },
    ),
    "move": Source(
        model=models.CaseMove,
        by=("queue", "channel", "agent", "type"),
        counters={"settlings": each(move="settled"), "reopenings": each(move="reopened")},
    ),
    "passage": Source(
        model=models.Passage,
        by=("queue", "channel", "agent", "type", "tier", "escalation"),
        counters={how: each(how=how) for how in ("handed_over", "handed_back", "escalated")},
    ),
    "clock": Source(
        model=models.ClockEnd,
        by=("queue", "channel", "agent", "type"),
        counters={
            f"{promise}_{name}": each(promise=promise, **where)
            for promise in ("first_response", "next_response", "resolution")
            for name, where in CLOCK_ENDS.items()
        },
    ),
    "flow": Source(
        model=models.SelfService,
        by=("queue", "channel"),
        counters={
            "self_service_began": each(),
            "self_service_served": each(how="served"),
            "self_service_alone": each(alone=True),
            "self_service_stayed_alone": each(stayed_alone=True),
        },
    ),
    "callback": Source(
        model=models.CallbackFact,
        by=("queue", "channel"),
        counters={
            "callbacks_wished": each(),
            "callbacks_open": each(ended_at=None),
            **{f"callbacks_{how}": each(how=how) for how in ("reached", "served", "given_up")},
        },
    ),
    "blocked": Source(model=models.BlockedCall, by=("queue", "channel"), counters={"blocked_calls": each()}),
    "advice": Source(
        model=models.AdviceFact,
        by=("queue", "channel", "agent", "rule"),
        counters={
            "advice_shown": each(shown_at__isnull=False),
            "advice_followed": each(followed_at__isnull=False),
            "advice_declined": each(declined_at__isnull=False),
        },
    ),
}

MEASURES: dict[str, Combinable] = {
    "wait_ms": F("wait_ms"),
    "handling_ms": F("talk_ms") + F("hold_ms") + F("wrap_up_ms"),
    "reply_ms": F("reply_ms"),
}
"""What percentiles are of, in milliseconds."""

TIMES = (
    "signed_in_ms",
    "available_ms",
    "break_ms",
    "not_answering_ms",
    "unreachable_ms",
    "busy_ms",
    "idle_ms",
)
"""The counters of agents' time: an interval holds the part of a stretch that lies in it (rules.time_spent)."""

FACTS: dict[str, type[models.Fact]] = {name: source.model for name, source in SOURCES.items()} | {
    "transfer": models.TransferMade,
    "case_contact": models.CaseContact,
    "stretch": models.StateStretch,
}


def told_apart_by(source: str) -> tuple[str, ...]:
    """What the facts of a source can be told apart by; agents' time by agents alone."""
    return SOURCES[source].by if source in SOURCES else ("agent",)
