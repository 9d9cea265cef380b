"""Correct a phone number or an e-mail address."""

from collections.abc import Mapping

from fanal.customers.models import ContactPoint, ContactPointKind, ContactPointState
from fanal.norms import emails, phones
from fanal.scenarios.acts.doing import Doing, Outcome
from fanal.scenarios.rules import Refused


def preview(doing: Doing) -> Mapping[str, str]:
    """The value before and after in its normal form; raises Refused as the change would."""
    point = doing.contact_point
    value = _normal(point, doing.fields["value"])
    if value == point.value:
        raise Refused("nothing_changes", field="value")
    twice = ContactPoint.objects.filter(customer=point.customer, kind=point.kind, value=value).exclude(pk=point.pk)
    if twice.exists():
        raise Refused("contact_point_known", field="value")
    return {"before": point.value, "after": value}


def change(doing: Doing) -> Outcome:
    """The old value stays in the row's history."""
    point = doing.contact_point
    point.value = preview(doing)["after"]
    point.given = doing.fields["value"]
    point.state, point.state_at = ContactPointState.VALID, doing.now
    point.save(update_fields=["value", "given", "state", "state_at"])
    return {"code": "contact_point_changed", "kind": point.kind}


def _normal(point: ContactPoint, given: str) -> str:
    match point.kind:
        case ContactPointKind.PHONE:
            phone = phones.normalise(given, point.customer.country or None)
            if phone is None:
                raise Refused("phone_not_valid", field="value")
            return phone.e164
        case ContactPointKind.EMAIL:
            email = emails.normalise(given)
            if email is None:
                raise Refused("email_not_valid", field="value")
            return email.address.lower()
        case _:
            return given
