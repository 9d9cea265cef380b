"""Grant a customer money that they are not owed, as far as the company's rules go."""

from fanal.customers.models import Customer
from fanal.deciding import actions as deciding
from fanal.deciding.models import AdviceShown
from fanal.deciding.rules import Refused as NotGranted
from fanal.deciding.rules.granting import amount_of
from fanal.scenarios.acts.doing import Doing, Outcome
from fanal.scenarios.rules import Refused


def grant(doing: Doing) -> Outcome:
    """`advice` is the number of the advice that allows it; without one only who supervises may."""
    customer = doing.target
    if not isinstance(customer, Customer) or doing.by is None:
        raise Refused("target")
    try:
        amount = amount_of(doing.fields["amount"])
        advice = _advice(doing)
        currency = advice.currency if advice else doing.fields.get("currency", "").upper()
        if len(currency) != 3 or not currency.isascii() or not currency.isalpha():
            raise Refused("currency_missing", field="currency")
        goodwill = deciding.grant(
            customer=customer,
            amount=amount,
            currency=currency,
            advice=advice,
            reason=doing.fields.get("reason", ""),
            by=doing.by,
            now=doing.now,
        )
    except NotGranted as refused:
        raise Refused(str(refused), field="amount") from None
    return {"code": "goodwill_granted", "goodwill": goodwill.pk, "amount": str(amount), "currency": currency}


def _advice(doing: Doing) -> AdviceShown | None:
    number = doing.fields.get("advice", "")
    if not number or doing.by is None:
        return None
    if not (number.isascii() and number.isdigit()):
        raise Refused("advice_unknown")
    found = AdviceShown.objects.visible_to(doing.by).filter(pk=int(number)).first()
    if found is None:
        raise Refused("advice_unknown")
    return found
