"""What every card of a customer shows alike: the address on one line, a holding's picture, how good a number is."""

from fanal.customers.models import ContactPointState, Customer
from fanal.holdings.models import HoldingKind

_PICTURES = {HoldingKind.ACCOUNT: "account", HoldingKind.CARD: "card", HoldingKind.CONTRACT: "document"}
_BAD = (ContactPointState.BOUNCED, ContactPointState.DISCONNECTED, ContactPointState.INVALID)


def address_of(customer: Customer) -> str:
    town = f"{customer.postcode} {customer.city}".strip()
    return ", ".join(part for part in (customer.address, town) if part)


def picture_of(kind: str) -> str:
    """The name of the icon for this kind of holding."""
    return _PICTURES.get(HoldingKind(kind), "device")


def colour_of(state: str) -> str:
    """Red for a contact point by which nobody is reached, green for one that was verified."""
    return "stop" if state in _BAD else "go" if state == ContactPointState.VERIFIED else ""
