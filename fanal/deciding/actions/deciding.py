"""What the agent did with an advice, and the goodwill that was granted by it."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum

from fanal.agents.models import Agent, Permission
from fanal.customers.models import Customer
from fanal.deciding import rules
from fanal.deciding.actions.showing import tell
from fanal.deciding.models import AdviceShown, Decided, Goodwill, What

GOOD_FOR = timedelta(days=7)
"""A limit that was shown longer ago is none any more."""


@transaction.atomic
def decided(*, shown: AdviceShown, how: Decided, reason: str = "", by: Agent, now: datetime) -> bool:
    """Followed, or not and why; the first word counts. False when it was decided already."""
    row = AdviceShown.objects.select_for_update(of=("self",)).select_related("interaction", "case").get(pk=shown.pk)
    if row.decided:
        return False
    row.decided, row.decided_at, row.decided_by, row.reason = how, now, by, reason.strip()[:200]
    row.save(update_fields=["decided", "decided_at", "decided_by", "reason"])
    tell(row, f"advice.{how.value}", by=by, now=now)
    return True


def grant(
    *,
    customer: Customer,
    amount: Decimal,
    currency: str,
    advice: AdviceShown | None,
    reason: str,
    by: Agent,
    now: datetime,
) -> Goodwill:
    """Within the caller's transaction: grant money up to what the advice allows. Raises rules.Refused."""
    limit, granted = limit_of(advice, customer=customer, now=now)
    rules.check_grant(amount=amount, limit=limit, granted=granted, supervises=by.may(Permission.SUPERVISE))
    return Goodwill.objects.create(
        customer=customer, advice=advice, amount=amount, currency=currency, reason=reason[:200], by=by, at=now
    )


def limit_of(advice: AdviceShown | None, *, customer: Customer, now: datetime) -> tuple[Decimal | None, Decimal]:
    """What an advice allows this customer, and what of it was granted; locked, so that two do not share it."""
    if advice is None:
        return None, Decimal(0)
    row = AdviceShown.objects.select_for_update(of=("self",)).get(pk=advice.pk)
    if row.what != What.GOODWILL or row.customer_id != customer.pk or now - row.shown_at > GOOD_FOR:
        return None, Decimal(0)
    granted = Goodwill.objects.filter(advice=row).aggregate(total=Sum("amount"))["total"]
    return row.limit, granted or Decimal(0)
