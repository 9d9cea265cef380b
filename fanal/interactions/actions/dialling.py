"""Asking whether a number outside may be called: each wish is a row, and the caps are counted under a lock."""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Least

from fanal.agents.models import Agent
from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.consent import actions as consent
from fanal.consent.rules import ASKED, BROUGHT_IN, CONTRACT, NotAllowed
from fanal.customers.models import Customer
from fanal.events.actions import publish
from fanal.interactions.models import Dial, DialFor, Interaction, Leg
from fanal.interactions.rules import dialling
from fanal.interactions.rules.dialling import COUNTED_OVER, Limits, Spent, Verdict
from fanal.norms import phones

BESIDE_A_TALK = (DialFor.TRANSFER, DialFor.CONFERENCE)
"""A third person is brought into a talk that runs: the agent answers for it, whatever the hour there."""


def calling_account(*, code: str = "") -> ChannelAccount | None:
    """The number of ours that calls go out from: this one, else the first that may call at all."""
    rows = ChannelAccount.objects.filter(kind=ChannelKind.VOICE, active=True).order_by("pk")
    able = [one for one in rows if dialling.limits_of(one.settings).trunk]
    return next((one for one in able if not code or one.code == code), None)


def may_dial(
    *,
    account: ChannelAccount,
    number: str,
    what_for: DialFor,
    by: Agent | None,
    asked_at: datetime | None = None,
    now: datetime,
) -> Verdict:
    """What `dial` would decide now. It gives no right to anything, and nothing is remembered."""
    spent = _spent(account, by, number, what_for, now=now)
    return _verdict(account, spent, number, what_for, asked_at=asked_at, now=now)


def may_promise(*, account: ChannelAccount, number: str, asked_at: datetime | None = None, at: datetime) -> Verdict:
    """Whether a callback `at` that time may be promised; its hour, and what is spent by then, nobody knows yet."""
    limits = dialling.limits_of(account.settings)
    spent = Spent(callbacks_to_number=_callbacks_to(number, limits, now=at))
    verdict = dialling.may_call(number, limits=limits, spent=spent)
    if verdict.refused:
        return verdict
    purpose, basis = _right(DialFor.CALLBACK, asked_at)
    code = consent.refusal(purpose=purpose, address=verdict.number, basis=basis)
    return Verdict(number=verdict.number, refused=code, phone=verdict.phone)


@transaction.atomic
def dial(
    *,
    account: ChannelAccount,
    number: str,
    what_for: DialFor,
    by: Agent | None,
    customer: Customer | None = None,
    interaction: Interaction | None = None,
    asked_at: datetime | None = None,
    now: datetime,
) -> Dial:
    """The wish to call this number, as a row: with `refused` it may not be called, and wording says why.

    Else it may be called once: the leg that calls it refers to it. `asked_at`: when they asked for a callback in a call
    from this very number; whoever keyed in or told another one proves nothing by it. For a while they wait for it, so
    that the hour does not matter. One wish after the other, so that no two pass a cap together.
    """
    _one_at_a_time()
    spent = _spent(account, by, number, what_for, now=now)
    verdict = _verdict(account, spent, number, what_for, asked_at=asked_at, now=now)
    purpose, basis = _right(what_for, asked_at)
    fact = Dial(
        account=account,
        number=(verdict.number or number.strip())[:64],
        country=verdict.phone.region if verdict.phone else "",
        what_for=what_for,
        by=by,
        customer=customer,
        interaction=interaction,
        refused=verdict.refused,
        value=verdict.value[:30],
        at=now,
    )
    if not verdict.refused:
        try:
            fact.clearance = consent.clear(
                purpose=purpose, channel=ChannelKind.VOICE, address=verdict.number, customer=customer, basis=basis,
                now=now,
            )  # fmt: skip
        except NotAllowed as problem:
            fact.refused = problem.code
    fact.save(force_insert=True)
    _tell(fact, now=now)
    return fact


