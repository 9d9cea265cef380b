"""What a customer holds: accounts, cards, contracts, devices with their faults, and orders with their way."""

from typing import Any

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fanal.customers.models import Customer


class Product(models.Model):
    code = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    family = models.CharField(max_length=60, blank=True)

    def __str__(self) -> str:
        return self.name


class HoldingKind(models.TextChoices):
    ACCOUNT = "account", _("Account")
    CARD = "card", _("Card")
    CONTRACT = "contract", _("Contract")
    DEVICE = "device", _("Device")


class HoldingState(models.TextChoices):
    ACTIVE = "active", pgettext_lazy("holding", "Active")
    BLOCKED = "blocked", pgettext_lazy("holding", "Blocked")
    EXPIRED = "expired", _("Expired")
    CLOSED = "closed", pgettext_lazy("holding", "Closed")


class HeldQuery(models.QuerySet[Any]):
    def visible_to(self, agent: Any) -> "HeldQuery":
        """A holding or order is as visible as the customer who has it."""
        return self.filter(customer__in=Customer.objects.visible_to(agent))


@pghistory.track()
class Holding(models.Model):
    """One account, card, contract or device. A card number is kept as a keyed hash and its last four digits only."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="holdings")
    kind = models.CharField(max_length=10, choices=HoldingKind)
    product = models.ForeignKey(Product, models.PROTECT, null=True, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    number = models.CharField(
        max_length=60, db_collation="C", help_text="Account, contract or serial number; a card's last four."
    )
    number_hash = models.CharField(
        max_length=64, blank=True, db_collation="C", help_text="Keyed hash of a card number."
    )
    state = models.CharField(max_length=10, choices=HoldingState, default=HoldingState.ACTIVE)
    balance = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    balance_at = models.DateTimeField(null=True, blank=True)
    begins_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    objects = HeldQuery.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["number"], name="holding_number"),
            models.Index(fields=["number_hash"], name="holding_number_hash", condition=~models.Q(number_hash="")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(kind="card") | models.Q(number__regex=r"^\d{4}$"), name="card_keeps_last_four_only"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"


class Fault(models.Model):
    """One fault of one device, with what settled it."""

    device = models.ForeignKey(Holding, models.CASCADE, related_name="faults")
    code = models.CharField(max_length=30)
    description = models.CharField(max_length=200, blank=True)
    reported_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    remedy = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-reported_at"]


class OrderState(models.TextChoices):
    PLACED = "placed", _("Placed")
    PAID = "paid", _("Paid")
    PACKED = "packed", _("Packed")
    SHIPPED = "shipped", _("On its way")
    DELIVERED = "delivered", _("Delivered")
    CANCELLED = "cancelled", _("Cancelled")
    RETURNED = "returned", _("Returned")


@pghistory.track()
class Order(models.Model):
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="orders")
    number = models.CharField(max_length=30, unique=True, db_collation="C")
    state = models.CharField(max_length=10, choices=OrderState, default=OrderState.PLACED)
    placed_at = models.DateTimeField()
    promised_on = models.DateField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    total = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    currency = models.CharField(max_length=3, default="EUR")
    carrier = models.CharField(max_length=60, blank=True)
    tracking_number = models.CharField(max_length=60, blank=True, db_collation="C")
    deliver_to = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True, help_text="When the carrier was last asked.")

    objects = HeldQuery.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["customer", "-placed_at"], name="order_of_customer"),
            models.Index(fields=["tracking_number"], name="order_tracking", condition=~models.Q(tracking_number="")),
            models.Index(models.functions.Right("number", 5), name="order_number_tail"),
        ]

    def __str__(self) -> str:
        return self.number


class OrderLine(models.Model):
    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, models.PROTECT)
    quantity = models.PositiveIntegerField(default=1)
    price = models.DecimalField(max_digits=12, decimal_places=2, default=0)


class OrderStep(models.Model):
    """One thing that happened to an order on its way: the tracking."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="steps")
    state = models.CharField(max_length=10, choices=OrderState)
    at = models.DateTimeField()
    place = models.CharField(max_length=120, blank=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at"]
