"""The named customer actions: what each needs, and the code that does it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fanal.agents.models import FieldClass
from fanal.identity.models import Assurance
from fanal.scenarios import acts
from fanal.scenarios.acts.fields import Field
from fanal.scenarios.rules import Refused

if TYPE_CHECKING:
    from fanal.scenarios.acts.doing import Act, Doing, Target


def always(target: "Target | None") -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One action. `kinds`: account, card, contract, device, order, contact_point, customer or nothing at all.

    `needs_contact`: only while talking with somebody. `self_service`: the customer may do it without an agent.
    `applies`: whether it makes sense on this thing as it is; what does not is not offered.
    `changes`: it alters something beyond our own record of having looked.
    `sends`: where a back office has the thing, it is told this and does it; `asks`: it is asked for what it knows.
    """

    code: str
    name: str | Promise
    kinds: frozenset[str]
    least_assurance: int
    act: "Act"
    field_class: FieldClass | None = None
    for_representatives: bool = True
    self_service: bool = False
    needs_contact: bool = False
    applies: "Callable[[Target | None], bool]" = always
    changes: bool = False
    reversible: bool = False
    fields: tuple[Field, ...] = ()
    preview: "Callable[[Doing], Mapping[str, str]] | None" = None
    sends: "Callable[[Doing], Mapping[str, str]] | None" = None
    asks: bool = False


ENTRIES: tuple[Entry, ...] = (
    Entry(
        code="refresh_balance",
        name=_("Refresh the balance"),
        kinds=frozenset({"account", "card"}),
        least_assurance=Assurance.VERIFIED,
        field_class=FieldClass.FINANCIAL,
        self_service=True,
        act=acts.balance.refresh,
        asks=True,
        applies=acts.balance.has_one,
    ),
    Entry(
        code="look_up_order",
        name=_("Look up the order"),
        kinds=frozenset({"order"}),
        least_assurance=Assurance.CLAIMED,
        self_service=True,
        act=acts.orders.look_up,
        asks=True,
    ),
    Entry(
        code="change_delivery_address",
        name=_("Change the delivery address"),
        kinds=frozenset({"order"}),
        least_assurance=Assurance.VERIFIED,
        field_class=FieldClass.CONTACT,
        needs_contact=True,
        changes=True,
        fields=(Field(code="deliver_to", label=_("New address"), longest=300, multiline=True),),
        act=acts.address.change,
        sends=acts.address.sent,
        applies=acts.orders.still_with_us,
        preview=acts.address.preview,
    ),
    Entry(
        code="place_order",
        name=_("Take an order"),
        kinds=frozenset({"customer"}),
        least_assurance=Assurance.VERIFIED,
        field_class=FieldClass.CONTACT,
        needs_contact=True,
        changes=True,
        fields=(
            Field(code="product", label=_("Code of the product"), longest=50),
            Field(code="quantity", label=_("Quantity"), longest=2),
            Field(code="deliver_to", label=_("Deliver to"), longest=300, multiline=True),
        ),
        act=acts.ordering.place,
        sends=acts.doing.what_was_filled_in,
    ),
    Entry(
        code="change_quantity",
        name=_("Change the quantity"),
        kinds=frozenset({"order"}),
        least_assurance=Assurance.VERIFIED,
        needs_contact=True,
        changes=True,
        fields=(Field(code="quantity", label=_("New quantity"), longest=2),),
        act=acts.ordering.change,
        applies=acts.orders.still_with_us,
        sends=acts.doing.what_was_filled_in,
    ),
    Entry(
        code="cancel_order",
        name=_("Cancel the order"),
        kinds=frozenset({"order"}),
        least_assurance=Assurance.VERIFIED,
        needs_contact=True,
        changes=True,
        fields=(Field(code="reason", label=_("Reason"), longest=200, required=False),),
        act=acts.orders.cancel,
        sends=acts.doing.what_was_filled_in,
        applies=acts.orders.still_with_us,
    ),
    Entry(
        code="block_card",
        name=_("Block the card"),
        kinds=frozenset({"card"}),
        least_assurance=Assurance.MATCHED,
        field_class=FieldClass.FINANCIAL,
        needs_contact=True,
        changes=True,
        reversible=True,
        act=acts.cards.block,
        sends=acts.doing.what_was_filled_in,
        applies=acts.cards.in_use,
    ),
    Entry(
        code="unblock_card",
        name=_("Unblock the card"),
        kinds=frozenset({"card"}),
        least_assurance=Assurance.VERIFIED,
        field_class=FieldClass.FINANCIAL,
        for_representatives=False,
        needs_contact=True,
        changes=True,
        reversible=True,
        act=acts.cards.unblock,
        sends=acts.doing.what_was_filled_in,
        applies=acts.cards.blocked,
    ),
    Entry(
        code="change_contact_point",
        name=_("Change the phone number or e-mail address"),
        kinds=frozenset({"contact_point"}),
        least_assurance=Assurance.VERIFIED,
        field_class=FieldClass.CONTACT,
        for_representatives=False,
        needs_contact=True,
        changes=True,
        reversible=True,
        fields=(Field(code="value", label=_("New number or address"), longest=200),),
        act=acts.contact_points.change,
        preview=acts.contact_points.preview,
    ),
    Entry(
        code="explain_contract_end",
        name=_("Explain when the contract ends"),
        kinds=frozenset({"contract"}),
        least_assurance=Assurance.MATCHED,
        act=acts.contracts.explain_end,
        applies=acts.contracts.has_an_end,
    ),
    Entry(
        code="report_device_fault",
        name=_("Report a fault of the device"),
        kinds=frozenset({"device"}),
        least_assurance=Assurance.CLAIMED,
        changes=True,
        fields=(
            Field(code="code", label=_("Fault code"), longest=30, required=False),
            Field(code="description", label=_("What is wrong"), longest=200),
        ),
        act=acts.devices.report_fault,
        applies=acts.devices.still_there,
    ),
    Entry(
        code="replace_device",
        name=_("Replace the device"),
        kinds=frozenset({"device"}),
        least_assurance=Assurance.MATCHED,
        changes=True,
        act=acts.devices.replace,
        applies=acts.devices.still_there,
    ),
    Entry(
        code="grant_goodwill",
        name=_("Grant goodwill"),
        kinds=frozenset({"customer"}),
        least_assurance=Assurance.MATCHED,
        field_class=FieldClass.FINANCIAL,
        changes=True,
        fields=(
            Field(code="amount", label=_("Amount"), longest=12),
            Field(code="currency", label=_("Currency"), longest=3, required=False),
            Field(code="reason", label=_("Reason"), longest=200, required=False),
            Field(code="advice", label=_("Advice"), longest=18, required=False, hidden=True),
        ),
        act=acts.goodwill.grant,
    ),
    Entry(
        code="record_complaint",
        name=_("Record a complaint"),
        kinds=frozenset({"nothing", "customer", "account", "card", "contract", "device", "order"}),
        least_assurance=Assurance.NONE,
        fields=(Field(code="text", label=_("What the complaint is"), longest=2000, multiline=True),),
        act=acts.complaints.record,
    ),
)

BY_CODE: Mapping[str, Entry] = {entry.code: entry for entry in ENTRIES}


def entry(code: str) -> Entry:
    """Raises Refused when there is no such action."""
    if code not in BY_CODE:
        raise Refused("unknown_action")
    return BY_CODE[code]


def for_kind(kind: str) -> list[Entry]:
    """The actions that can be done to a kind of thing, in the order of the catalogue."""
    return [one for one in ENTRIES if kind in one.kinds]
