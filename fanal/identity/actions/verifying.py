"""Asking what only the person should know, comparing what was heard, and keeping count; the answer is never shown."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from fanal.agents.models import Agent
from fanal.customers.models import ContactPoint, Customer
from fanal.customers.survivors import family_of
from fanal.events.actions import publish
from fanal.holdings.models import Holding, HoldingKind, HoldingState, Order, OrderState
from fanal.identity.models import VerificationAttempt
from fanal.identity.rules.verification import (
    DAY,
    Asked,
    Attempt,
    Standing,
    askable,
    is_right,
    next_questions,
    standing,
)
from fanal.norms import digits

REMEMBERED = timedelta(days=2)


class NotAsked(Exception):
    """This question is not open in this contact: tried already, given in the contact, or locked."""


@dataclass(frozen=True, kw_only=True)
class Asking:
    """What to ask now (codes; fanal.identity.wording says them) and how it stands. Never what the answer is."""

    questions: tuple[Asked, ...]
    standing: Standing


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one answer."""

    right: bool
    verified: bool
    asking: Asking


def questions(
    *,
    customer: Customer,
    interaction_id: int,
    given: Mapping[str, str] | None = None,
    by: Agent | None = None,
    now: datetime,
) -> Asking:
    """A couple of questions about this person; `given` is what was said in this contact before (Interaction.given).

    About a represented person as about the one who writes: whoever is asked about is `customer`.
    """
    known = _known(customer)
    open_ = _in_order(askable(known, name=customer.name, given=given or {}), customer.pk, interaction_id)
    attempts = _attempts(customer, interaction_id, now)
    tried = {attempt.question for attempt in attempts if attempt.contact == interaction_id}
    left = len([asked for asked in open_ if asked not in tried])
    elsewhere = _wrong_elsewhere(customer, interaction_id, by, now)
    now_standing = standing(attempts, contact=interaction_id, left=left, **elsewhere, now=now)
    asking = next_questions(open_, attempts, contact=interaction_id) if now_standing.state == "open" else ()
    return Asking(questions=asking, standing=now_standing)


@transaction.atomic
def answer(
    *,
    customer: Customer,
    interaction_id: int,
    question: str,
    heard: str,
    given: Mapping[str, str] | None = None,
    by: Agent | None,
    now: datetime,
) -> Outcome:
    """Compare what was heard with what is on file and record whether it was right, not what was said.

    When the outcome is verified, the caller tells the interaction (interactions.actions.identify). Raises NotAsked.
    """
    _one_at_a_time(customer, interaction_id, by)
    customer.refresh_from_db()
    asking = questions(customer=customer, interaction_id=interaction_id, given=given, by=by, now=now)
    if question not in asking.questions:
        raise NotAsked(question)
    asked = Asked(question)
    right = is_right(asked, expected=_known(customer)[asked], heard=heard)
    VerificationAttempt.objects.create(
        customer=customer, contact=interaction_id, question=asked, right=right, by=by, at=now
    )
    after = questions(customer=customer, interaction_id=interaction_id, given=given, by=by, now=now)
    publish(
        kind="verification.answered",
        data={
            "interaction": interaction_id,
            "customer": customer.pk,
            "question": asked.value,
            "right": right,
            "state": after.standing.state,
            **({"practice": True} if customer.practice else {}),
        },
        now=now,
        by=by.pk if by else None,
    )
    return Outcome(right=right, verified=after.standing.state == "verified", asking=after)


def is_verified(*, customer: Customer, interaction_id: int, now: datetime) -> bool:
    """Whether enough questions about this person were answered in this contact."""
    attempts = _attempts(customer, interaction_id, now)
    return standing(attempts, contact=interaction_id, left=0, now=now).state == "verified"


def _known(customer: Customer) -> dict[Asked, str]:
    """What is on file of this person and of everybody merged into them, by question."""
    family = family_of(customer.pk)
    last_order = (
        Order.objects.filter(customer__in=family).exclude(state=OrderState.CANCELLED).order_by("-placed_at").first()
    )
    held = list(Holding.objects.filter(customer__in=family, state=HoldingState.ACTIVE).order_by("id"))
    card = next((holding.number for holding in held if holding.kind == HoldingKind.CARD), "")
    serials = (digits.only(holding.number) for holding in held if holding.kind == HoldingKind.DEVICE)
    email = (
        ContactPoint.objects.filter(customer__in=family, kind="email", ended_at=None)
        .exclude(state__in=("invalid", "bounced"))
        .order_by("-preferred", "id")
        .first()
    )
    return {
        Asked.DATE_OF_BIRTH: customer.born_on.isoformat() if customer.born_on else "",
        Asked.POSTCODE: customer.postcode,
        Asked.ORDER_AMOUNT: str(last_order.total) if last_order and last_order.total else "",
        Asked.ORDER_STREET: last_order.deliver_to.split(",")[0] if last_order else "",
        Asked.CARD_LAST_FOUR: card,
        Asked.SERIAL_LAST_FOUR: next((serial[-4:] for serial in serials if len(serial) > 4), ""),
        Asked.EMAIL: (email.given or email.value) if email else "",
    }


def _attempts(customer: Customer, interaction_id: int, now: datetime) -> list[Attempt]:
    rows = VerificationAttempt.objects.filter(customer__in=family_of(customer.pk))
    recent = rows.filter(at__gt=now - REMEMBERED) | rows.filter(contact=interaction_id)
    return [
        Attempt(question=row.question, contact=row.contact, right=row.right, at=row.at)
        for row in recent.distinct().order_by("at", "id")
    ]


def _wrong_elsewhere(customer: Customer, interaction_id: int, by: Agent | None, now: datetime) -> dict[str, Any]:
    """What this contact got wrong about other people, and when whoever asks got something wrong about anybody."""
    family = set(family_of(customer.pk))
    wrong = VerificationAttempt.objects.filter(right=False)
    here = wrong.filter(contact=interaction_id).values_list("customer_id", flat=True)
    taken_down = wrong.filter(by=by, at__gt=now - DAY).values_list("at", flat=True) if by else ()
    return {"wrong_about_others": sum(who not in family for who in here), "wrong_by_agent": list(taken_down)}


def _one_at_a_time(customer: Customer, interaction_id: int, by: Agent | None) -> None:
    """Answers that come together are counted one after the other: of the person, of the contact and of who asks."""
    with connection.cursor() as cursor:
        for what, key in (("agent", by.pk if by else 0), ("contact", interaction_id)):
            if key:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [f"verification {what}", key])
    family = Customer.objects.filter(pk__in=family_of(customer.pk)).order_by("pk")
    list(family.select_for_update(of=("self",), no_key=True).values_list("pk"))


def _in_order(open_: tuple[Asked, ...], customer_id: int, interaction_id: int) -> list[Asked]:
    """The same order throughout a contact and another one in the next, which nobody outside can foresee."""

    def place(asked: Asked) -> bytes:
        text = f"fanal question {customer_id} {interaction_id} {asked.value}"
        return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).digest()

    return sorted(open_, key=place)