def _verdict(
    account: ChannelAccount,
    spent: Spent,
    number: str,
    what_for: DialFor,
    *,
    asked_at: datetime | None,
    now: datetime,
) -> Verdict:
    limits = dialling.limits_of(account.settings)
    purpose, basis = _right(what_for, asked_at)
    verdict = dialling.may_call(number, limits=limits, spent=spent)
    if verdict.refused or verdict.phone is None:
        return verdict
    if code := consent.refusal(purpose=purpose, address=verdict.number, basis=basis):
        return Verdict(number=verdict.number, refused=code, phone=verdict.phone)
    asleep = not dialling.awake(verdict.phone.zones, limits=limits, at=now)
    if asleep and not dialling.expected(asked_at, now=now) and what_for not in BESIDE_A_TALK:
        return Verdict(number=verdict.number, refused="hour", phone=verdict.phone)
    return verdict


def _right(what_for: DialFor, asked_at: datetime | None) -> tuple[str, str]:
    """For what they may be called, and why."""
    if what_for in BESIDE_A_TALK:
        return "reply", BROUGHT_IN
    return ("reply", ASKED) if what_for == DialFor.CALLBACK and asked_at else ("service", CONTRACT)


def _spent(account: ChannelAccount, by: Agent | None, number: str, what_for: DialFor, *, now: datetime) -> Spent:
    """The program is like one agent more."""
    since, own = now - COUNTED_OVER, Q(by=by)
    rows = Dial.objects.filter(account=account, refused="", at__gt=since)
    calls = rows.aggregate(calls=Count("pk"), own=Count("pk", filter=own))
    at_once = _at_once().filter(at__gt=since).aggregate(all=Count("pk"), own=Count("pk", filter=own))
    all_minutes, own_minutes = _talked(account, by, now=now)
    return Spent(
        calls_of_agent=calls["own"],
        calls=calls["calls"],
        minutes_of_agent=own_minutes,
        minutes=all_minutes,
        at_once_of_agent=at_once["own"] if by else 0,
        at_once=at_once["all"],
        callbacks_to_number=_callbacks_to(number, dialling.limits_of(account.settings), now=now)
        if what_for == DialFor.CALLBACK
        else None,
    )


def _callbacks_to(number: str, limits: Limits, *, now: datetime) -> int:
    """From any number of ours: they ring with the same person."""
    ours = ChannelAccount.objects.filter(kind=ChannelKind.VOICE)
    rows = Dial.objects.filter(account__in=ours, refused="", at__gt=now - COUNTED_OVER, what_for=DialFor.CALLBACK)
    return rows.filter(number=phones.e164(number, limits.region)).count()


def minutes_spent(account: ChannelAccount, *, now: datetime) -> float:
    """Of all, within the time that caps count."""
    return _talked(account, None, now=now)[0]


def _talked(account: ChannelAccount, by: Agent | None, *, now: datetime) -> tuple[float, float]:
    """Minutes of all, and of this agent."""
    rows = Leg.objects.filter(dial__account=account, dial__at__gt=now - COUNTED_OVER, answered_at__isnull=False)
    lasted = Least(Coalesce("ended_at", now), now) - F("answered_at")
    talked = rows.aggregate(all=Sum(lasted), own=Sum(lasted, filter=Q(dial__by=by)))
    return _minutes(talked["all"]), _minutes(talked["own"])


def _at_once() -> QuerySet[Dial]:
    """What runs, or will as soon as an agent's own phone is lifted."""
    to_come = Q(leg=None, interaction__isnull=False, interaction__ended_at=None)
    return Dial.objects.filter(Q(leg__isnull=False, leg__ended_at=None) | to_come, refused="")


def _one_at_a_time() -> None:
    """Of all numbers of ours: some caps count what goes out by any of them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('dials', 0))")


def _minutes(spent: timedelta | None) -> float:
    return max(0.0, spent.total_seconds() / 60) if spent else 0.0


def _tell(fact: Dial, *, now: datetime) -> None:
    """Whoever supervises learns of what was refused; the number stays in the row."""
    data = {
        "dial": fact.pk,
        "what_for": str(fact.what_for),
        "account": fact.account_id,
        "agent": fact.by_id,
        "interaction": fact.interaction_id,
    }
    if fact.refused:
        data["reason"] = fact.refused
    publish(
        kind="dial.refused" if fact.refused else "dial.allowed",
        data=data,
        audience=["supervision"] * bool(fact.refused) + [f"agent:{fact.by_id}"] * bool(fact.by_id),
        now=now,
        by=fact.by_id,
    )
