"""How much goodwill somebody may grant: what a rule allows here, and more only for who supervises."""

from decimal import Decimal, InvalidOperation

MOST = Decimal(10_000)


class Refused(ValueError):
    """It may not be granted; the code says why."""


def amount_of(text: str) -> Decimal:
    """12.50 from «12.50» or «12,5». Raises Refused for what is no sum of money."""
    try:
        amount = Decimal(text.strip().replace(",", "."))
        whole = round(amount, 2) if amount.is_finite() else Decimal(0)
    except InvalidOperation:
        raise Refused("amount_unreadable") from None
    if whole <= 0 or amount != whole:
        raise Refused("amount_unreadable")
    return whole


def check_grant(*, amount: Decimal, limit: Decimal | None, granted: Decimal, supervises: bool) -> None:
    """`limit` None: no rule allows any here. `granted`: what was granted under the same advice before.

    Raises Refused: over_goodwill_limit (a supervisor may), or too_much (nobody may).
    """
    if amount > MOST:
        raise Refused("too_much")
    if supervises:
        return
    if limit is None or granted + amount > limit:
        raise Refused("over_goodwill_limit")
