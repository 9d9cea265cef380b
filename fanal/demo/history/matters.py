"""What customers of the history come about: where it goes, which action settles it, and what it leads to."""
# ruff: noqa: E501

from dataclasses import dataclass

from fanal.demo.company.matters import CASE_RULES


@dataclass(frozen=True, kw_only=True)
class Matter:
    """`needs`: order, account, card, device, contract or nothing. `minutes`: how long talking about it takes."""

    code: str
    weight: int
    queue: str
    category: str
    page: str
    scenario: str
    needs: str = ""
    action: str = ""
    disposition: str = "settled"
    gives: str = ""
    minutes: float = 6
    verified: bool = False
    opens: str = ""


MATTERS: dict[str, Matter] = {
    matter.code: matter
    for matter in (
        Matter(
            code="whereabouts", weight=30, queue="orders", category="whereabouts", page="/orders", scenario="order-given",
            needs="order", action="look_up_order", gives="order", minutes=4.5, opens="order",
        ),
        Matter(
            code="balance", weight=14, queue="billing", category="balance", page="/account", scenario="money-page",
            needs="account", action="refresh_balance", minutes=4, verified=True, opens="holding",
        ),
        Matter(
            code="block_card", weight=5, queue="billing", category="cards", page="/account/cards", scenario="card-given",
            needs="card", action="block_card", minutes=6, verified=True, opens="holding",
        ),
        Matter(
            code="fault", weight=15, queue="technical", category="faults", page="/support", scenario="support-page",
            needs="device", action="report_device_fault", disposition="follow-up", minutes=9,
        ),
        Matter(
            code="address", weight=6, queue="orders", category="address", page="/orders", scenario="orders-page",
            needs="order", action="change_delivery_address", minutes=5, verified=True, opens="order",
        ),
        Matter(
            code="cancel", weight=5, queue="orders", category="cancelling", page="/orders", scenario="orders-page",
            needs="order", action="cancel_order", minutes=4, verified=True, opens="order",
        ),
        Matter(
            code="return", weight=6, queue="orders", category="returns", page="/orders", scenario="orders-page",
            needs="order", disposition="follow-up", minutes=6, opens="order",
        ),
        Matter(
            code="contract", weight=5, queue="billing", category="contracts", page="/account", scenario="money-page",
            needs="contract", action="explain_contract_end", disposition="information", minutes=5,
        ),
        Matter(
            code="complaint", weight=4, queue="general", category="complaints", page="/", scenario="known",
            needs="order", action="record_complaint", disposition="follow-up", minutes=11,
        ),
        Matter(
            code="advice", weight=12, queue="technical", category="advice", page="/products/reef-6",
            scenario="product-page", disposition="information", minutes=5,
        ),
        Matter(
            code="prank", weight=1, queue="general", category="other", page="/", scenario="unknown", disposition="prank",
            minutes=2,
        ),
        Matter(
            code="wrong", weight=2, queue="general", category="other", page="/", scenario="unknown",
            disposition="wrong-number", minutes=1.5,
        ),
    )
}  # fmt: skip
PERSONAL = tuple(code for code, matter in MATTERS.items() if matter.needs)
SETTLED_AT_ONCE = frozenset(action for action, (*_, at_once, _outcome) in CASE_RULES.items() if at_once)
CASE_TYPE = {
    "look_up_order": "enquiry",
    "refresh_balance": "enquiry",
    "block_card": "security",
    "report_device_fault": "fault",
    "change_delivery_address": "change",
    "cancel_order": "change",
    "explain_contract_end": "enquiry",
    "record_complaint": "complaint",
}
