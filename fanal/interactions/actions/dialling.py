"""Asking whether a number outside may be called: each wish is a row, and the caps are counted under a lock."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce, Least

from fanal.agents.models import Agent
from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.consent import actions as consent
from fanal.consent.rules import BROUGHT_IN, CONTRACT, NotAllowed
from fanal.customers.models import Customer
from fanal.events.actions import publish
from fanal.interactions.models import Dial, DialFor, Interaction, Leg
from fanal.interactions.rules import dialling
from fanal.interactions.rules.dialling import COUNTED_OVER, Limits, Spent, Verdict

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
    purpose: str = "",
    basis: str = "",
    expected: bool = False,
    now: datetime,
) -> Verdict:
    """What `dial` would decide now. It gives no right to anything, and nothing is remembered."""
    limits = dialling.limits_of(account.settings)
    purpose, basis = _right(what_for, purpose, basis)
    return _verdict(limits, _spent(account, by, now=now), number, what_for, purpose, basis, expected=expected, now=now)


@transaction.atomic
def dial(
    *,
    account: ChannelAccount,
    number: str,
    what_for: DialFor,
    by: Agent | None,
    customer: Customer | None = None,
    interaction: Interaction | None = None,
    purpose: str = "",
    basis: str = "",
    expected: bool = False,
    now: datetime,
) -> Dial:
    """The wish to call this number, as a row: with `refused` it may not be called, and wording says why.

    Else it may be called once: the leg that calls it refers to it. `expected`: they wait for the call, so that the
    hour does not matter. One wish of an account after the other, so that no two pass a cap together.
    """
    ChannelAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
    limits = dialling.limits_of(account.settings)
    purpose, basis = _right(what_for, purpose, basis)
    spent = _spent(account, by, now=now)
    verdict = _verdict(limits, spent, number, what_for, purpose, basis, expected=expected, now=now)
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
    limits: Limits,
    spent: Spent,
    number: str,
    what_for: DialFor,
    purpose: str,
    basis: str,
    *,
    expected: bool,
    now: datetime,
) -> Verdict:
    verdict = dialling.may_call(number, limits=limits, spent=spent)
    if verdict.refused or verdict.phone is None:
        return verdict
    if code := consent.refusal(purpose=purpose, address=verdict.number, basis=basis):
        return Verdict(number=verdict.number, refused=code, phone=verdict.phone)
    asleep = not dialling.awake(verdict.phone.zones, limits=limits, at=now)
    if asleep and not expected and what_for not in BESIDE_A_TALK:
        return Verdict(number=verdict.number, refused="hour", phone=verdict.phone)
    return verdict


def _right(what_for: DialFor, purpose: str, basis: str) -> tuple[str, str]:
    """Why they may be called, where the caller of this says nothing else."""
    if what_for in BESIDE_A_TALK:
        return purpose or "reply", basis or BROUGHT_IN
    return purpose or "service", basis or CONTRACT


def _spent(account: ChannelAccount, by: Agent | None, *, now: datetime) -> Spent:
    """The program is like one agent more."""
    since, own = now - COUNTED_OVER, Q(by=by)
    rows = Dial.objects.filter(account=account, refused="", at__gt=since)
    calls = rows.aggregate(calls=Count("pk"), own=Count("pk", filter=own))
    legs = Leg.objects.filter(dial__account=account, dial__at__gt=since, answered_at__isnull=False)
    talked = Least(Coalesce("ended_at", now), now) - F("answered_at")
    spent = legs.aggregate(all=Sum(talked), own=Sum(talked, filter=Q(dial__by=by)))
    return Spent(
        calls_of_agent=calls["own"],
        calls=calls["calls"],
        minutes_of_agent=_minutes(spent["own"]),
        minutes=_minutes(spent["all"]),
    )


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
